//! A database in libpq's own words, for psql, pg_dump and pg_restore.

use std::process::Command;

use tokio_postgres::Config;
use tokio_postgres::config::{ChannelBinding, Host, LoadBalanceHosts, TargetSessionAttrs};

use crate::Database;

/// What libpq reads from the environment to find a server and to speak with it. The caller's must
/// not fill what we left out: we decided upon each, or found no meaning in it.
const VARIABLES: [&str; 34] = [
    "PGHOST",
    "PGHOSTADDR",
    "PGPORT",
    "PGDATABASE",
    "PGUSER",
    "PGPASSWORD",
    "PGPASSFILE",
    "PGREQUIREAUTH",
    "PGCHANNELBINDING",
    "PGSERVICE",
    "PGSERVICEFILE",
    "PGOPTIONS",
    "PGAPPNAME",
    "PGSSLMODE",
    "PGREQUIRESSL",
    "PGSSLNEGOTIATION",
    "PGSSLCOMPRESSION",
    "PGSSLCERT",
    "PGSSLKEY",
    "PGSSLCERTMODE",
    "PGSSLROOTCERT",
    "PGSSLCRL",
    "PGSSLCRLDIR",
    "PGSSLSNI",
    "PGREQUIREPEER",
    "PGSSLMINPROTOCOLVERSION",
    "PGSSLMAXPROTOCOLVERSION",
    "PGGSSENCMODE",
    "PGKRBSRVNAME",
    "PGGSSLIB",
    "PGGSSDELEGATION",
    "PGCONNECT_TIMEOUT",
    "PGTARGETSESSIONATTRS",
    "PGLOADBALANCEHOSTS",
];

/// One parameter.
struct Word {
    keyword: &'static str,
    /// The variable that says the same; some have none.
    variable: Option<&'static str>,
    value: String,
}

/// Leaves a program nothing of what the caller's libpq was told of servers.
pub fn forget(command: &mut Command) {
    for variable in VARIABLES {
        command.env_remove(variable);
    }
}

impl Database {
    /// Sets a program up to reach this database, by its environment: a password there is seen by its
    /// owner only, one in the arguments by everybody.
    pub fn hand_to<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        forget(command);
        for word in self.words() {
            if let Some(variable) = word.variable {
                command.env(variable, word.value);
            }
        }
        if let Some(password) = self.config.get_password() {
            command.env("PGPASSWORD", String::from_utf8_lossy(password).as_ref());
        }
        command
    }

    /// The database by name, and what no variable can say, for `--dbname`, which takes a name with
    /// `=` in it for more.
    pub fn connection_string(&self) -> String {
        let quoted = |value: &str| value.replace('\\', "\\\\").replace('\'', "\\'");
        let name = ("dbname", self.name.as_str());
        let words = self.words();
        let silent = words.iter().filter(|word| word.variable.is_none());
        let silent = silent.map(|word| (word.keyword, word.value.as_str()));
        let pairs = std::iter::once(name).chain(silent);
        let pairs = pairs.map(|(keyword, value)| format!("{keyword}='{}'", quoted(value)));
        pairs.collect::<Vec<_>>().join(" ")
    }

    /// What a URL's query says beside user, place and name; no password.
    pub fn query(&self) -> Vec<(&'static str, String)> {
        const ELSEWHERE: [&str; 6] =
            ["host", "port", "user", "dbname", "application_name", "connect_timeout"];
        let words = self.words().into_iter().map(|word| (word.keyword, word.value));
        words.filter(|(keyword, _)| !ELSEWHERE.contains(keyword)).collect()
    }

    pub fn port(&self) -> u16 {
        self.config.get_ports().first().copied().unwrap_or(5432)
    }

    /// Everything but the password and what is libpq's default, too.
    fn words(&self) -> Vec<Word> {
        let mut words = Vec::new();
        let mut say = |keyword, variable, value: Option<String>| {
            words.extend(value.map(|value| Word { keyword, variable, value }));
        };
        let config = &self.config;
        let hosts = config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(folder) => folder.display().to_string(),
        });
        say("host", Some("PGHOST"), Some(join(hosts)));
        say("port", Some("PGPORT"), Some(join(config.get_ports().iter().map(u16::to_string))));
        say("user", Some("PGUSER"), Some(self.user.clone()));
        say("dbname", Some("PGDATABASE"), Some(self.name.clone()));
        say("sslmode", Some("PGSSLMODE"), Some(self.beside.ssl_mode.clone()));
        say("sslrootcert", Some("PGSSLROOTCERT"), self.beside.root.clone());
        let addresses = config.get_hostaddrs().iter().map(ToString::to_string);
        let addresses = Some(join(addresses)).filter(|addresses| !addresses.is_empty());
        say("hostaddr", Some("PGHOSTADDR"), addresses);
        let name = self.beside.application_name.clone();
        say("application_name", Some("PGAPPNAME"), name);
        say("options", Some("PGOPTIONS"), config.get_options().map(str::to_owned));
        let timeout = config.get_connect_timeout().map(|limit| limit.as_secs().to_string());
        say("connect_timeout", Some("PGCONNECT_TIMEOUT"), timeout);
        let attributes = match config.get_target_session_attrs() {
            TargetSessionAttrs::ReadWrite => Some("read-write".to_owned()),
            TargetSessionAttrs::ReadOnly => Some("read-only".to_owned()),
            _ => None,
        };
        say("target_session_attrs", Some("PGTARGETSESSIONATTRS"), attributes);
        let binding = match config.get_channel_binding() {
            ChannelBinding::Disable => Some("disable".to_owned()),
            ChannelBinding::Require => Some("require".to_owned()),
            _ => None,
        };
        say("channel_binding", Some("PGCHANNELBINDING"), binding);
        let balance = config.get_load_balance_hosts() == LoadBalanceHosts::Random;
        let balance = balance.then(|| "random".to_owned());
        say("load_balance_hosts", Some("PGLOADBALANCEHOSTS"), balance);
        say_keepalives(config, &mut say);
        words
    }
}

