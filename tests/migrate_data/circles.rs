//! Lookups that go round: rows that look up rows of their own table, and tables that look up each
//! other. A row that finds nothing falls, and takes with it those that looked it up; rows that hold
//! each other stay.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;

use super::kills::{State, wait_for};
use super::{READ_IS_LOADED_MERGED_QUARANTINED, small, writes};
use crate::harness::Lab;

const NEW: &str = "CREATE TABLE team (nr int PRIMARY KEY, code text UNIQUE NOT NULL, head int NOT NULL); \
    CREATE TABLE employee (id int PRIMARY KEY, mail text UNIQUE NOT NULL, boss int REFERENCES employee, team int REFERENCES team, n int); \
    ALTER TABLE team ADD FOREIGN KEY (head) REFERENCES employee";

fn mapping(otherwise: &str) -> String {
    format!(
        "[employee]\nfrom = \"staff\"\nkey = \"id\"\nunique = {{ by = \"mail\" }}\n[employee.columns]\nid = \"id\"\nmail = {{ from = \"mail\", clean = [\"email\"] }}\n\
         boss = {{ lookup = \"employee\", by = \"mail\", from = \"boss_mail\", clean = [\"email\"] }}\n\
         team = {{ lookup = \"team\", by = \"code\", from = \"team\", otherwise = \"{otherwise}\" }}\nn = \"n\"\n\
         [team]\nfrom = \"teams\"\nkey = \"id\"\nunique = {{ by = \"code\" }}\n[team.columns]\nnr = {{ surrogate = true }}\ncode = \"code\"\n\
         head = {{ lookup = \"employee\", by = \"mail\", from = \"head_mail\", clean = [\"email\"] }}\n"
    )
}

/// Staff and teams whose references lead anywhere: to nobody, to one of several, to themselves.
fn old(seed: u32) -> String {
    let pick = |salt: u32, of: u32| {
        format!("(abs(hashint8(i * 1000003 + {seed} * 7919 + {salt})::bigint) % {of})")
    };
    let mail = |salt: u32, of: u32| format!("'M' || {} || '@x.org'", pick(salt, of));
    format!(
        "CREATE TABLE IF NOT EXISTS staff (id int PRIMARY KEY, mail text, boss_mail text, team text, n text); \
         CREATE TABLE IF NOT EXISTS teams (id int PRIMARY KEY, code text, head_mail text); TRUNCATE staff, teams; \
         INSERT INTO staff SELECT i, {}, CASE WHEN {} > 3 THEN {} END, CASE WHEN {} > 3 THEN 't' || {} END, CASE WHEN {} = 0 THEN 'x' ELSE i::text END FROM generate_series(1, 900) AS i; \
         INSERT INTO teams SELECT i, 't' || {}, {} FROM generate_series(1, 150) AS i",
        mail(1, 700),
        pick(2, 10),
        mail(3, 660),
        pick(4, 10),
        pick(5, 100),
        pick(6, 25),
        pick(7, 95),
        mail(8, 690),
    )
}

/// What must be loaded, worked out by hand: all rows that can be cleaned, less those that find
/// nothing among the rest, again and again.
fn by_hand(lab: &Lab, otherwise: &str) -> [Vec<String>; 3] {
    let table = |sql: &str| -> Vec<Vec<String>> {
        let rows = lab.rows(&lab.old, sql);
        rows.iter().map(|row| row.split('|').map(str::to_owned).collect()).collect()
    };
    let mut staff = table(
        "SELECT id, lower(mail), lower(boss_mail), team, n FROM staff WHERE n <> 'x' ORDER BY id",
    );
    let mut teams = table("SELECT id, code, lower(head_mail) FROM teams ORDER BY id");
    loop {
        let rows = staff.len() + teams.len();
        let mails: BTreeSet<String> = staff.iter().map(|row| row[1].clone()).collect();
        let codes: BTreeSet<String> = teams.iter().map(|row| row[1].clone()).collect();
        let found = |among: &BTreeSet<String>, text: &String| text == "∅" || among.contains(text);
        staff.retain(|row| {
            found(&mails, &row[2]) && (otherwise == "null" || found(&codes, &row[3]))
        });
        teams.retain(|row| found(&mails, &row[2]));
        if staff.len() + teams.len() == rows {
            break;
        }
    }
    let (mut ids, mut numbers) = (BTreeMap::new(), BTreeMap::new());
    for row in &staff {
        ids.entry(row[1].clone()).or_insert(row[0].clone());
    }
    for row in &teams {
        let next = (numbers.len() + 1).to_string();
        numbers.entry(row[1].clone()).or_insert((next, row[0].clone()));
    }
    let null = || "∅".to_owned();
    let boss = |mail: &String| ids.get(mail).cloned().unwrap_or_else(null);
    let number = |code: &String| numbers.get(code).map_or_else(null, |(number, _)| number.clone());
    let lives = staff.iter().map(|row| format!("staff {}", row[0]));
    let lives = lives.chain(teams.iter().map(|row| format!("teams {}", row[0]))).collect();
    staff.retain(|row| ids[&row[1]] == row[0]);
    teams.retain(|row| numbers[&row[1]].1 == row[0]);
    let employees = staff.iter().map(|row| {
        format!("{}|{}|{}|{}|{}", row[0], row[1], boss(&row[2]), number(&row[3]), row[4])
    });
    let teams = teams.iter().map(|row| format!("{}|{}|{}", number(&row[1]), row[1], boss(&row[2])));
    [employees.collect(), teams.collect(), lives]
}

