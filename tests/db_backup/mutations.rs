//! Damage a backup in every way that comes to mind: verify rejects it and names the file.

use std::path::Path;
use std::process::Command;

use super::{Dice, SHOP, back_up, db_backup, files, sealed, torture};
use crate::harness::{Lab, Run};

/// Copies the backup, harms the copy, and expects its verify to name `named`.
#[track_caller]
fn case(lab: &Lab, backup: &Path, what: &str, named: &str, harm: impl FnOnce(&Path)) {
    let copy = lab.path("backups/harmed");
    let status =
        Command::new("cp").arg("-a").arg(backup).arg(&copy).status().expect("the program starts");
    assert!(status.success());
    harm(&copy);
    let run: Run = db_backup(lab, &["verify", "harmed"]);
    assert!(
        matches!(run.code, Some(1 | 3)) && run.stderr.contains(named),
        "{what}: expected a rejection that names {named}\n{run}"
    );
    assert!(!copy.join("verified.json").exists(), "{what}");
    std::fs::remove_dir_all(copy).expect("what the test made");
}

fn gunzip(path: &Path) -> Vec<u8> {
    Command::new("gzip").arg("-dc").arg(path).output().expect("the program starts").stdout
}

fn gzip(path: &Path, text: &[u8]) {
    let plain = path.with_extension("plain");
    std::fs::write(&plain, text).expect("a file");
    std::fs::write(
        path,
        Command::new("gzip").arg("-c").arg(&plain).output().expect("a file").stdout,
    )
    .expect("a file");
    std::fs::remove_file(plain).expect("what the test made");
}

const FIRST: &str = "data/public.orders.1.copy.gz";
const SECOND: &str = "data/public.orders.2.copy.gz";

#[test]
fn a_bit_turned_anywhere_and_a_cut_anywhere_are_found() {
    let lab = Lab::new();
    lab.execute(&lab.new, SHOP);
    let backup = back_up(&lab, &[]);
    let mut dice = Dice(20_261_121);
    let names = files(&backup);
    for round in 0..20 * torture() {
        let file = &names[round % names.len()];
        let length = usize::try_from(std::fs::metadata(backup.join(file)).unwrap().len()).unwrap();
        let (at, bit) = (dice.below(length), dice.below(8));
        case(&lab, &backup, &format!("bit {bit} of byte {at} of {file}"), file, |copy| {
            let mut bytes = std::fs::read(copy.join(file)).unwrap();
            bytes[at] ^= 1 << bit;
            std::fs::write(copy.join(file), bytes).unwrap();
        });
        let at = dice.below(length);
        case(&lab, &backup, &format!("{file} cut at byte {at}"), file, |copy| {
            let harmed = std::fs::OpenOptions::new().write(true).open(copy.join(file)).unwrap();
            harmed.set_len(at as u64).unwrap();
        });
    }
}

#[test]
fn a_file_removed_doubled_swapped_or_added_is_found() {
    let lab = Lab::new();
    lab.execute(&lab.new, SHOP);
    let backup = back_up(&lab, &[]);
    for file in files(&backup) {
        case(&lab, &backup, "removed", &format!("{file} is missing"), |copy| {
            std::fs::remove_file(copy.join(&file)).unwrap();
        });
    }
    case(&lab, &backup, "doubled", SECOND, |copy| {
        std::fs::copy(copy.join(FIRST), copy.join(SECOND)).unwrap();
    });
    case(&lab, &backup, "swapped", FIRST, |copy| {
        std::fs::rename(copy.join(FIRST), copy.join("aside")).unwrap();
        std::fs::rename(copy.join(SECOND), copy.join(FIRST)).unwrap();
        std::fs::rename(copy.join("aside"), copy.join(SECOND)).unwrap();
    });
    let added = "data/public.orders.99.copy.gz";
    case(&lab, &backup, "added", &format!("{added} is not in the manifest"), |copy| {
        std::fs::copy(copy.join(FIRST), copy.join(added)).unwrap();
    });
}

