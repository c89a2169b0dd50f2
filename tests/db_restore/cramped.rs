//! A private server whose databases are on a file system that can be made small.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::dev_postgres::home::{Home, kill};
use crate::tools::wait_until;

pub struct Cramped {
    pub home: Home,
    mounted: Option<PathBuf>,
}

impl Cramped {
    /// Without the right to mount, its disk is the machine's.
    pub fn new() -> Cramped {
        let home = Home::new();
        home.run(&["start"]).ok();
        home.run(&["stop"]).ok();
        let base = Path::new(&home.recorded("data")).join("base");
        let aside = base.with_file_name("base_aside");
        fs::rename(&base, &aside).expect("our folder");
        fs::create_dir(&base).expect("our folder");
        let mut cramped = Cramped { home, mounted: None };
        let mount = Command::new("mount").args(["-t", "tmpfs", "tmpfs"]).arg(&base).output();
        if mount.is_ok_and(|output| output.status.success()) {
            cramped.mounted = Some(base.clone());
            let (aside, base) = (aside.display(), base.display());
            shell(&format!("cp -a '{aside}/.' '{base}'"));
            shell(&format!("chown --reference='{aside}' '{base}'; chmod 700 '{base}'"));
        } else {
            fs::remove_dir(&base).expect("our folder");
            fs::rename(&aside, &base).expect("our folder");
        }
        cramped.home.run(&["start"]).ok();
        cramped
    }

    pub fn can_fill(&self) -> bool {
        self.mounted.is_some()
    }

    /// What the file system holds from now on, beyond what is on it. Again where the server has
    /// written something between the look and the cut.
    pub fn leave(&self, kilobytes: u64) {
        let base = self.mounted.as_ref().expect("it is mounted").display();
        shell(&format!(
            "for try in $(seq 50); do
                 size=$(({kilobytes} + $(df --output=used -k '{base}' | tail -1)))
                 mount -o remount,size=${{size}}k '{base}' && exit 0
             done
             exit 1"
        ));
    }

    /// Ends the server at once, as a failure of the machine would, and lets it recover.
    pub fn restart(&self) {
        let server = self.home.server_process();
        kill("-QUIT", server);
        // One that nobody has taken note of yet has ended, too.
        let state = || fs::read_to_string(format!("/proc/{server}/status")).unwrap_or_default();
        wait_until("the server's end", || {
            let state = state();
            state.is_empty() || state.lines().any(|line| line.starts_with("State:\tZ"))
        });
        self.home.run(&["start"]).ok();
    }
}

impl Drop for Cramped {
    fn drop(&mut self) {
        drop(self.home.command(&["stop"]).output());
        if let Some(base) = &self.mounted {
            drop(Command::new("umount").arg(base).status());
        }
    }
}

#[track_caller]
fn shell(command: &str) {
    let output = Command::new("sh").args(["-ec", command]).output().expect("a shell");
    assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&output.stderr));
}
