//! A server that a test may crash.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::harness::{Lab, binary_path};

/// A server of its own: `kill -9` of one backend makes PostgreSQL end all others and recover.
pub struct Cluster {
    process: Child,
    stdin: Option<ChildStdin>,
    /// The server itself, once it was killed and started again.
    server: Option<Child>,
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
        Cluster { process, stdin, server: None, url: url.trim().to_owned() }
    }
}

impl Cluster {
    /// `kill -9` of the server's first process, as the machine's memory killer does it, and a start
    /// as it was started before.
    pub fn crash(&mut self, lab: &Lab) {
        let folder = lab.value("postgres", "SHOW data_directory");
        let file = std::fs::read_to_string(format!("{folder}/postmaster.pid")).expect("its pid");
        let pid = file.lines().next().expect("the pid comes first").to_owned();
        let command_line = std::fs::read(format!("/proc/{pid}/cmdline")).expect("its arguments");
        let environment = std::fs::read(format!("/proc/{pid}/environ")).expect("its environment");
        let owner = std::fs::metadata(&folder).expect("the data folder");
        let children = children(&pid);
        assert!(signal("KILL", &pid), "the server's first process is killed");
        if let Some(mut server) = self.server.take() {
            server.wait().expect("its end");
        }
        // They go once they see that they are alone. What the killed one wrote down of itself goes
        // after them: its number is in use until whoever started it looks.
        for child in children {
            wait_for_the_end(&child);
        }
        std::fs::remove_file(format!("{folder}/postmaster.pid")).expect("the file of its pid");
        let arguments: Vec<_> = words(&command_line).collect();
        let mut command = Command::new(arguments[0]);
        command.args(&arguments[1..]).env_clear().current_dir(&folder);
        command.envs(words(&environment).filter_map(|pair| pair.split_once('=')));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if std::fs::metadata("/proc/self").expect("this process").uid() != owner.uid() {
            command.uid(owner.uid()).gid(owner.gid());
        }
        let start = Instant::now();
        let mut server = command.spawn().expect("postgres");
        while !lab.answers() {
            assert!(start.elapsed() < Duration::from_secs(120), "the server does not come back");
            assert_eq!(server.try_wait().expect("its state"), None, "the server does not start");
            sleep(Duration::from_millis(50));
        }
        self.server = Some(server);
    }
}

/// The processes that this one has started. The fourth word of /proc's line is the parent's number;
/// the second, the program's name in brackets, may hold blanks.
fn children(of: &str) -> Vec<String> {
    let processes = std::fs::read_dir("/proc")
        .expect("/proc")
        .map(|entry| entry.expect("an entry of /proc").file_name().to_string_lossy().into_owned());
    let is_child = |process: &String| {
        let line = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let behind_name = line.rsplit_once(')').map_or("", |(_, rest)| rest);
        behind_name.split_whitespace().nth(1) == Some(of)
    };
    processes.filter(is_child).collect()
}

/// By the shell's own kill: a machine without procps has no other.
fn signal(name: &str, pid: &str) -> bool {
    let sent = Command::new("sh").arg("-c").arg(format!("kill -{name} {pid}")).status();
    sent.is_ok_and(|status| status.success())
}

fn wait_for_the_end(pid: &str) {
    let start = Instant::now();
    while std::path::Path::new(&format!("/proc/{pid}")).exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "server process {pid} does not end");
        sleep(Duration::from_millis(20));
    }
}

fn words(bytes: &[u8]) -> impl Iterator<Item = &str> {
    let words = bytes.split(|byte| *byte == 0).filter(|word| !word.is_empty());
    words.map(|word| std::str::from_utf8(word).expect("text"))
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            signal("INT", &server.id().to_string());
            drop(server.wait());
        }
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
