//! Who the server runs as. PostgreSQL refuses to run as root, so root hands it to another user,
//! who must be able to reach the data folder.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{Context, Error, Result};

/// The user that packages of PostgreSQL create.
const SERVER_USER: &str = "postgres";

/// `None` runs as whoever called us.
#[derive(Clone, Copy, Debug)]
pub struct Account(Option<Ids>);

#[derive(Clone, Copy, Debug)]
struct Ids {
    user: u32,
    group: u32,
}

impl Account {
    /// The owner of the data where there is some, else `postgres` for root, else the caller.
    ///
    /// # Errors
    /// Root has no user to hand the server to.
    pub fn for_data(data: &Path) -> Result<Account> {
        if caller() != 0 {
            return Ok(Account(None));
        }
        let owner = fs::metadata(data).ok().map(|data| Ids { user: data.uid(), group: data.gid() });
        match owner.filter(|owner| owner.user != 0) {
            Some(owner) => Ok(Account(Some(owner))),
            None => Account::of_server(),
        }
    }

    /// The user that a new cluster is made for.
    ///
    /// # Errors
    /// Root has no user to hand the server to.
    pub fn of_server() -> Result<Account> {
        if caller() != 0 {
            return Ok(Account(None));
        }
        match (id("-u"), id("-g")) {
            (Some(user), Some(group)) => Ok(Account(Some(Ids { user, group }))),
            _ => Err(Error::new(format!(
                "PostgreSQL refuses to run as root, and there is no user `{SERVER_USER}`"
            ))
            .hint(format!(
                "`useradd --system {SERVER_USER}` creates one; or work as another user."
            ))),
        }
    }

    /// A program that runs as this user, outside the caller's folder and without the caller's
    /// settings: what a shell exports for clients must not reach a server, passwords least of all.
    pub fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").env_clear().env("LC_ALL", "C").stdin(Stdio::null());
        for kept in ["PATH", "LD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        if let Some(Ids { user, group }) = self.0 {
            command.uid(user).gid(group);
        }
        command
    }

    /// Whether this user can enter the folder.
    pub fn reaches(self, folder: &Path) -> bool {
        let entered = self.command(Path::new("test")).arg("-x").arg(folder).status();
        entered.is_ok_and(|status| status.success())
    }

    /// A folder that belongs to this user, who alone may look into it.
    ///
    /// # Errors
    /// The folder cannot be made, or handed over.
    pub fn create_folder(self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder)
            .and_then(|()| fs::set_permissions(folder, fs::Permissions::from_mode(0o700)))
            .and_then(|()| self.own(folder))
            .context(|| format!("cannot create {}", folder.display()))
    }

    /// Hands a file or folder over to this user.
    pub fn own(self, path: &Path) -> std::io::Result<()> {
        match self.0 {
            Some(Ids { user, group }) => chown(path, Some(user), Some(group)),
            None => Ok(()),
        }
    }

    /// A folder of the caller's, through which this user must pass to its data.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn create_passage(self, folder: &Path) -> Result<()> {
        let mode = if self.0.is_some() { 0o711 } else { 0o700 };
        fs::create_dir_all(folder)
            .and_then(|()| fs::set_permissions(folder, fs::Permissions::from_mode(mode)))
            .context(|| format!("cannot create {}", folder.display()))
    }
}

/// The caller's effective user id.
pub fn caller() -> u32 {
    // SAFETY: geteuid has no preconditions and always succeeds.
    unsafe { libc::geteuid() }
}

fn id(flag: &str) -> Option<u32> {
    let output = Command::new("id").args([flag, SERVER_USER]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
