//! A server that a test may crash.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::harness::{Lab, binary_path};

/// A server of its own: `kill -9` of one backend makes PostgreSQL end all others and recover.
pub struct Cluster {
    process: Child,
    stdin: Option<ChildStdin>,
    pub url: String,
}

impl Cluster {
    pub fn start() -> Cluster {
        let mut command = Command::new(binary_path("dev_postgres"));
        command.args(["run", "--", "sh", "-c", "echo \"$DATABASE_URL\"; exec cat"]);
        command.env_remove("DATABASE_URL").env_remove("OLD_DATABASE_URL").env_remove("PROJECT");
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("dev_postgres");
        let mut url = String::new();
        let stdout = process.stdout.take().expect("its stdout");
        BufReader::new(stdout).read_line(&mut url).expect("the URL");
        let stdin = process.stdin.take();
        Cluster { process, stdin, url: url.trim().to_owned() }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.stdin.take());
        drop(self.process.wait());
    }
}

/// `kill -9`, and waits until the server has ended everybody; it recovers then. Not where the
/// process was at its end anyway.
pub fn kill_backend(lab: &Lab, pid: &str) {
    let mut witness = lab.connect(&lab.new);
    let killed = Command::new("sh").args(["-c", &format!("kill -9 {pid}")]).status();
    if killed.expect("a shell").success() {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(1) && witness.batch_execute("SELECT 1").is_ok()
        {
            sleep(Duration::from_millis(20));
        }
    }
}
