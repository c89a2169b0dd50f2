//! What is refused, and in which words; nothing is changed by any of it.

use super::Mirrors;

#[track_caller]
fn refuses(mirrors: &Mirrors, arguments: &[&str], code: i32, message: &str) {
    mirrors.run(arguments).fails(code, message);
    let schemas = format!("SELECT count(*) FROM pg_namespace WHERE nspname = '{}'", mirrors.name());
    assert_eq!(mirrors.lab.value(&mirrors.lab.new, &schemas), "0");
    assert!(mirrors.revisions().is_empty());
}

#[test]
fn two_tables_that_fold_to_one_are_both_named() {
    let mirrors = Mirrors::of("CREATE TABLE \"Users\" (); CREATE TABLE users ()", "public");
    let message = format!(
        "mirror_schema: table public.Users and table public.users have the same name in the mirror\n  \
         detail: both would be `{}.users`\n  \
         hint: Rename one in the source, or leave it out of TABLES. Nothing was changed.",
        mirrors.name()
    );
    refuses(&mirrors, &[], 2, &message);
    refuses(&mirrors, &["--plan"], 2, &message);
}

#[test]
fn a_name_that_grows_past_63_bytes_is_named() {
    // Lower case of İ is two characters and three bytes; upper case has two bytes.
    let name = "İ".repeat(31);
    let mirrors = Mirrors::of(&format!("CREATE TABLE t (\"{name}\" int)"), "public");
    let message = format!(
        "mirror_schema: the name of column public.t.{name} has 93 bytes in the mirror\n  \
         detail: `{}`; PostgreSQL keeps 63\n  \
         hint: Rename it in the source, or leave it out of TABLES. Nothing was changed.",
        name.to_lowercase()
    );
    refuses(&mirrors, &[], 2, &message);
}

#[test]
fn two_names_that_are_one_after_63_bytes_are_both_named() {
    // Lower case of İ is longer: both are past 63 bytes there, and differ behind them.
    let (one, other) = (format!("{}a", "İ".repeat(31)), format!("{}b", "İ".repeat(31)));
    let mirrors =
        Mirrors::of(&format!("CREATE TABLE t (\"{one}\" int, \"{other}\" int)"), "public");
    let message = format!(
        "mirror_schema: column public.t.{one} and column public.t.{other} have the same name in the mirror\n  \
         detail: both would be `{}.t.{}`\n  \
         hint: Rename one in the source, or leave it out of TABLES. Nothing was changed.",
        mirrors.name(),
        one.to_lowercase().chars().take(42).collect::<String>()
    );
    refuses(&mirrors, &[], 2, &message);
}

#[test]
fn two_schemas_that_are_one_after_63_bytes_are_both_named() {
    let long = "s".repeat(62);
    let mirrors = Mirrors::of("SELECT", "public");
    let schemas = format!("{long}a,{long}b");
    let name = format!("dw__{}__{long}", mirrors.lab.old);
    let message = format!(
        "mirror_schema: schema {long}a and schema {long}b have the same name in the mirror\n  \
         detail: both would be `{}`\n  \
         hint: Rename one in the source, or leave it out of TABLES. Nothing was changed.",
        &name[..63]
    );
    let mut command = mirrors.command(&[]);
    command.env("SOURCE_PG_SCHEMA", schemas);
    crate::harness::Run::of(&mut command, &mirrors.lab.password()).fails(2, &message);
}

#[test]
fn a_schema_that_is_somebody_elses_is_left_alone() {
    let mirrors = Mirrors::of("CREATE TABLE users (id int)", "public");
    let (name, password) = (mirrors.name(), mirrors.lab.password());
    let (owner, other) =
        (format!("owner_{}", mirrors.lab.new), format!("other_{}", mirrors.lab.new));
    mirrors.target(&format!(
        "CREATE ROLE {owner}; CREATE ROLE {other} LOGIN PASSWORD '{password}'; CREATE SCHEMA {name} AUTHORIZATION {owner}; \
         GRANT ALL ON SCHEMA {name} TO {other}"
    ));
    let url = mirrors.lab.url(&mirrors.lab.new);
    let url = url.replace(&format!("//{}:", mirrors.lab.user()), &format!("//{other}:"));
    let mut command = mirrors.command(&[]);
    command.env("TARGET_DATABASE_URL", url);
    let run = crate::harness::Run::of(&mut command, &password);
    let relations =
        format!("SELECT count(*) FROM pg_class WHERE relnamespace = '{name}'::regnamespace");
    let relations = mirrors.lab.value(&mirrors.lab.new, &relations);
    mirrors.target(&format!("DROP OWNED BY {owner}, {other}; DROP ROLE {owner}, {other}"));
    let message = format!(
        "mirror_schema: the schema {name} in {} at 127.0.0.1:{} is owned by {owner}\n  \
         detail: this is the user {other}\n  \
         hint: Connect as {owner}, or let them `GRANT {owner} TO {other}`. Nothing was changed.",
        mirrors.lab.new,
        mirrors.lab.port()
    );
    run.fails(1, &message);
    assert_eq!(relations, "0");
    assert!(mirrors.revisions().is_empty());
}