fn say_keepalives(
    config: &Config,
    say: &mut impl FnMut(&'static str, Option<&'static str>, Option<String>),
) {
    let default = Config::new();
    let off = (!config.get_keepalives()).then(|| "0".to_owned());
    say("keepalives", None, off);
    let idle = Some(config.get_keepalives_idle());
    let idle = idle.filter(|idle| *idle != default.get_keepalives_idle());
    say("keepalives_idle", None, idle.map(|idle| idle.as_secs().to_string()));
    let interval = config.get_keepalives_interval();
    say("keepalives_interval", None, interval.map(|interval| interval.as_secs().to_string()));
    let count = config.get_keepalives_retries();
    say("keepalives_count", None, count.map(|count| count.to_string()));
    let limit = config.get_tcp_user_timeout();
    say("tcp_user_timeout", None, limit.map(|limit| limit.as_millis().to_string()));
}

fn join(values: impl Iterator<Item = String>) -> String {
    values.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use crate::Database;
    use crate::connection_string::parse;
    use crate::lookup::Environment;

    #[test]
    fn the_programs_are_told_what_the_driver_is() {
        let url = "postgresql://ana:pw@a:1,b:2/it's?hostaddr=::1,::2&sslmode=verify-ca&sslrootcert=system\
                   &options=-c%20jit%3Doff&application_name=me&connect_timeout=3&channel_binding=require\
                   &target_session_attrs=read-write&load_balance_hosts=random&keepalives=0\
                   &keepalives_idle=30&keepalives_interval=5&keepalives_count=4&tcp_user_timeout=1500";
        let given = parse(url).unwrap();
        let database = Database::from_parameters("URL", given, Environment::Ignored).unwrap();
        let mut command = Command::new("psql");
        database.hand_to(&mut command);
        let set: Vec<String> = command
            .get_envs()
            .filter_map(|(name, value)| Some(format!("{}={}", name.display(), value?.display())))
            .collect();
        assert_eq!(
            set,
            [
                "PGAPPNAME=me",
                "PGCHANNELBINDING=require",
                "PGCONNECT_TIMEOUT=3",
                "PGDATABASE=it's",
                "PGHOST=a,b",
                "PGHOSTADDR=::1,::2",
                "PGLOADBALANCEHOSTS=random",
                "PGOPTIONS=-c jit=off",
                "PGPASSWORD=pw",
                "PGPORT=1,2",
                "PGSSLMODE=verify-ca",
                "PGSSLROOTCERT=system",
                "PGTARGETSESSIONATTRS=read-write",
                "PGUSER=ana",
            ]
        );
        // The caller's own are not inherited.
        assert!(command.get_envs().any(|(name, value)| name == "PGSERVICE" && value.is_none()));
        assert_eq!(
            database.connection_string(),
            "dbname='it\\'s' keepalives='0' keepalives_idle='30' keepalives_interval='5' \
             keepalives_count='4' tcp_user_timeout='1500'"
        );
    }
}
