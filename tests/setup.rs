//! `make setup` on machines that lack something: what it runs, what it says, and what it leaves.
//! The package manager here writes down what it is asked; tests/bare asks the real one.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};

use crate::harness::{Lab, Run};

/// A machine with a shell and apt-get, and nothing that the build needs but Rust.
struct Machine {
    lab: Lab,
}

impl Machine {
    fn new(user: u32, programs: &[(&str, &str)]) -> Machine {
        let machine = Machine { lab: Lab::without_databases() };
        let here = Lab::repository().join("bins/dev_postgres");
        let script = fs::read_to_string(here.join("setup.sh")).expect("setup.sh");
        // This machine has a server and may write below /etc; that one does not.
        let script = ["/usr/lib/", "/usr/pgsql-", "/usr/libexec/", "/usr/sbin/"]
            .iter()
            .fold(script, |script, place| script.replace(place, "/nowhere/"));
        let etc = machine.lab.path("etc");
        let script = script.replace("/etc/postgresql-common", &etc.display().to_string());
        machine.lab.write("setup/setup.sh", &script);
        let packages = fs::read_to_string(here.join("packages.txt")).expect("packages.txt");
        machine.lab.write("setup/packages.txt", &packages);
        fs::create_dir(machine.lab.path("bin")).expect("a folder");
        for tool in ["sh", "dirname", "rm", "mkdir", "env", "cat"] {
            let places = ["/bin", "/usr/bin"].map(|place| format!("{place}/{tool}"));
            let real = places.iter().find(|place| fs::exists(place).unwrap_or(false));
            symlink(real.expect(tool), machine.lab.path(&format!("bin/{tool}"))).expect("a link");
        }
        machine.program("id", &format!("echo {user}"));
        machine.program("cargo", "exit 0");
        machine.program("apt-get", "echo \"apt-get $*\" >>\"$ASKED\"; cat \"$NO_CLUSTER\" >>\"$ASKED\" 2>/dev/null; exit 0");
        for (name, script) in programs {
            machine.program(name, script);
        }
        machine
    }

    fn program(&self, name: &str, script: &str) {
        let path = self.lab.write(&format!("bin/{name}"), &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("its mode");
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new("/bin/sh");
        command.arg(self.lab.path("setup/setup.sh")).args(arguments).stdin(Stdio::null());
        command.env_clear().env("PATH", self.lab.path("bin"));
        command.env("ASKED", self.lab.path("asked"));
        command.env("NO_CLUSTER", self.lab.path("etc/createcluster.d/pgrefit-setup.conf"));
        Run::of(&mut command, "no password is known here")
    }

    /// What the package manager was asked, a line each.
    fn asked(&self) -> String {
        fs::read_to_string(self.lab.path("asked")).unwrap_or_default()
    }
}

const MISSING: &str =
    "setup: PostgreSQL's server is missing: the private database under .pg/ runs on it
setup: a C compiler is missing: Rust links with it, and TLS is partly written in C
";
const PACKAGES: &str = "postgresql postgresql-client gcc libc6-dev";

#[test]
fn root_gets_the_packages_alone_and_no_cluster_of_the_machine() {
    let machine = Machine::new(0, &[]);
    let run = machine.run(&[]);
    run.ok();
    assert_eq!(
        run.stderr,
        format!(
            "{MISSING}setup: running: apt-get update
setup: running: apt-get install -y --no-install-recommends {PACKAGES}
setup: all that was missing is here now
setup: it stays when you are done: the packages, and the system user postgres; no server was started\n"
        )
    );
    let no = "create_main_cluster = false\n";
    assert_eq!(
        machine.asked(),
        format!("apt-get update\n{no}apt-get install -y --no-install-recommends {PACKAGES}\n{no}")
    );
    let left = fs::read_dir(machine.lab.path("etc/createcluster.d")).expect("its folder").count();
    assert_eq!(left, 0, "the file that forbids a cluster is taken back");
}

#[test]
fn without_sudo_the_line_for_root_is_shown_with_the_lists_refreshed_first() {
    let machine = Machine::new(1000, &[]);
    machine.run(&["--quiet"]).fails(
        1,
        &format!(
            "{MISSING}setup: only root may install, and there is no sudo here; root types:
setup:   apt-get update && apt-get install -y --no-install-recommends {PACKAGES}"
        ),
    );
    assert_eq!(machine.asked(), "");
}

#[test]
fn where_sudo_refuses_the_line_for_root_is_shown_too() {
    let refuses = "echo \"sudo: newcomer is not in the sudoers file.\" >&2; exit 1";
    let machine = Machine::new(1000, &[("sudo", refuses)]);
    let run = machine.run(&[]);
    run.exits(1);
    let end = format!(
        "setup: running: sudo apt-get update
sudo: newcomer is not in the sudoers file.
setup: sudo did not install them; root types:
setup:   apt-get update && apt-get install -y --no-install-recommends {PACKAGES}\n"
    );
    assert!(run.stderr.contains(&end), "{run}");
    assert_eq!(machine.asked(), "");
}

#[test]
fn what_only_the_tests_use_is_asked_for_one_by_one() {
    let unless_python =
        "echo \"apt-get $*\" >>\"$ASKED\"; case $* in *python3-venv) exit 100 ;; esac";
    let there = [("postgres", "exit 0"), ("cc", "exit 0"), ("apt-get", unless_python)];
    let machine = Machine::new(0, &there);
    let run = machine.run(&["--quiet", "--tests"]);
    run.ok();
    let install = "apt-get install -y --no-install-recommends";
    assert_eq!(
        run.stderr,
        format!(
            "setup: for the tests: PgBouncer, and Python with venv for the real Alembic
setup: running: apt-get update
setup: running: {install} pgbouncer
setup: running: {install} python3
setup: running: {install} python3-venv
setup: python3-venv is not to be had here
setup: running: {install} openssl\n"
        )
    );
    let user = Machine::new(1000, &there);
    let run = user.run(&["--quiet", "--tests"]);
    run.ok();
    assert_eq!(
        run.stderr,
        "setup: for the tests: PgBouncer, and Python with venv for the real Alembic
setup: they are not installed, as only root may; the tests that need them are passed over
setup: root types:
setup:   apt-get update && apt-get install -y --no-install-recommends pgbouncer python3 python3-venv openssl\n"
    );
    assert_eq!(user.asked(), "");
}

#[test]
fn a_machine_with_everything_is_left_alone() {
    let machine = Machine::new(0, &[("postgres", "exit 0"), ("cc", "exit 0")]);
    let run = machine.run(&[]);
    run.ok();
    let said = "setup: nothing is missing: PostgreSQL's server, a C compiler and Rust are here\n";
    assert_eq!(run.stderr, said);
    let quiet = machine.run(&["--quiet"]);
    quiet.ok();
    assert_eq!(quiet.stderr, "");
    assert_eq!(machine.asked(), "");
}