fn loaded(lab: &Lab) -> [Vec<String>; 2] {
    ["TABLE employee ORDER BY id", "TABLE team ORDER BY nr"].map(|sql| lab.rows(&lab.new, sql))
}

#[test]
fn rows_that_look_up_each_other_are_loaded_with_all_that_hold() {
    let seeds = std::env::var("TORTURE").map_or(2, |times| 2 * times.parse::<u32>().unwrap());
    for otherwise in ["reject", "null"] {
        let lab = small(&old(0), NEW, &mapping(otherwise));
        for seed in 0..seeds {
            lab.execute(&lab.old, &old(seed));
            let dry = lab.run("migrate_data", &["dry-run", "--json"]);
            let forecast: serde_json::Value = serde_json::from_str(dry.ok()).unwrap();
            // The first is begun anew after nothing, the others by a later run or anew in turn.
            let arguments: &[&str] =
                if seed % 2 == 0 { &["--restart", "--yes"] } else { &["--prune"] };
            lab.run("migrate_data", arguments).ok();
            let [employees, teams, lives] = by_hand(&lab, otherwise);
            assert!(employees.len() > 20 && teams.len() > 5, "{employees:?} {teams:?}");
            if seed % 2 == 0 {
                assert_eq!(loaded(&lab), [employees, teams], "{otherwise} {seed}");
            } else {
                // Teams keep the numbers that they had.
                let names = "SELECT e.id, e.mail, e.boss, t.code, e.n FROM employee AS e LEFT JOIN team AS t ON t.nr = e.team ORDER BY 1";
                let later = lab.rows(&lab.new, names);
                lab.run("verify_data", &[]).ok();
                lab.run("migrate_data", &["--restart", "--yes"]).ok();
                assert_eq!(later, lab.rows(&lab.new, names), "{otherwise} {seed}");
                assert_eq!(loaded(&lab), [employees, teams], "{otherwise} {seed}");
            }
            let fates = "SELECT source || ' ' || key FROM pgrefit.quarantine";
            let fallen: BTreeSet<String> = lab.rows(&lab.new, fates).into_iter().collect();
            assert_eq!(fallen.len() + lives.len(), 1_050, "{otherwise} {seed}");
            assert!(lives.iter().all(|row| !fallen.contains(row)));
            assert_eq!(lab.rows(&lab.new, READ_IS_LOADED_MERGED_QUARANTINED), [""; 0]);
            let counts = "SELECT source, sum(loaded), sum(merged), sum(quarantined) FROM pgrefit.load_chunk GROUP BY 1 ORDER BY 1";
            let sources = forecast["sources"].as_array().unwrap().iter().map(|source| {
                format!(
                    "{}|{}|{}|{}",
                    source["source"].as_str().unwrap(),
                    source["loaded"],
                    source["merged"],
                    source["quarantined"]
                )
            });
            assert_eq!(lab.rows(&lab.new, counts), sources.collect::<Vec<_>>());
            lab.run("verify_data", &[]).ok();
        }
        let before = writes(&lab);
        let again = lab.run("migrate_data", &[]);
        assert!(again.ok().starts_with("migrate_data: nothing to do"), "{again}");
        assert_eq!(writes(&lab), before);
    }
}

