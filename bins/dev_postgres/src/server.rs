//! One data folder and the server on it: initdb, start, stop.

use std::fs::{self, File, Permissions};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::{Context, Error, Result};

use crate::account::Account;
use crate::binaries::Binaries;

/// The superuser of every server that we make.
pub const SUPERUSER: &str = "postgres";

/// Far from 5432, which is the machine's own server's.
const FIRST_PORT: u16 = 54329;

/// No Unix socket: its path may have 107 bytes at most, and a clone may be anywhere.
const SETTINGS: [&str; 7] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=400",
    "max_locks_per_transaction=256",
    "max_wal_size=2GB",
    "timezone=UTC",
    "log_timezone=UTC",
];

/// A server whose data nobody needs after a crash.
const NOT_DURABLE: [&str; 3] = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// How long a start may take; recovery after a crash is a part of it.
const START: Duration = Duration::from_secs(300);
const STOP: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub struct Server {
    pub binaries: Binaries,
    pub account: Account,
    /// A folder of the server's user; its parent belongs to the caller.
    pub data: PathBuf,
    pub log: PathBuf,
    /// Whether what is committed must survive a crash of the machine.
    pub durable: bool,
}

/// How one attempt to start ended.
enum Attempt {
    Ready(Child),
    PortTaken,
    /// Processes of a killed server still hold its shared memory; they leave in a moment.
    StillOccupied,
}

impl Server {
    /// Makes the data folder, whole or not at all: it is built under another name.
    ///
    /// # Errors
    /// initdb failed; its last words are told.
    pub fn create(&self, password: &str) -> Result<()> {
        let building = self.data.with_extension("new");
        if building.exists() {
            fs::remove_dir_all(&building)
                .context(|| format!("cannot remove {}", building.display()))?;
        }
        let password_file = self.data.with_extension("password");
        write_private(&password_file, password)?;
        self.account.own(&password_file)?;
        // Not every system has C.UTF-8; both sort by code point.
        let made = self
            .initdb(&building, &password_file, "C.UTF-8")
            .or_else(|_| self.initdb(&building, &password_file, "C"));
        fs::remove_file(&password_file)?;
        made?;
        fs::rename(&building, &self.data)
            .context(|| format!("cannot create {}", self.data.display()))
    }

