//! `run -- CMD`: a server that lives as long as one command.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicI32, Ordering};

use common::{Context, Error, Outcome, Result, libpq, note};

use crate::account::{self, Account};
use crate::binaries::Binaries;
use crate::server::{SUPERUSER, Server, signal};

const PREFIX: &str = "pgrefit-run-";

/// The two databases that the command finds.
const OLD: &str = "old_db";
const NEW: &str = "new_db";

static CHILD: AtomicI32 = AtomicI32::new(0);
static SIGNAL: AtomicI32 = AtomicI32::new(0);

/// Ends with the command's own exit code, after the server and its data are gone.
///
/// # Errors
/// The server did not start, or there is no such command.
pub fn run(command: &[OsString], bindir: Option<&Path>) -> Result<Outcome> {
    pass_signals_on();
    let binaries = Binaries::find(bindir, None)?;
    sweep(&binaries);
    let status = {
        let password = format!("{:032x}", rand::random::<u128>());
        let mut throw_away = ThrowAway::create(binaries)?;
        let port = throw_away.start(&password)?;
        run_command(command, port, &password)?
    };
    std::process::exit(match (status.code(), status.signal()) {
        (Some(code), _) => code,
        (None, number) => 128 + number.unwrap_or(0),
    })
}

fn run_command(command: &[OsString], port: u16, password: &str) -> Result<ExitStatus> {
    let url = |name: &str| format!("postgresql://{SUPERUSER}:{password}@127.0.0.1:{port}/{name}");
    let mut child = Command::new(&command[0]);
    child.args(&command[1..]);
    libpq::forget(&mut child);
    child
        .env("DATABASE_URL", url(NEW))
        .env("OLD_DATABASE_URL", url(OLD))
        .env("PGHOST", "127.0.0.1")
        .env("PGPORT", port.to_string())
        .env("PGUSER", SUPERUSER)
        .env("PGPASSWORD", password)
        .env("PGDATABASE", NEW);
    let mut child = child
        .spawn()
        .map_err(|error| Error::usage(format!("{}: {error}", command[0].to_string_lossy())))?;
    CHILD.store(child.id().cast_signed(), Ordering::SeqCst);
    // A signal that came before there was a child to pass it to.
    if let number @ 1.. = SIGNAL.load(Ordering::SeqCst) {
        signal(child.id().cast_signed(), number);
    }
    let status = child.wait()?;
    CHILD.store(0, Ordering::SeqCst);
    Ok(status)
}

/// The folder of a throw-away server. Its lock, held as long as we live, tells the next run
/// whether the folder was left behind.
struct ThrowAway {
    server: Server,
    process: Option<Child>,
    folder: PathBuf,
    _lock: File,
}

impl ThrowAway {
    fn create(binaries: Binaries) -> Result<ThrowAway> {
        let account = Account::of_server()?;
        let parent =
            parents().into_iter().find(|parent| account.reaches(parent)).ok_or_else(|| {
                Error::new("there is no temporary folder that the server's user can enter")
            })?;
        let name = format!("{PREFIX}{}-{:08x}", std::process::id(), rand::random::<u32>());
        // Under a name that no sweep looks at, until the lock is held.
        let hidden = parent.join(format!(".{name}"));
        account.create_passage(&hidden)?;
        let lock = File::create(hidden.join("lock"))?;
        lock.lock()?;
        let folder = parent.join(name);
        fs::rename(&hidden, &folder).context(|| format!("cannot create {}", folder.display()))?;
        let server = server_in(&folder, binaries, account);
        Ok(ThrowAway { server, process: None, folder, _lock: lock })
    }

    fn start(&mut self, password: &str) -> Result<u16> {
        self.server.create(password).or_else(stopped_by_signal)?;
        stopped_by_signal_now()?;
        let (port, process) = self.server.start(None)?;
        self.process = Some(process);
        crate::databases::create(port, password, &[OLD, NEW])?;
        stopped_by_signal_now()?;
        Ok(port)
    }
}

impl Drop for ThrowAway {
    fn drop(&mut self) {
        self.server.abandon();
        if let Some(process) = &mut self.process {
            drop(process.wait());
        }
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            note(format_args!("cannot remove {}: {error}", self.folder.display()));
        }
    }
}

/// Removes what runs that were killed left behind, servers that still run among it.
fn sweep(binaries: &Binaries) {
    for parent in parents() {
        let entries = fs::read_dir(parent).into_iter().flatten().filter_map(Result::ok);
        let ours = entries.filter(|entry| {
            entry.file_name().to_string_lossy().starts_with(PREFIX)
                && entry.metadata().is_ok_and(|folder| folder.uid() == account::caller())
        });
        for folder in ours.map(|entry| entry.path()) {
            remove_if_left_behind(&folder, binaries);
        }
    }
}

fn remove_if_left_behind(folder: &Path, binaries: &Binaries) {
    let Ok(lock) = File::open(folder.join("lock")) else {
        return;
    };
    if lock.try_lock().is_err() {
        return;
    }
    let Ok(account) = Account::for_data(&folder.join("data")) else {
        return;
    };
    server_in(folder, binaries.clone(), account).abandon();
    match fs::remove_dir_all(folder) {
        Ok(()) => {
            note(format_args!("removed {}, left behind by a killed run", folder.display()));
        }
        Err(error) => {
            note(format_args!("cannot remove {}: {error}", folder.display()));
        }
    }
}

fn server_in(folder: &Path, binaries: Binaries, account: Account) -> Server {
    Server {
        binaries,
        account,
        data: folder.join("data"),
        log: folder.join("server.log"),
        durable: false,
    }
}

/// Where throw-away servers may be, the preferred place first.
fn parents() -> Vec<PathBuf> {
    let mut parents = vec![env::temp_dir(), PathBuf::from("/tmp"), PathBuf::from("/var/tmp")];
    parents.dedup();
    parents
}

/// Ctrl-C and kill end the command; what it leaves behind is removed afterwards.
fn pass_signals_on() {
    extern "C" fn pass_on(number: libc::c_int) {
        SIGNAL.store(number, Ordering::SeqCst);
        let child = CHILD.load(Ordering::SeqCst);
        if child > 0 {
            signal(child, number);
        }
    }
    let handler = pass_on as extern "C" fn(libc::c_int) as libc::sighandler_t;
    for number in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
        // SAFETY: the handler only stores to atomics and calls kill, which signal-safety allows.
        unsafe {
            libc::signal(number, handler);
        }
    }
}

fn stopped_by_signal_now() -> Result<()> {
    match SIGNAL.load(Ordering::SeqCst) {
        0 => Ok(()),
        _ => Err(Error::new("stopped by a signal before the command was run")),
    }
}

/// A Ctrl-C that reached initdb is no fault of initdb.
fn stopped_by_signal(error: Error) -> Result<()> {
    stopped_by_signal_now().and(Err(error))
}