/// A mended rule brings back a row, and with it all that had fallen with it.
#[test]
fn a_replay_brings_back_those_that_fell_with_a_row() {
    let lab = small(
        "CREATE TABLE p (id int PRIMARY KEY, mail text, boss text, born text); \
         INSERT INTO p SELECT i, 'p' || i, CASE WHEN i > 1 THEN 'p' || i - 1 END, CASE i WHEN 1 THEN '1.2.1990' ELSE '1990-02-01' END FROM generate_series(1, 40) AS i; \
         INSERT INTO p VALUES (50, 'p50', 'p51', '1990-01-01'), (51, 'p51', 'p50', '1990-01-01'), (52, 'p52', 'nobody', '1990-01-01')",
        "CREATE TABLE people (id int PRIMARY KEY, mail text UNIQUE, boss int REFERENCES people, born date NOT NULL)",
        "",
    );
    let write = |formats: &str| {
        lab.write(
            "sql/shop/mapping.toml",
            &format!("[people]\nfrom = \"p\"\nkey = \"id\"\nunique = {{ by = \"mail\" }}\n[people.columns]\nid = \"id\"\nmail = \"mail\"\nboss = {{ lookup = \"people\", by = \"mail\", from = \"boss\" }}\nborn = {{ from = \"born\", formats = [{formats}] }}\n"),
        );
    };
    write("\"%Y-%m-%d\"");
    lab.run("migrate_data", &[]).ok();
    let rows = "SELECT id, boss FROM people ORDER BY id";
    assert_eq!(lab.rows(&lab.new, rows), ["50|51", "51|50"]);
    assert_eq!(
        lab.run("migrate_data", &["explain", "p", "3"]).ok(),
        "p 3 → quarantined: no row of people with that mail (people.boss, lookup)\n  people\n    \
         id    id '3' → 3\n    mail  mail 'p3' → p3\n    boss  boss 'p2' → p2 → ✗ no row of people with that mail\n    \
         born  born '1990-02-01' → 1990-02-01\n"
    );
    lab.run("verify_data", &[]).ok();
    write("\"%Y-%m-%d\", \"%d.%m.%Y\"");
    assert_eq!(
        lab.run("migrate_data", &["replay"]).ok(),
        "migrate_data: p: 41 quarantined rows tried again: 40 loaded, 0 merged, 1 still quarantined\n"
    );
    assert_eq!(lab.value(&lab.new, "SELECT count(*), sum(boss) FROM people"), "42|881");
    lab.run("verify_data", &[]).ok();
    // One that the table itself refuses takes its subordinates with it as well.
    lab.execute(&lab.old, "UPDATE p SET born = '1.2.1800' WHERE id = 21");
    lab.execute(&lab.new, "ALTER TABLE people ADD CHECK (born > '1900-01-01')");
    for arguments in [&["--prune"][..], &["--restart", "--yes"]] {
        lab.run("migrate_data", arguments).ok();
        assert_eq!(lab.value(&lab.new, "SELECT count(*), sum(boss) FROM people"), "22|291");
        lab.run("verify_data", &[]).ok();
    }
}

