//! libpq's parameters as the driver's configuration: each is honoured, or refused by name.
//!
//! Source: PostgreSQL documentation, "Parameter Key Words" and "Environment Variables".

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{ChannelBinding, LoadBalanceHosts, SslMode, TargetSessionAttrs};

use crate::lookup::Lookup;
use crate::settings::variable;
use crate::tls::Verify;
use crate::{Result, pgpass};

/// Where the database is.
pub struct Place {
    pub user: String,
    pub name: String,
    hosts: Vec<String>,
    addresses: Vec<IpAddr>,
    ports: Vec<u16>,
}

impl Place {
    /// `127.0.0.1:5432`, or the socket's folder: the first.
    pub fn address(&self) -> String {
        let (host, port) = (&self.hosts[0], self.ports[0]);
        if host.starts_with('/') { host.clone() } else { format!("{host}:{port}") }
    }
}

impl Lookup<'_> {
    /// # Errors
    /// Hosts, addresses and ports do not fit each other, or are none.
    pub fn place(&self) -> Result<Place> {
        let user = self.value("user").or_else(|| variable("USER"));
        let user = user.unwrap_or_else(|| "postgres".to_owned());
        let name = self.value("dbname").unwrap_or_else(|| user.clone());
        let addresses = self.list("hostaddr", "a hostaddr that is not an IP address")?;
        // Without a name, the address is what a certificate must be for.
        let hosts = match self.value("host") {
            Some(hosts) => hosts.split(',').map(str::to_owned).collect(),
            None if addresses.is_empty() => vec![default_host()],
            None => addresses.iter().map(IpAddr::to_string).collect(),
        };
        let hosts: Vec<String> = hosts;
        if !addresses.is_empty() && addresses.len() != hosts.len() {
            let (addresses, hosts) = (addresses.len(), hosts.len());
            let reason = format!("{addresses} hostaddr for {hosts} host");
            return Err(self.refuse("hostaddr", &reason));
        }
        let ports = self.value("port").unwrap_or_else(|| "5432".to_owned());
        let port = |text: &str| if text.is_empty() { Ok(5432) } else { text.parse::<u16>() };
        let ports: Vec<u16> =
            ports.split(',').map(port).collect::<Result<_, _>>().map_err(|error| {
                self.refuse("port", &format!("a port that is not a number ({error})"))
            })?;
        if ports.len() > 1 && ports.len() != hosts.len() {
            let reason = format!("{} ports for {} host", ports.len(), hosts.len());
            return Err(self.refuse("port", &reason));
        }
        Ok(Place { user, name, hosts, addresses, ports })
    }

    /// What is checked of the server, and `sslmode` and `sslrootcert` as they were given.
    ///
    /// # Errors
    /// There is no such `sslmode`.
    pub fn tls(&self) -> Result<(Verify, String, Option<String>)> {
        let root = self.value("sslrootcert");
        let mode = self.value("sslmode").unwrap_or_else(|| "prefer".to_owned());
        // Source: PostgreSQL documentation, "SSL Support", table 34.1. With `sslrootcert`,
        // `require` checks the authority, as in libpq.
        let verify = match mode.as_str() {
            "disable" | "allow" | "prefer" => Verify::Nothing,
            "require" if root.is_none() => Verify::Nothing,
            "require" | "verify-ca" => Verify::Authority,
            "verify-full" => Verify::Full,
            _ => {
                let modes = "disable, allow, prefer, require, verify-ca, verify-full";
                return Err(
                    self.refuse("sslmode", &format!("an sslmode that is not one of {modes}"))
                );
            }
        };
        Ok((verify, mode, root))
    }

    /// # Errors
    /// A parameter's value is none that is honoured.
    pub fn config(&self, place: &Place, verify: Verify) -> Result<Config> {
        let mut config = Config::new();
        config.user(&place.user).dbname(&place.name);
        for host in &place.hosts {
            config.host(host);
        }
        for address in &place.addresses {
            config.hostaddr(*address);
        }
        for port in &place.ports {
            config.port(*port);
        }
        if let Some(password) = self.password(place) {
            config.password(password);
        }
        let application = self.value("application_name");
        let application = application.or_else(|| self.value("fallback_application_name"));
        config.application_name(application.as_deref().unwrap_or_else(|| crate::run::name()));
        if let Some(options) = self.value("options") {
            config.options(options);
        }
        config.ssl_mode(match self.value("sslmode").as_deref() {
            Some("disable") => SslMode::Disable,
            Some("require") => SslMode::Require,
            _ if verify != Verify::Nothing => SslMode::Require,
            _ => SslMode::Prefer,
        });
        self.set_time_limits(&mut config)?;
        self.set_choices(&mut config)?;
        Ok(config)
    }

    fn password(&self, place: &Place) -> Option<String> {
        self.value("password").or_else(|| {
            let file = self.given_value("passfile");
            let (host, port) = (&place.hosts[0], place.ports[0]);
            if file.is_none() && !self.reads_environment() {
                return None;
            }
            pgpass::password(file.as_deref(), host, port, &place.name, &place.user)
        })
    }

    /// A number of seconds that is zero or less is no limit, or the system's own.
    fn set_time_limits(&self, config: &mut Config) -> Result<()> {
        let limit = self.number("connect_timeout", "a number of seconds")?.unwrap_or(10);
        if let Some(limit) = positive(limit) {
            config.connect_timeout(Duration::from_secs(limit));
        }
        if let Some(on) = self.number("keepalives", "0 or 1")? {
            config.keepalives(on != 0);
        }
        if let Some(idle) =
            self.number("keepalives_idle", "a number of seconds")?.and_then(positive)
        {
            config.keepalives_idle(Duration::from_secs(idle));
        }
        if let Some(interval) =
            self.number("keepalives_interval", "a number of seconds")?.and_then(positive)
        {
            config.keepalives_interval(Duration::from_secs(interval));
        }
        if let Some(count) =
            self.number("keepalives_count", "a number of probes")?.and_then(positive)
        {
            config.keepalives_retries(u32::try_from(count).unwrap_or(u32::MAX));
        }
        if let Some(limit) =
            self.number("tcp_user_timeout", "a number of milliseconds")?.and_then(positive)
        {
            config.tcp_user_timeout(Duration::from_millis(limit));
        }
        Ok(())
    }

    fn set_choices(&self, config: &mut Config) -> Result<()> {
        let attributes = [
            ("any", TargetSessionAttrs::Any),
            ("read-write", TargetSessionAttrs::ReadWrite),
            ("read-only", TargetSessionAttrs::ReadOnly),
        ];
        if let Some(attributes) = self.choice("target_session_attrs", &attributes)? {
            config.target_session_attrs(attributes);
        }
        let binding = [
            ("disable", ChannelBinding::Disable),
            ("prefer", ChannelBinding::Prefer),
            ("require", ChannelBinding::Require),
        ];
        if let Some(binding) = self.choice("channel_binding", &binding)? {
            config.channel_binding(binding);
        }
        let balance =
            [("disable", LoadBalanceHosts::Disable), ("random", LoadBalanceHosts::Random)];
        if let Some(balance) = self.choice("load_balance_hosts", &balance)? {
            config.load_balance_hosts(balance);
        }
        // We speak neither GSSAPI nor another encoding: what asks for no more is honoured.
        self.choice("gssencmode", &[("disable", ()), ("prefer", ())])?;
        let encodings = ["UTF8", "UTF-8", "utf8", "utf-8", "unicode", "UNICODE", "auto"];
        if self.value("client_encoding").is_some_and(|name| !encodings.contains(&name.as_str())) {
            return Err(self.refuse("client_encoding", "a client_encoding other than UTF8"));
        }
        Ok(())
    }
}