    fn initdb(&self, data: &Path, password: &Path, locale: &str) -> Result<()> {
        self.account.create_folder(data)?;
        let mut command = self.account.command(&self.binaries.program("initdb"));
        command.arg("-D").arg(data).arg("--pwfile").arg(password);
        command.args(["-U", SUPERUSER, "-A", "scram-sha-256", "-E", "UTF8", "--locale", locale]);
        if !self.durable {
            command.arg("--no-sync");
        }
        let output = command.output().context(|| "initdb cannot be run".to_owned())?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Error::new("initdb failed").detail(last_lines(&said)))
    }

    /// Starts the server on the wanted port or the next free one, and waits until it is ready.
    ///
    /// # Errors
    /// The server ended by itself, with the end of its log, or was not ready in time.
    pub fn start(&self, wanted: Option<u16>) -> Result<(u16, Child)> {
        self.forget_a_killed_server();
        let deadline = Instant::now() + START;
        let first = wanted.unwrap_or(FIRST_PORT);
        let mut ports = (first..=u16::MAX).chain(1024..first).filter(|port| is_free(*port));
        let mut port = ports.next();
        while let Some(number) = port {
            match self.attempt(number, deadline)? {
                Attempt::Ready(server) => return Ok((number, server)),
                Attempt::PortTaken => port = ports.next(),
                Attempt::StillOccupied => sleep(10 * POLL),
            }
        }
        Err(Error::new("no port is free on 127.0.0.1"))
    }

    fn attempt(&self, port: u16, deadline: Instant) -> Result<Attempt> {
        // Statements that fail are logged, and one of them may hold a password.
        let log = File::options().create(true).append(true).mode(0o600).open(&self.log);
        let log = log.context(|| format!("cannot write {}", self.log.display()))?;
        let before = usize::try_from(log.metadata()?.len()).unwrap_or(usize::MAX);
        let mut server = self.spawn(port, log).context(|| "postgres cannot be run".to_owned())?;
        loop {
            if self.is_ready(server.id()) {
                return Ok(Attempt::Ready(server));
            }
            let ended = server.try_wait()?;
            let late = Instant::now() > deadline;
            if ended.is_none() && !late {
                sleep(POLL);
                continue;
            }
            let bytes = fs::read(&self.log).unwrap_or_default();
            let said =
                String::from_utf8_lossy(bytes.get(before..).unwrap_or_default()).into_owned();
            if said.contains("could not create any TCP/IP sockets") && !late {
                return Ok(Attempt::PortTaken);
            }
            if said.contains("pre-existing shared memory block") && !late {
                return Ok(Attempt::StillOccupied);
            }
            let version = &self.binaries.version;
            let primary = match ended {
                Some(_) => format!("PostgreSQL {version} did not start"),
                None => format!("PostgreSQL {version} was not ready within {} s", START.as_secs()),
            };
            return Err(Error::new(primary)
                .detail(last_lines(&said))
                .hint(format!("The full log is in {}.", self.log.display())));
        }
    }

    fn spawn(&self, port: u16, log: File) -> std::io::Result<Child> {
        let mut command = self.account.command(&self.binaries.program("postgres"));
        command.arg("-D").arg(&self.data).args(["-p", &port.to_string()]);
        let buffers = format!("shared_buffers={}MB", shared_buffers());
        let durability = if self.durable { &[] as &[&str] } else { &NOT_DURABLE };
        for setting in SETTINGS.iter().chain(durability).chain([&buffers.as_str()]) {
            command.args(["-c", setting]);
        }
        // A group of its own: Ctrl-C on the terminal is meant for the command, not for the server.
        command.process_group(0).stdout(log.try_clone()?).stderr(log).spawn()
    }

    /// As pg_ctl tells: the server writes `ready` into its lock file.
    fn is_ready(&self, pid: u32) -> bool {
        let lock = fs::read_to_string(self.lock_file()).unwrap_or_default();
        let mut lines = lock.lines();
        lines.next() == Some(pid.to_string().as_str())
            && lines.nth(6).is_some_and(|status| status.trim() == "ready")
    }

    /// The process that serves this data folder now.
    pub fn pid(&self) -> Option<i32> {
        let lock = fs::read_to_string(self.lock_file()).ok()?;
        let pid: i32 = lock.lines().next()?.trim().parse().ok()?;
        self.is_served_by(pid).then_some(pid)
    }

    /// After kill -9 or a reboot the lock file's number may be another process's by now, even
    /// another PostgreSQL's, so the process must have been started on this folder.
    fn is_served_by(&self, pid: i32) -> bool {
        let data = self.data.to_string_lossy();
        match fs::read(format!("/proc/{pid}/cmdline")) {
            Ok(line) => String::from_utf8_lossy(&line).split('\0').any(|word| word == data),
            Err(_) if fs::exists("/proc/self/cmdline").unwrap_or(false) => false,
            Err(_) => std::process::Command::new("ps")
                .args(["-ww", "-o", "command=", "-p", &pid.to_string()])
                .output()
                .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(&*data)),
        }
    }

    /// PostgreSQL would refuse to start where the number in the lock file is in use again.
    fn forget_a_killed_server(&self) {
        if self.pid().is_none() {
            // Where it cannot be removed, the server itself says why.
            drop(fs::remove_file(self.lock_file()));
        }
    }

    /// A fast shutdown: sessions are ended, what was committed is on disk.
    ///
    /// # Errors
    /// The server did not end in time.
    pub fn stop(&self) -> Result<()> {
        let Some(pid) = self.pid() else {
            return Ok(());
        };
        signal(pid, libc::SIGINT);
        let deadline = Instant::now() + STOP;
        while self.pid().is_some() {
            if Instant::now() > deadline {
                return Err(Error::new(format!(
                    "PostgreSQL (process {pid}) did not stop within {} s",
                    STOP.as_secs()
                ))
                .hint(format!("Its log is in {}.", self.log.display())));
            }
            sleep(POLL);
        }
        Ok(())
    }

    /// Ends the server without a thought for its data.
    pub fn abandon(&self) {
        for (number, patience) in [(libc::SIGQUIT, 250), (libc::SIGKILL, 50)] {
            let Some(pid) = self.pid() else {
                return;
            };
            signal(pid, number);
            for _ in 0..patience {
                if self.pid().is_none() {
                    return;
                }
                sleep(POLL);
            }
        }
    }

    fn lock_file(&self) -> PathBuf {
        self.data.join("postmaster.pid")
    }
}

/// Bind alone would succeed on macOS beside a server that listens on every address.
fn is_free(port: u16) -> bool {
    let address = (Ipv4Addr::LOCALHOST, port);
    let refused = matches!(TcpStream::connect(address), Err(error) if error.kind() == ErrorKind::ConnectionRefused);
    refused && TcpListener::bind(address).is_ok()
}

pub fn signal(pid: i32, number: i32) {
    // SAFETY: kill has no memory preconditions; a process that has gone is an ignored error.
    unsafe {
        libc::kill(pid, number);
    }
}

/// An eighth of the machine's memory, from 32 to 512 MB.
fn shared_buffers() -> u64 {
    // SAFETY: sysconf has no preconditions; an unknown name gives -1.
    let (pages, size) =
        unsafe { (libc::sysconf(libc::_SC_PHYS_PAGES), libc::sysconf(libc::_SC_PAGESIZE)) };
    let bytes = u64::try_from(pages).unwrap_or(0) * u64::try_from(size).unwrap_or(0);
    (bytes / 8 / 1024 / 1024).clamp(32, 512)
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(8)..].join("\n")
}

/// Private before there is anything in it to read.
pub fn write_private(path: &Path, text: &str) -> Result<()> {
    File::create(path)
        .and_then(|_| fs::set_permissions(path, Permissions::from_mode(0o600)))
        .and_then(|()| fs::write(path, text))
        .context(|| format!("cannot write {}", path.display()))
}