/// `kill -9` while one of the sources is loaded, or the next: the second try ends as one that was
/// not killed; and where a row that others hang on went in between, they go, too.
#[test]
fn a_killed_load_of_a_circle_goes_on() {
    let lab = small(
        "CREATE TABLE a (id int PRIMARY KEY, name text, other text); CREATE TABLE b (id int PRIMARY KEY, name text, other text); \
         INSERT INTO a SELECT i, 'a' || i, 'b' || i + 1 FROM generate_series(1, 60000) AS i; \
         INSERT INTO b SELECT i, 'b' || i, CASE WHEN i % 3 <> 0 THEN 'a' || i END FROM generate_series(1, 60000) AS i",
        "CREATE TABLE x (id int PRIMARY KEY, name text UNIQUE, other int NOT NULL); CREATE TABLE y (id int PRIMARY KEY, name text UNIQUE, other int REFERENCES x); \
         ALTER TABLE x ADD FOREIGN KEY (other) REFERENCES y",
        &[("x", "a", "y"), ("y", "b", "x")]
            .map(|(to, from, other)| format!("[{to}]\nfrom = \"{from}\"\nkey = \"id\"\nunique = {{ by = \"name\" }}\n[{to}.columns]\nid = \"id\"\nname = \"name\"\nother = {{ lookup = \"{other}\", by = \"name\", from = \"other\" }}\n"))
            .concat(),
    );
    let content = |lab: &Lab| {
        lab.value(&lab.new, "SELECT (SELECT count(*) || ' ' || sum(hashtextextended(x::text, 0)) FROM x), (SELECT count(*) || ' ' || sum(hashtextextended(y::text, 0)) FROM y)")
    };
    lab.run("migrate_data", &[]).ok();
    let undisturbed = content(&lab);
    let kills = std::env::var("TORTURE").map_or(1, |times| times.parse::<i64>().unwrap());
    for kill in 0..2 * kills {
        lab.execute(&lab.new, "TRUNCATE x, y; DROP SCHEMA pgrefit CASCADE");
        let mut command = lab.command("migrate_data", &["--workers", "1"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        wait_for(&lab, &mut child, State { chunks: 1 + 2 * (kill % 2), back: 0 });
        child.kill().unwrap();
        child.wait().unwrap();
        lab.run("migrate_data", &[]).ok();
        assert_eq!(content(&lab), undisturbed);
    }
    lab.execute(&lab.new, "TRUNCATE x, y; DROP SCHEMA pgrefit CASCADE");
    let run = lab.run("migrate_data", &["--max-rejects", "0", "--workers", "1"]);
    run.exits(3);
    assert!(
        run.stderr.starts_with("migrate_data: the foreign key x_other_fkey of x cannot be brought back before the rest is loaded\n"),
        "{run}"
    );
    lab.execute(&lab.old, "UPDATE b SET name = 'gone' WHERE id = 30000");
    let run = lab.run("migrate_data", &[]);
    run.ok();
    assert!(run.stderr.contains("has changed since the last try: "), "{run}");
    lab.run("verify_data", &[]).ok();
    let changed = content(&lab);
    assert_ne!(changed, undisturbed);
    // A part of a circle is the whole of it.
    lab.execute(&lab.new, "TRUNCATE x, y; DROP SCHEMA pgrefit CASCADE");
    lab.run("migrate_data", &["--only", "x"]).ok();
    assert_eq!(content(&lab), changed);
}

/// What could have more than one end, or none, is refused before anything is touched.
#[test]
fn a_circle_that_has_no_one_end_is_refused() {
    let lab = small(
        "CREATE TABLE p (id int PRIMARY KEY, mail text, boss text, nick text)",
        "CREATE TABLE people (id int PRIMARY KEY, mail text UNIQUE, nick text, boss int); CREATE TABLE pair (id int PRIMARY KEY, boss int); CREATE TABLE city (nr int PRIMARY KEY, name text UNIQUE); CREATE TABLE visit (id int PRIMARY KEY, city text)",
        "",
    );
    let case = |mapping: &str, message: &str| {
        lab.write("sql/shop/mapping.toml", mapping);
        lab.run("migrate_data", &[])
            .fails(2, &format!("migrate_data: sql/shop/mapping.toml:{message}"));
    };
    let people = |unique: &str, boss: &str| {
        format!(
            "[people]\nfrom = \"p\"\nkey = \"id\"\nunique = {{ by = \"mail\"{unique} }}\n[people.columns]\nid = \"id\"\nmail = \"mail\"\nnick = \"nick\"\nboss = {{ lookup = \"people\", by = \"mail\", from = \"boss\"{boss} }}\n"
        )
    };
    case(
        &people("", ", take = \"boss\""),
        "9: the lookup takes `people.boss`, which is itself looked up among the same rows\n  hint: Nothing was loaded.",
    );
    case(
        &people("", ", take = \"nick\"").replace("\nboss", "\nid2"),
        "9: `people.id2` does not exist\n  hint: The columns of people are id, mail, nick, boss. Nothing was loaded.",
    );
    case(
        &people("", "")
            .replace(
                "nick = \"nick\"",
                "nick = { lookup = \"people\", by = \"mail\", from = \"boss\", take = \"nick\" }",
            )
            .replace("\nboss = ", "\n#"),
        "8: the lookup takes `people.nick`, which is itself looked up among the same rows\n  hint: Nothing was loaded.",
    );
    case(
        &people(", keep = \"latest\", order_by = \"boss\"", ""),
        "1: `order_by` of [people] is a lookup in people, which is known only when the survivors are\n  hint: Nothing was loaded.",
    );
    case(
        &format!(
            "{}[pair]\nfrom = \"p\"\nkey = \"id\"\nskip_if_null = \"boss\"\n[pair.columns]\nid = \"id\"\nboss = {{ lookup = \"people\", by = \"mail\", from = \"boss\", otherwise = \"null\" }}\n",
            people("", "")
        ),
        "13: `skip_if_null` of [pair] depends on what a lookup in its own circle finds\n  hint: Without `otherwise`, a row whose lookup finds nothing is quarantined. Nothing was loaded.",
    );
    case(
        "[city]\nfrom = \"p\"\nkey = \"id\"\nunique = { by = \"name\" }\n[city.columns]\nnr = { surrogate = true }\nname = \"nick\"\n\
         [visit]\nfrom = \"p\"\nkey = \"id\"\n[visit.columns]\nid = \"id\"\ncity = { lookup = \"city\", by = \"name\", from = \"nick\", take = \"name\" }\n",
        "13: the lookup takes `city.name`, which is not its surrogate key `nr`\n  hint: Nothing was loaded.",
    );
}
