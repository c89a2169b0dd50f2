//! Random graphs, random walks: a script holds the statements of the run that it stands for.

use super::{FOLDER, command, migrate, torture, versions};
use crate::harness::{Lab, Run};
use crate::tools::Dice;

/// Writes a graph of so many revisions, each after one or two earlier ones or a root of its own.
fn graph(lab: &Lab, dice: &mut Dice, size: usize) {
    for index in 0..size {
        let mut down: Vec<usize> = match dice.below(10) {
            _ if index == 0 => vec![],
            0 => vec![],
            1..=6 => vec![index - 1],
            _ => vec![dice.below(index), dice.below(index)],
        };
        down.sort_unstable();
        down.dedup();
        let depends =
            if index > 0 && dice.below(5) == 0 { vec![dice.below(index)] } else { vec![] };
        let names = |of: &[usize]| match of {
            [] => "none".to_owned(),
            some => some.iter().map(|r| format!("r{r:02}")).collect::<Vec<_>>().join(", "),
        };
        let transaction = if dice.below(4) == 0 { "off" } else { "on" };
        let text = format!(
            "-- revision: r{index:02}\n-- down_revision: {}\n-- depends_on: {}\n-- transaction: {transaction}\n\n\
             -- +upgrade\nCREATE TABLE t_r{index:02} (n int, word text DEFAULT 'a;b');\nINSERT INTO t_r{index:02} VALUES ({index});\n\n\
             -- +downgrade\nDROP TABLE t_r{index:02};\n",
            names(&down),
            names(&depends),
        );
        lab.write(&format!("{FOLDER}/r{index:02}_add.sql"), &text);
    }
}

/// The revisions' own statements and the changes of the version table, in order.
fn essence(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for statement in text.replace("'a;b'", "'a:b'").split(';') {
        let words = statement.split_whitespace().collect::<Vec<_>>().join(" ");
        let words = words.replace("public.alembic_version", "alembic_version");
        let own = ["CREATE TABLE t_", "INSERT INTO t_", "DROP TABLE t_"];
        let version = [
            "INSERT INTO alembic_version",
            "DELETE FROM alembic_version",
            "UPDATE alembic_version",
        ];
        if let Some(at) = own.iter().chain(&version).find_map(|start| words.find(start)) {
            found.push(words[at..].to_owned());
        }
    }
    found
}

/// What a run sends, from its log.
fn sent(lab: &Lab, verb: &str, target: &str) -> Vec<String> {
    let mut command = command(lab, &[verb, target]);
    let run = Run::of(command.env("ENABLE_QUERY_LOGGING", "1"), &lab.password());
    run.ok();
    let statements = run.stderr.lines().filter_map(|line| line.split_once(" ms  "));
    essence(&statements.map(|(_, sql)| format!("{sql};")).collect::<String>())
}

#[test]
fn a_script_holds_the_statements_of_the_run() {
    let mut dice = Dice(7);
    for _ in 0..3 * torture() {
        let lab = Lab::new();
        let size = 2 + dice.below(18);
        graph(&lab, &mut dice, size);
        for _ in 0..6 {
            migrate(&lab, &["current"]).ok();
            let rows = match lab
                .value(&lab.new, "SELECT coalesce(to_regclass('alembic_version')::text, '')")
            {
                table if table.is_empty() => String::new(),
                _ => versions(&lab),
            };
            let from = if rows.is_empty() { "base".to_owned() } else { rows.replace(' ', ",") };
            let (verb, to) = match dice.below(4) {
                0 => ("upgrade", "heads".to_owned()),
                1 if !rows.is_empty() => ("downgrade", "base".to_owned()),
                _ => ("upgrade", format!("r{:02}", dice.below(size))),
            };
            let script = migrate(&lab, &[verb, "--sql", &format!("{from}:{to}")]);
            let script = essence(script.ok());
            assert_eq!(sent(&lab, verb, &to), script, "{verb} {from}:{to}");
        }
    }
}
