//! What helps where a restore has failed, as far as more is known than the server says.

use common::Error;
use common::progress::bytes;
use postgres::error::SqlState;

use crate::plan::Plan;

pub fn of(error: &Error, plan: &Plan, scratch: &str) -> Option<String> {
    let said = error.to_string();
    if error.is(&SqlState::DISK_FULL) || is_servers_disk(&said) {
        return Some(format!(
            "The server's disk is full: the rows of this backup are {} of text, and indexes come on top. Make room there, by `db_restore drop-old` for instance, which drops the former databases that restores have kept, or restore elsewhere.",
            bytes(plan.backup.manifest.copy_bytes())
        ));
    }
    if said.contains(NO_SPACE) {
        return Some(format!(
            "The disk of {} on this machine is full; TMPDIR names another folder for temporary files.",
            std::env::temp_dir().display()
        ));
    }
    let options = &plan.backup.manifest.options;
    if !options.is_whole() {
        return Some(format!(
            "The backup holds {} only, without what that needs from elsewhere. `--table` adds a table to a database that has the rest; `{}` drops `{scratch}`, which is there now.",
            options.parts().join(", "),
            plan.discard
        ));
    }
    let unknown =
        [SqlState::UNDEFINED_FUNCTION, SqlState::UNDEFINED_TABLE, SqlState::UNDEFINED_OBJECT];
    unknown.iter().any(|code| error.is(code)).then(|| {
        format!(
            "A restore runs with an empty search path, as pg_restore does: a function that names things without their schema needs `ALTER FUNCTION … SET search_path = …`, in `{scratch}` for this restore and in the live database for later ones."
        )
    })
}

const NO_SPACE: &str = "No space left on device";

/// pg_restore shows no SQLSTATE, so that its words are all there is, in the server's language: an
/// error of the server's, or the hint that comes with it.
fn is_servers_disk(said: &str) -> bool {
    said.contains("Check free disk space")
        || said.lines().any(|line| line.contains("ERROR: ") && line.contains(NO_SPACE))
}

#[cfg(test)]
mod tests {
    use super::is_servers_disk;

    #[test]
    fn the_servers_disk_is_told_from_ours() {
        let server = "pg_restore: error: could not execute query: ERROR:  could not extend file \"base/5/1\": No space left on device";
        assert!(is_servers_disk(server));
        let ours = "pg_dump: error: could not write to output file: No space left on device";
        assert!(!is_servers_disk(ours));
    }
}
