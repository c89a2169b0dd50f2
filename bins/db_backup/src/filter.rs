//! A command of the user's through which every file of a backup is written and read: `age`,
//! `gpg`, `openssl enc`. We have no encryption of our own.

use std::io::{self, Read, Write};
use std::process::{Child, Command, Stdio};

use common::{Error, Result};

/// Starts the command by the shell, with both ends in our hands. It speaks on our stderr. Where
/// there is bash, a pipeline fails with any of its commands: `gpg … | cat` does not hide gpg's end.
pub fn spawn(command: &str, output: Stdio) -> Result<Child> {
    let is_bash = common::packaged::on_path("bash");
    let mut shell = Command::new(if is_bash { "bash" } else { "sh" });
    if is_bash {
        shell.args(["-o", "pipefail"]);
    }
    shell
        .args(["-c", command])
        .stdin(Stdio::piped())
        .stdout(output)
        .spawn()
        .map_err(|error| Error::new(format!("`{command}` cannot be started: {error}")))
}

/// # Errors
/// The command ended with an exit code other than 0.
pub fn wait(command: &str, child: &mut Child) -> Result<()> {
    let status = child.wait()?;
    if status.success() {
        return Ok(());
    }
    Err(Error::new(format!("`{command}` failed: {status}")))
}

/// Turns a write to a command that ended into an error of this thread; otherwise it would end
/// the process, as it should where the reader of our own output leaves.
pub fn survive_broken_pipes() {
    // SAFETY: both calls only change the signal set on this stack and this thread's mask.
    unsafe {
        let mut signals = std::mem::zeroed();
        libc::sigemptyset(&raw mut signals);
        libc::sigaddset(&raw mut signals, libc::SIGPIPE);
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const signals, std::ptr::null_mut());
    }
}

/// Hands everything to the command's input. A command that closes it early has failed, or does
/// not need the rest; its exit code tells which, so that the rest is read but not handed over.
pub fn feed(input: &mut dyn Read, mut to: impl Write) -> io::Result<()> {
    survive_broken_pipes();
    let mut buffer = vec![0; 64 * 1024];
    let mut open = true;
    loop {
        let length = input.read(&mut buffer)?;
        if length == 0 {
            return Ok(());
        }
        if open && let Err(error) = to.write_all(&buffer[..length]) {
            if error.kind() != io::ErrorKind::BrokenPipe {
                return Err(error);
            }
            open = false;
        }
    }
}
