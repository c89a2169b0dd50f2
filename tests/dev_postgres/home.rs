//! A folder like a clone's, with a private server of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::harness::{Lab, Run, command_in};

/// A folder with the shop's project in it, as a clone would have it; its server stops at the end.
pub struct Home {
    parent: TempDir,
    pub folder: PathBuf,
}

impl Home {
    pub fn new() -> Home {
        Home::at("clone")
    }

    /// Below a temporary folder that every user may enter, as a clone in /srv would be.
    pub fn at(relative: &str) -> Home {
        let home = Home::closed(relative);
        allow_everybody(home.parent.path());
        home
    }

    /// Below a folder that only its owner may enter, as a clone in a home directory would be.
    pub fn closed(relative: &str) -> Home {
        let parent = tempfile::tempdir().expect("a temporary folder");
        fs::set_permissions(parent.path(), fs::Permissions::from_mode(0o700)).expect("our folder");
        let folder = fs::canonicalize(parent.path()).expect("a path").join(relative);
        fs::create_dir_all(folder.join("sql/shop")).expect("a folder");
        fs::write(folder.join("Makefile"), "").expect("a file");
        let project = Lab::repository().join("sql/shop/project.toml");
        fs::copy(project, folder.join("sql/shop/project.toml")).expect("a copy");
        Home { parent, folder }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        command_in(&self.folder, "dev_postgres", arguments)
    }

    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Run {
        let run = Run::of(&mut self.command(arguments), "no password is known yet");
        if let Ok(password) = fs::read_to_string(self.folder.join(".pg/password")) {
            assert!(!run.to_string().contains(&password), "the password is in the output\n{run}");
        }
        run
    }

    #[track_caller]
    pub fn sql(&self, statement: &str) -> String {
        self.run(&["shell", "--", "-XAtqc", statement]).ok().trim().to_owned()
    }

    /// The URL of a database, with the password in it.
    pub fn url(&self, database: &str) -> String {
        let password = fs::read_to_string(self.folder.join(".pg/password"));
        let password = password.expect("the server was started");
        let port = self.recorded("port");
        format!("postgresql://postgres:{}@127.0.0.1:{port}/{database}", password.trim())
    }

    pub fn recorded(&self, key: &str) -> String {
        let text = fs::read_to_string(self.folder.join(".pg/cluster.toml")).expect("a record");
        let value = text.lines().find_map(|line| line.strip_prefix(&format!("{key} = ")));
        value.expect("a value").trim_matches('"').to_owned()
    }

    pub fn server_process(&self) -> u32 {
        let lock = Path::new(&self.recorded("data")).join("postmaster.pid");
        let lock = fs::read_to_string(lock).expect("the server's lock file");
        lock.lines().next().and_then(|line| line.parse().ok()).expect("a process id")
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if self.folder.join(".pg/cluster.toml").exists() {
            drop(self.command(&["stop"]).output());
            let data = PathBuf::from(self.recorded("data"));
            if !data.starts_with(&self.folder) {
                drop(fs::remove_dir_all(data.parent().expect("a folder of its own")));
            }
        }
    }
}

pub fn allow_everybody(folder: &Path) {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("our folder");
}

pub fn kill(signal: &str, process: u32) {
    // The shell's own; a slim system has no other.
    let killed = Command::new("sh").args(["-c", &format!("kill {signal} {process}")]).status();
    assert!(killed.expect("a shell").success());
}

pub fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect()
}

/// The arguments of every process, a line each.
pub fn process_list() -> String {
    let arguments = |process: &String| fs::read_to_string(format!("/proc/{process}/cmdline"));
    match fs::exists("/proc/self/cmdline") {
        Ok(true) => entries(Path::new("/proc"))
            .iter()
            .filter_map(|process| arguments(process).ok())
            .map(|line| line.replace('\0', " ") + "\n")
            .collect(),
        _ => {
            let list = Command::new("ps").args(["-eo", "args"]).output().expect("ps");
            String::from_utf8_lossy(&list.stdout).into_owned()
        }
    }
}