#[test]
fn gzip_that_is_whole_but_not_ours_is_found() {
    let lab = Lab::new();
    lab.execute(&lab.new, SHOP);
    let backup = back_up(&lab, &[]);
    let wrong = format!("{FIRST} ");
    case(&lab, &backup, "a second gzip member", &wrong, |copy| {
        let mut bytes = std::fs::read(copy.join(FIRST)).unwrap();
        bytes.extend(std::fs::read(copy.join(SECOND)).unwrap());
        std::fs::write(copy.join(FIRST), bytes).unwrap();
    });
    case(&lab, &backup, "a dead producer", &wrong, |copy| {
        let text = gunzip(&copy.join(FIRST));
        let half = text[..text.len() / 2].iter().rposition(|byte| *byte == b'\n').unwrap();
        gzip(&copy.join(FIRST), &text[..=half]);
    });
    case(&lab, &backup, "the same rows by another gzip", &wrong, |copy| {
        gzip(&copy.join(FIRST), &gunzip(&copy.join(FIRST)));
    });
}

/// Even a manifest that was sealed again is held to what the files say.
#[test]
fn an_edited_manifest_is_found_sealed_again_or_not() {
    let lab = Lab::new();
    lab.execute(&lab.new, SHOP);
    let backup = back_up(&lab, &[]);
    let text = std::fs::read_to_string(backup.join("manifest.json")).unwrap();
    let edits = [
        ("\"rows\": 5000", "\"rows\": 4999"),
        ("\"name\": \"users\"", "\"name\": \"losers\""),
        ("\"level\": 6", "\"level\": 5"),
        ("\"format\": 1", "\"format\": 0"),
        ("\n}\n", "\n}\n\n"),
        ("{\n  \"format\"", "{\n   \"format\""),
    ];
    for (from, to) in edits {
        let place = text.find(from).unwrap_or_else(|| panic!("{from}"));
        let mut edited = text.clone();
        edited.replace_range(place..place + from.len(), to);
        case(&lab, &backup, to, "manifest.json does not match its own SHA-256", |copy| {
            std::fs::write(copy.join("manifest.json"), edited).unwrap();
        });
    }
    case(
        &lab,
        &backup,
        "newer",
        "manifest.json has format 2, and this program knows formats up to 1",
        |copy| {
            std::fs::write(
                copy.join("manifest.json"),
                text.replacen("\"format\": 1", "\"format\": 2", 1),
            )
            .unwrap();
        },
    );
    let resealed = [
        (
            "\"rows\": 5000",
            "\"rows\": 4999",
            "the chunks of public.users do not add up to the table",
        ),
        (
            "      \"path\": \"data/public.users.1.copy.gz\"",
            "      \"path\": \"data/public.orders.1.copy.gz\"",
            FIRST,
        ),
        (
            "\"file\": \"data/public.users.1.copy.gz\"",
            "\"file\": \"data/public.orders.1.copy.gz\"",
            FIRST,
        ),
    ];
    for (from, to, named) in resealed {
        assert!(text.contains(from), "{from}");
        case(&lab, &backup, to, named, |copy| {
            std::fs::write(copy.join("manifest.json"), sealed(&text.replacen(from, to, 1)))
                .unwrap();
        });
    }
}

#[test]
fn a_proof_is_forgotten_where_the_manifest_is_another() {
    let lab = Lab::new();
    lab.execute(&lab.new, SHOP);
    let backup = back_up(&lab, &[]);
    db_backup(&lab, &["verify"]).ok();
    assert!(db_backup(&lab, &["list"]).ok().contains("files verified"));
    let path = backup.join("manifest.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, sealed(&text.replacen("\"level\": 6", "\"level\": 5", 1))).unwrap();
    assert!(db_backup(&lab, &["list"]).ok().contains("not verified"));
}
