//! Partitions that a job made below a parent of the schema files: no plan drops one, whatever
//! becomes of the parent.

use super::verbs::migrate;
use crate::harness::Lab;

const EVENTS: &str = "CREATE TABLE events (
    at   date NOT NULL,
    kind varchar(20) NOT NULL DEFAULT 'x',
    n    int,
    PRIMARY KEY (at, kind)
) PARTITION BY RANGE (at);
CREATE INDEX events_n_idx ON events (n);
CREATE TABLE events_rest PARTITION OF events DEFAULT;
";

/// Two partitions that the files do not know, one with an index of its own and one with partitions
/// in turn, all with rows.
const JOB: &str = "
CREATE TABLE events_2020 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE INDEX by_hand ON events_2020 (kind);
COMMENT ON TABLE events_2020 IS 'by a job';
CREATE TABLE events_2021 PARTITION OF events FOR VALUES FROM ('2021-01-01') TO ('2022-01-01') PARTITION BY LIST (kind);
CREATE TABLE events_2021_x PARTITION OF events_2021 DEFAULT;
INSERT INTO events SELECT date '2019-12-01' + n * 60, 'k' || n, n FROM generate_series(0, 11) n;
";

const PARTITIONS: &str =
    "SELECT relid::text FROM pg_partition_tree('events') WHERE isleaf ORDER BY 1";

fn rows(lab: &Lab) -> String {
    lab.value(&lab.new, "SELECT string_agg(concat_ws(' ', at::date, kind, n, tableoid::regclass), ',' ORDER BY at) FROM events")
}

#[test]
fn partitions_of_a_job_outlive_their_parent() {
    let lab = Lab::new();
    lab.write("sql/p/schema/001_events.sql", EVENTS);
    migrate(&lab, &["revision", "--autogenerate", "-m", "events", "--rev-id", "aa1"]).ok();
    migrate(&lab, &["upgrade"]).ok();
    lab.execute(&lab.new, JOB);
    let (before, partitions) = (rows(&lab), lab.rows(&lab.new, PARTITIONS));
    assert_eq!(partitions, ["events_2020", "events_2021_x", "events_rest"]);
    // The key's type has no statement of its own: the parent is made anew.
    let wider = EVENTS
        .replace("at   date", "at   timestamp")
        .replace("varchar(20)", "text")
        .replace("    n    int,", "    n    bigint,\n    more text DEFAULT 'm',");
    lab.write("sql/p/schema/001_events.sql", &wider);
    migrate(&lab, &["revision", "--autogenerate", "-m", "at the second", "--rev-id", "bb2"]).ok();
    migrate(&lab, &["upgrade"]).ok();
    assert_eq!(rows(&lab), before);
    assert_eq!(lab.rows(&lab.new, PARTITIONS), partitions);
    let types = "SELECT string_agg(format('%s %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attname)
                   FROM pg_attribute WHERE attrelid = 'events_2020'::regclass AND attnum > 0 AND NOT attisdropped";
    assert_eq!(
        lab.value(&lab.new, types),
        "at timestamp without time zone, kind text, more text, n bigint"
    );
    assert_eq!(lab.value(&lab.new, "SELECT count(*) FROM pg_class WHERE relname = 'by_hand'"), "1");
    migrate(&lab, &["check"]).ok();
    migrate(&lab, &["downgrade", "-1"]).ok();
    assert_eq!(rows(&lab), before);
    assert_eq!(lab.rows(&lab.new, PARTITIONS), partitions);
    assert_eq!(lab.value(&lab.new, "SELECT obj_description('events_2020'::regclass)"), "by a job");
}

#[test]
fn a_parent_that_is_renamed_and_made_anew_at_once_is_refused() {
    let lab = Lab::new();
    lab.write("sql/p/schema/001_events.sql", EVENTS);
    migrate(&lab, &["revision", "--autogenerate", "-m", "events", "--rev-id", "aa1"]).ok();
    migrate(&lab, &["upgrade"]).ok();
    lab.execute(&lab.new, JOB);
    let other = EVENTS
        .replace("at   date NOT NULL,", "at   timestamp NOT NULL,")
        .replace("    n    int,", "    m    int, -- @rename from: n")
        .replace("events (n)", "events (m)");
    lab.write("sql/p/schema/001_events.sql", &other);
    migrate(&lab, &["revision", "--autogenerate", "-m", "both"]).fails(
        2,
        "migrate_schema: table public.events must be created again and a part of it renamed at the same time
  detail: partition public.events_2020 is not in the files, and can follow only if no name changes
  hint: Rename in a revision of its own. Nothing was written.",
    );
    assert_eq!(lab.value(&lab.new, "SELECT count(*) FROM events"), "12");
}
