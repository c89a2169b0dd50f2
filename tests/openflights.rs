//! The flights: five files without headers, four spellings of null, shifted columns, orphan ids.
//! The rows here are made up in the shape of the real ones, whose licence is a share-alike one.

use std::path::Path;
use std::process::Command;

use crate::harness::{Lab, Run, real_data};

const FILES: [&str; 5] = ["countries", "airlines", "planes", "airports", "routes"];

const COUNTRIES: &str = r#""Utopia","UT","UU"
"Utopia","UP","UV"
"Erewhon",\N,"EW"
"Ruritania","RU",""
"#;

/// The third has its columns shifted, the fourth an unusual country and a code that is none.
const AIRLINES: &str = r#"-1,"Unknown",\N,"-","N/A",\N,\N,"Y"
7,"Air  Utopia","null","UA","UTA","UTOPIA","Utopia","Y"
8,"Erewhon Wings",\N,"","EWX"," Inc.","EREWHON","N"
9,"Zenda Air",\N,"..,","ZND","","Republic of Korea","n"
"#;

const PLANES: &str = r#""Zeppelin NT","ZEP",\N
"#;

/// Laputa is on no list of countries.
const AIRPORTS: &str = r#"1,"Utopia Intl","Amaurot","Utopia","UTO","UTOI",51.5,-0.12,83,0,"E","Europe/London","airport","OurAirports"
2,"Laputa Field","Null","Laputa",\N,"LPTA",-6.08,145.39,5282,\N,\N,\N,"airport","OurAirports"
"#;

/// By a shifted airline; from an airport that is not there; to one without a number.
const ROUTES: &str = r#"UA,7,UTO,1,LPTA,2,,0,ZEP 320
EW,8,UTO,1,LPTA,2,,0,ZEP
UA,7,OLD,99,UTO,1,Y,0,ZEP
UA,\N,UTO,1,XXX,\N,Y,1,
"#;

#[track_caller]
fn run(lab: &Lab, binary: &str, arguments: &[&str]) -> Run {
    let run = lab.run(binary, &[&["--project", "sql/openflights"], arguments].concat());
    run.ok();
    run
}

/// All five files, loaded, migrated and verified; what migrate_data said.
fn migrated(lab: &Lab, folder: &Path) -> Run {
    lab.project("openflights");
    for name in FILES {
        let path = folder.join(format!("{name}.dat")).display().to_string();
        let table = format!("old_{name}");
        run(lab, "populate_old", &["--csv", &path, "--table", &table, "--no-header"]);
    }
    run(lab, "migrate_schema", &["upgrade", "heads"]);
    let migrated = run(lab, "migrate_data", &[]);
    run(lab, "verify_data", &[]);
    migrated
}

/// A result line's numbers: read, loaded, merged, quarantined.
fn counts(run: &Run, source: &str) -> String {
    let line = run.stdout.lines().find(|line| line.trim_start().starts_with(source));
    let line = line.unwrap_or_else(|| panic!("{run}")).trim_start().trim_start_matches(source);
    line.split_whitespace().take(4).collect::<Vec<_>>().join(" ")
}

#[test]
fn shifted_orphaned_and_null_fields_are_told_apart() {
    let lab = Lab::new();
    for (name, rows) in FILES.iter().zip([COUNTRIES, AIRLINES, PLANES, AIRPORTS, ROUTES]) {
        let rows = if *name == "countries" {
            format!("{rows}\"South Korea\",\"KR\",\"KS\"\n")
        } else {
            rows.to_owned()
        };
        lab.write(&format!("export/{name}.dat"), &rows);
    }
    let run = migrated(&lab, &lab.path("export"));
    assert_eq!(counts(&run, "countries query"), "6 5 1 0", "{run}");
    assert_eq!(counts(&run, "old_airlines"), "4 3 0 1", "{run}");
    assert_eq!(counts(&run, "old_routes"), "4 2 0 2", "{run}");
    assert_eq!(
        lab.rows(&lab.new, "SELECT * FROM countries ORDER BY name"),
        ["Erewhon|∅|EW", "Laputa|∅|∅", "Ruritania|RU|∅", "South Korea|KR|KS", "Utopia|UT|UU"]
    );
    assert_eq!(
        lab.rows(&lab.new, "SELECT * FROM airlines ORDER BY id"),
        [
            "-1|Unknown|∅|∅|∅|∅|∅|t",
            "7|Air Utopia|∅|UA|UTA|UTOPIA|Utopia|t",
            "9|Zenda Air|∅|∅|ZND|∅|South Korea|f",
        ]
    );
    assert_eq!(
        lab.rows(
            &lab.new,
            "SELECT id, city, country, iata, utc_offset, dst FROM airports ORDER BY id"
        ),
        ["1|Amaurot|Utopia|UTO|0.00|E", "2|∅|Laputa|∅|∅|∅"]
    );
    assert_eq!(
        lab.rows(&lab.new, "SELECT * FROM routes ORDER BY id"),
        ["1|UA|7|UTO|1|LPTA|2|f|0|ZEP 320", "4|UA|∅|UTO|1|XXX|∅|t|1|∅"]
    );
    assert_eq!(
        lab.rows(
            &lab.new,
            "SELECT source, key, reason, value FROM pgrefit.quarantine ORDER BY source, key"
        ),
        [
            "old_airlines|3|no row of countries with that name|EREWHON",
            "old_routes|2|no row of airlines with that id|8",
            "old_routes|3|no row of airports with that id|99",
        ]
    );
}

/// The whole export, where `REAL_DATA_DIR` says where it is.
#[test]
fn every_row_of_the_real_export_is_accounted_for() {
    let Some(folder) = real_data("every_row_of_the_real_export_is_accounted_for") else {
        return;
    };
    let lab = Lab::new();
    for name in FILES {
        let packed = folder.join("openflights").join(format!("{name}.dat.xz"));
        let unpacked = Command::new("xz").arg("-dc").arg(&packed).output().expect("xz runs");
        assert!(unpacked.status.success(), "{} is unpacked", packed.display());
        std::fs::create_dir_all(lab.path("export")).unwrap();
        std::fs::write(lab.path(&format!("export/{name}.dat")), unpacked.stdout).unwrap();
    }
    let run = migrated(&lab, &lab.path("export"));
    for (source, expected) in [
        ("countries query", "281 279 2 0"),
        ("old_airlines", "6,162 6,094 0 68"),
        ("old_planes", "246 246 0 0"),
        ("old_airports", "7,698 7,698 0 0"),
        ("old_routes", "67,663 66,267 0 1,396"),
    ] {
        assert_eq!(counts(&run, source), expected, "{run}");
    }
}
