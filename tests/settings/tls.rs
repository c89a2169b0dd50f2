//! `sslmode` and `sslrootcert` against a server that speaks TLS only, with a certificate for
//! `localhost` from an authority of its own.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{run, status};
use crate::dev_postgres::home::Home;
use crate::harness::{Lab, Run};

#[test]
fn a_server_without_tls_is_refused_where_tls_is_required() {
    let lab = Lab::new();
    let url = format!("{}?sslmode=require", lab.url(&lab.new));
    let mut command = status(lab.folder.path());
    command.env("DATABASE_URL", &url).env("OLD_DATABASE_URL", &url);
    Run::of(&mut command, &lab.password()).fails(
        1,
        &format!(
            "dev_postgres: cannot connect to the database {} at 127.0.0.1:{}\n  \
             detail: server does not support TLS\n  \
             hint: Is the server running there? The address comes from OLD_DATABASE_URL.",
            lab.new,
            lab.port()
        ),
    );
}

#[test]
fn a_root_certificate_must_be_readable() {
    let folder = tempfile::tempdir().unwrap();
    let case = |path: &Path, reason: &str| {
        let url = format!("postgresql://db/x?sslmode=verify-full&sslrootcert={}", path.display());
        let mut command = status(folder.path());
        run(command.env("DATABASE_URL", &url).env("OLD_DATABASE_URL", &url)).fails(
            2,
            &format!(
                "dev_postgres: sslrootcert {}: {reason}\n  hint: Nothing was sent to the server.",
                path.display()
            ),
        );
    };
    case(&folder.path().join("none.pem"), "No such file or directory (os error 2)");
    let empty = folder.path().join("empty.pem");
    fs::write(&empty, "not a certificate\n").unwrap();
    case(&empty, "no certificate in it");
}

#[test]
fn the_server_is_checked_as_far_as_sslmode_says() {
    let server = Server::start();
    let other = Authority::new(&server.home.folder.join("other"), "Other");
    let (ours, other) = (server.authority.certificate.as_path(), other.certificate.as_path());
    let unknown = "invalid peer certificate: UnknownIssuer";

    // Encrypted, whoever answers; the server would refuse anything else.
    server.answers("localhost", "prefer", None);
    server.answers("127.0.0.1", "require", None);
    server.answers("127.0.0.1", "prefer&channel_binding=require", None);
    server.refuses("127.0.0.1", "disable", None, "no pg_hba.conf entry for host \"127.0.0.1\"");

    // The authority, whatever the name; as in libpq, require with a root certificate is verify-ca.
    server.answers("127.0.0.1", "verify-ca", Some(ours));
    server.answers("127.0.0.1", "require", Some(ours));
    server.refuses("127.0.0.1", "verify-ca", Some(other), unknown);
    server.refuses("127.0.0.1", "require", Some(other), unknown);
    server.refuses("127.0.0.1", "verify-ca", None, unknown);

    // And the name.
    server.answers("localhost", "verify-full", Some(ours));
    server.refuses("localhost", "verify-full", Some(other), unknown);
    server.refuses(
        "127.0.0.1",
        "verify-full",
        Some(ours),
        "invalid peer certificate: certificate not valid for name \"127.0.0.1\"",
    );
}

/// A private server that accepts connections over TLS only.
struct Server {
    home: Home,
    authority: Authority,
    password: String,
}

impl Server {
    fn start() -> Server {
        let home = Home::new();
        home.run(&["start"]).ok();
        let authority = Authority::new(&home.folder.join("ours"), "Ours");
        let data = PathBuf::from(home.recorded("data"));
        let owner = fs::metadata(&data).expect("the data folder");
        let (certificate, key) = authority.issue("localhost");
        for (from, name) in [(certificate, "server.crt"), (key, "server.key")] {
            let to = data.join(name);
            fs::copy(from, &to).expect("a copy");
            fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).expect("our file");
            chown(&to, Some(owner.uid()), Some(owner.gid())).expect("the server's file");
        }
        home.sql("ALTER SYSTEM SET ssl = on");
        fs::write(data.join("pg_hba.conf"), "hostssl all all 127.0.0.1/32 scram-sha-256\n")
            .expect("pg_hba.conf");
        home.run(&["stop"]).ok();
        // The last step of a start connects without TLS, as `.pg/` does; the server is up by then.
        home.run(&["start"]);
        let password = fs::read_to_string(home.folder.join(".pg/password")).expect("a password");
        Server { home, authority, password }
    }

    fn status(&self, host: &str, mode: &str, root: Option<&Path>) -> Run {
        let url = format!(
            "postgresql://postgres:{}@{host}:{}/new_good_db?sslmode={mode}",
            self.password,
            self.home.recorded("port")
        );
        let root = root.map_or(String::new(), |root| format!("&sslrootcert={}", root.display()));
        let url = format!("{url}{root}");
        let mut command = status(&self.home.folder);
        Run::of(command.env("DATABASE_URL", &url).env("OLD_DATABASE_URL", &url), &self.password)
    }

    #[track_caller]
    fn answers(&self, host: &str, mode: &str, root: Option<&Path>) {
        self.status(host, mode, root).ok();
    }

    #[track_caller]
    fn refuses(&self, host: &str, mode: &str, root: Option<&Path>, reason: &str) {
        let run = self.status(host, mode, root);
        run.exits(1);
        assert!(run.stderr.contains(reason), "expected: {reason}\n{run}");
    }
}

/// A certificate authority in a folder, made by openssl.
struct Authority {
    folder: PathBuf,
    certificate: PathBuf,
}

impl Authority {
    fn new(folder: &Path, name: &str) -> Authority {
        fs::create_dir_all(folder).expect("a folder");
        openssl(
            folder,
            &format!(
                "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name} \
                 -addext basicConstraints=critical,CA:TRUE -keyout ca.key -out ca.crt"
            ),
        );
        Authority { folder: folder.to_owned(), certificate: folder.join("ca.crt") }
    }

    /// Certificate and key for one host name.
    fn issue(&self, host: &str) -> (PathBuf, PathBuf) {
        fs::write(self.folder.join("names"), format!("subjectAltName=DNS:{host}\n"))
            .expect("a file");
        openssl(
            &self.folder,
            &format!("req -newkey rsa:2048 -nodes -subj /CN={host} -keyout host.key -out host.csr"),
        );
        openssl(
            &self.folder,
            "x509 -req -in host.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 \
             -extfile names -out host.crt",
        );
        (self.folder.join("host.crt"), self.folder.join("host.key"))
    }
}

fn openssl(folder: &Path, arguments: &str) {
    let mut command = Command::new("openssl");
    let output = command.args(arguments.split_whitespace()).current_dir(folder).output();
    let output = output.expect("openssl makes the certificates");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