#[test]
fn tables_that_are_not_there_are_named() {
    let mirrors = Mirrors::of("CREATE TABLE \"Users\" (); CREATE TABLE posts ()", "public");
    refuses(
        &mirrors,
        &["--tables", "Users,Votes,public.Tags"],
        2,
        "mirror_schema: not in the source: Votes, public.Tags\n  \
         detail: its tables are public.Users, public.posts\n  \
         hint: TABLES takes the names as the source has them, or `all`. Nothing was changed.",
    );
    let run = mirrors.run(&["--tables", "USERS"]);
    assert!(run.ok().contains("1 table in step"), "{run}");
}

#[test]
fn a_schema_that_is_not_there_is_named() {
    let mirrors = Mirrors::of("CREATE SCHEMA dbo", "Sales");
    let message = format!(
        "mirror_schema: {} at 127.0.0.1:{} has no schema `Sales`\n  \
         detail: its schemas are dbo, public\n  \
         hint: SOURCE_PG_SCHEMA or --schema names it, as the source spells it. Nothing was changed.",
        mirrors.lab.old,
        mirrors.lab.port()
    );
    refuses(&mirrors, &[], 2, &message);
}

#[test]
fn a_schema_that_holds_something_else_is_left_alone() {
    let mirrors = Mirrors::of("CREATE TABLE users ()", "public");
    let name = mirrors.name();
    mirrors.target(&format!("CREATE SCHEMA {name}; CREATE TABLE {name}.mine ()"));
    let message = format!(
        "mirror_schema: the schema {name} in {} at 127.0.0.1:{} is not a mirror: it holds 1 relation and no version table\n  \
         hint: Rename or drop it; a mirror shares its schema with nothing else. Nothing was changed.",
        mirrors.lab.new,
        mirrors.lab.port()
    );
    mirrors.run(&[]).fails(1, &message);
    assert!(mirrors.revisions().is_empty());
}

#[test]
fn rows_are_not_lost_without_a_word() {
    let mirrors = Mirrors::of(
        "CREATE TABLE users (id int, fax text); CREATE TABLE empty (id int, fax text)",
        "public",
    );
    mirrors.run(&[]).ok();
    let name = mirrors.name();
    mirrors.target(&format!("INSERT INTO {name}.users VALUES (1, 'x')"));
    mirrors.source("ALTER TABLE users DROP fax; ALTER TABLE empty DROP fax");
    let message = format!(
        "mirror_schema: {name} would lose rows: column {name}.users.fax\n  \
         detail: what is gone from the source still holds rows in the mirror\n  \
         hint: `mirror_schema --allow-data-loss` drops it; run db_backup first to have a way back. Nothing was changed."
    );
    mirrors.run(&[]).fails(2, &message);
    mirrors.run(&["--allow-data-loss"]).ok();
    mirrors.are_in_step();
}

#[test]
fn a_source_that_cannot_be_reached_is_named_by_its_setting() {
    let mirrors = Mirrors::of("CREATE TABLE users ()", "public");
    let mut command = mirrors.command(&[]);
    command.env("SOURCE_DATABASE_URL", "postgresql://me@127.0.0.1:1/so");
    let run = crate::harness::Run::of(&mut command, &mirrors.lab.password());
    run.fails(
        1,
        "mirror_schema: cannot connect to the database so at 127.0.0.1:1\n  \
         detail: Connection refused (os error 111)\n  \
         hint: Is the server running there? The address comes from SOURCE_DATABASE_URL.",
    );
    assert!(mirrors.revisions().is_empty());
}