fn positive(number: i64) -> Option<u64> {
    u64::try_from(number).ok().filter(|number| *number > 0)
}

/// libpq without a host uses the socket where there is one.
fn default_host() -> String {
    let sockets = ["/var/run/postgresql", "/tmp"];
    let found = sockets.into_iter().find(|folder| Path::new(folder).join(".s.PGSQL.5432").exists());
    found.unwrap_or("localhost").to_owned()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio_postgres::Config;
    use tokio_postgres::config::{
        ChannelBinding, LoadBalanceHosts, SslMode, TargetSessionAttrs as Attributes,
    };

    use crate::connection_string::parse;
    use crate::lookup::Environment;
    use crate::{Database, Result};

    fn read(query: &str) -> Result<Database> {
        let given = parse(&format!("postgresql://ana@db/shop?{query}")).unwrap();
        Database::from_parameters("DATABASE_URL", given, Environment::Ignored)
    }

    #[test]
    fn every_parameter_is_honoured() {
        #[track_caller]
        fn case<T: PartialEq + std::fmt::Debug>(
            query: &str,
            found: impl Fn(&Config) -> T,
            expected: T,
        ) {
            let database = read(query).unwrap();
            assert_eq!(found(&database.config), expected, "{query}");
        }
        let text = |found: Option<&str>| found.map(str::to_owned);
        let some = |expected: &str| Some(expected.to_owned());
        let seconds = |number| Some(Duration::from_secs(number));
        case("", |c| text(c.get_user()), some("ana"));
        case("", |c| text(c.get_dbname()), some("shop"));
        case("password=pw", |c| c.get_password().map(<[u8]>::to_vec), Some(b"pw".to_vec()));
        case("port=5433", |c| c.get_ports().to_vec(), vec![5433]);
        case("hostaddr=::1", |c| c.get_hostaddrs().to_vec(), vec!["::1".parse().unwrap()]);
        case("options=-c%20jit%3Doff", |c| text(c.get_options()), some("-c jit=off"));
        case("application_name=a", |c| text(c.get_application_name()), some("a"));
        let names = "application_name=a&fallback_application_name=b";
        case(names, |c| text(c.get_application_name()), some("a"));
        case("fallback_application_name=b", |c| text(c.get_application_name()), some("b"));
        case("", |c| text(c.get_application_name()), some("pgrefit"));
        case("", |c| c.get_connect_timeout().copied(), seconds(10));
        case("connect_timeout=3", |c| c.get_connect_timeout().copied(), seconds(3));
        case("connect_timeout=0", |c| c.get_connect_timeout().copied(), None);
        case("sslmode=disable", Config::get_ssl_mode, SslMode::Disable);
        case("sslmode=allow", Config::get_ssl_mode, SslMode::Prefer);
        case("sslmode=verify-full", Config::get_ssl_mode, SslMode::Require);
        case("target_session_attrs=any", Config::get_target_session_attrs, Attributes::Any);
        let written = "target_session_attrs=read-write";
        case(written, Config::get_target_session_attrs, Attributes::ReadWrite);
        let read = "target_session_attrs=read-only";
        case(read, Config::get_target_session_attrs, Attributes::ReadOnly);
        case("channel_binding=require", Config::get_channel_binding, ChannelBinding::Require);
        case("channel_binding=disable", Config::get_channel_binding, ChannelBinding::Disable);
        let random = "load_balance_hosts=random";
        case(random, Config::get_load_balance_hosts, LoadBalanceHosts::Random);
        case("keepalives=0", Config::get_keepalives, false);
        case("keepalives_idle=30", |c| Some(c.get_keepalives_idle()), seconds(30));
        case("keepalives_idle=0", |c| Some(c.get_keepalives_idle()), seconds(7200));
        case("keepalives_interval=5", Config::get_keepalives_interval, seconds(5));
        case("keepalives_count=4", Config::get_keepalives_retries, Some(4));
        let limit = Some(Duration::from_millis(1500));
        case("tcp_user_timeout=1500", |c| c.get_tcp_user_timeout().copied(), limit);
        // What asks for nothing that we do not do.
        for accepted in ["gssencmode=disable", "gssencmode=prefer", "client_encoding=auto"] {
            case(accepted, |_| (), ());
        }
        case("client_encoding=UTF8", |_| (), ());
    }

    #[test]
    fn what_is_not_honoured_is_named_without_its_value() {
        #[track_caller]
        fn case(query: &str, reason: &str) {
            let error = read(query).unwrap_err();
            assert_eq!(error.to_string(), format!("DATABASE_URL has {reason}"), "{query}");
            assert_eq!(error.exit_code(), 2);
        }
        case("requiressl=1", "the parameter `requiressl`, which is not supported");
        case("sslcert=s3cret", "the parameter `sslcert`, which is not supported");
        case("hostaddr=s3cret", "a hostaddr that is not an IP address (invalid IP address syntax)");
        case("hostaddr=::1,::1", "2 hostaddr for 1 host");
        case("port=s3cret", "a port that is not a number (invalid digit found in string)");
        case("port=1,2", "2 ports for 1 host");
        case(
            "sslmode=s3cret",
            "an sslmode that is not one of disable, allow, prefer, require, verify-ca, verify-full",
        );
        case(
            "target_session_attrs=primary",
            "a target_session_attrs that is not one of any, read-write, read-only",
        );
        case(
            "channel_binding=s3cret",
            "a channel_binding that is not one of disable, prefer, require",
        );
        case("load_balance_hosts=on", "a load_balance_hosts that is not one of disable, random");
        case("gssencmode=require", "a gssencmode that is not one of disable, prefer");
        case("client_encoding=LATIN1", "a client_encoding other than UTF8");
        let digit = "(invalid digit found in string)";
        let seconds = |key: &str| format!("a {key} that is not a number of seconds {digit}");
        for key in ["connect_timeout", "keepalives_idle", "keepalives_interval"] {
            case(&format!("{key}=s3cret"), &seconds(key));
        }
        case("keepalives=s3cret", &format!("a keepalives that is not 0 or 1 {digit}"));
        let probes = format!("a keepalives_count that is not a number of probes {digit}");
        case("keepalives_count=s3cret", &probes);
        let limit = format!("a tcp_user_timeout that is not a number of milliseconds {digit}");
        case("tcp_user_timeout=s3cret", &limit);
    }
}
