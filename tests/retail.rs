//! The Online Retail project on an excerpt that has one of each: what is wrong with the export,
//! and what becomes of it.

use std::collections::BTreeSet;
use std::fs;

use crate::harness::{Lab, Run};

const HEADER: &str =
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

/// The third line is a copy of the second; the fourth was written a minute later; then a code's
/// other description, a cancellation with the code in small letters, and one without a customer.
const DECEMBER: &str = "\
536365,85123A,WHITE HANGING HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,71053,WHITE METAL LANTERN ,6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
536365,71053,WHITE METAL LANTERN ,6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
536365,22752,NESTING  BOXES,2,2010-12-01 08:27:00,7.65,17850.0,United Kingdom
536370,22752,SET 7 NESTING BOXES,1,2010-12-01 08:45:00,7.65,12370.0,Austria
C536379,85123a,WHITE HANGING HEART,-1,2010-12-01 09:41:00,2.55,17850.0,United Kingdom
536414,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom
";

/// A customer who moved, in British Summer Time; damage booked as a negative quantity; bad debts.
const LATER: &str = "\
560776,85123A,CREAM HANGING HEART,1,2011-07-21 08:44:00,2.551,12370.0,Cyprus
560777,85123A,damaged,-3,2011-07-22 08:44:00,0.0,,United Kingdom
A563185,B,Adjust bad debt,1,2011-08-12 14:50:00,11062.06,,United Kingdom
A563186,B,Adjust bad debt,1,2011-08-12 14:51:00,-11062.06,,United Kingdom
";

fn retail() -> Lab {
    let lab = Lab::new();
    lab.project("retail");
    lab.write("export/2010-12-01.csv", &format!("{HEADER}{DECEMBER}"));
    lab.write("export/2011-07-21.csv", &format!("{HEADER}{LATER}"));
    lab
}

/// The excerpt, loaded.
fn loaded() -> Lab {
    let lab = retail();
    run(&lab, "populate_old", &["--csv", "export", "--table", "old_retail"]);
    run(&lab, "migrate_schema", &["upgrade", "heads"]);
    run(&lab, "migrate_data", &[]);
    lab
}

#[track_caller]
fn run(lab: &Lab, binary: &str, arguments: &[&str]) -> Run {
    let run = lab.run(binary, &[&["--project", "sql/retail"], arguments].concat());
    run.ok();
    run
}

#[test]
fn one_wide_table_becomes_five_and_nothing_is_lost() {
    let lab = retail();
    run(&lab, "populate_old", &["--csv", "export", "--table", "old_retail"]);
    run(&lab, "migrate_schema", &["upgrade", "heads"]);
    let load = run(&lab, "migrate_data", &[]);
    let line = load.stdout.lines().nth(2).unwrap_or_default();
    assert_eq!(
        line.split_whitespace().take(5).collect::<Vec<_>>(),
        ["old_retail", "11", "10", "1", "0"],
        "{load}"
    );
    run(&lab, "apply_sql", &[]);
    run(&lab, "verify_data", &[]);

    assert_eq!(
        lab.rows(&lab.new, "SELECT * FROM countries ORDER BY id"),
        ["1|United Kingdom", "2|Austria", "3|Cyprus"]
    );
    assert_eq!(lab.rows(&lab.new, "SELECT * FROM customers ORDER BY id"), ["12370|3", "17850|1"]);
    assert_eq!(
        lab.rows(&lab.new, "SELECT * FROM products ORDER BY code"),
        [
            "22139|∅",
            "22752|SET 7 NESTING BOXES",
            "71053|WHITE METAL LANTERN",
            "85123A|CREAM HANGING HEART",
            "B|Adjust bad debt",
        ]
    );
    assert_eq!(
        lab.rows(&lab.new, "SELECT no, kind, customer_id, country_id, invoiced_at AT TIME ZONE 'UTC' FROM invoices ORDER BY no"),
        [
            "536365|sale|17850|1|2010-12-01 08:26:00",
            "536370|sale|12370|2|2010-12-01 08:45:00",
            "536414|sale|∅|1|2010-12-01 11:52:00",
            "560776|sale|12370|3|2011-07-21 07:44:00",
            "560777|sale|∅|1|2011-07-22 07:44:00",
            "A563185|adjustment|∅|1|2011-08-12 13:50:00",
            "A563186|adjustment|∅|1|2011-08-12 13:51:00",
            "C536379|cancellation|17850|1|2010-12-01 09:41:00",
        ]
    );
    assert_eq!(
        lab.rows(&lab.new, "SELECT id, invoice_no, product_code, description, quantity, unit_price, recorded_at AT TIME ZONE 'UTC' FROM invoice_lines ORDER BY id"),
        [
            "1|536365|85123A|WHITE HANGING HEART|6|2.550|2010-12-01 08:26:00",
            "2|536365|71053|WHITE METAL LANTERN |6|3.390|2010-12-01 08:26:00",
            "4|536365|22752|NESTING  BOXES|2|7.650|2010-12-01 08:27:00",
            "5|536370|22752|SET 7 NESTING BOXES|1|7.650|2010-12-01 08:45:00",
            "6|C536379|85123A|WHITE HANGING HEART|-1|2.550|2010-12-01 09:41:00",
            "7|536414|22139|∅|56|0.000|2010-12-01 11:52:00",
            "8|560776|85123A|CREAM HANGING HEART|1|2.551|2011-07-21 07:44:00",
            "9|560777|85123A|damaged|-3|0.000|2011-07-22 07:44:00",
            "10|A563185|B|Adjust bad debt|1|11062.060|2011-08-12 13:50:00",
            "11|A563186|B|Adjust bad debt|1|-11062.060|2011-08-12 13:51:00",
        ]
    );
}

/// For each check, what it must find. Foreign keys are off.
const DAMAGE: [(&str, &str); 15] = [
    ("cancellation_adds", "UPDATE invoice_lines SET quantity = 1 WHERE id = 6"),
    ("constraint_left_aside", "ALTER TABLE invoices DROP CONSTRAINT invoices_customer_id_fkey"),
    ("country_without_invoice", "INSERT INTO countries VALUES (9, 'Nowhere')"),
    ("customer_country_differs", "UPDATE customers SET country_id = 2 WHERE id = 12370"),
    ("customer_without_invoice", "INSERT INTO customers VALUES (1, 1)"),
    (
        "index_invalid",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'invoices_pkey'::regclass",
    ),
    ("invoice_kind_differs", "UPDATE invoices SET kind = 'sale' WHERE no = 'C536379'"),
    (
        "invoice_time_differs",
        "UPDATE invoices SET invoiced_at = '2010-12-01 08:27Z' WHERE no = '536365'",
    ),
    ("invoice_without_line", "DELETE FROM invoice_lines WHERE id = 7"),
    (
        "line_twice",
        "INSERT INTO invoice_lines SELECT 3, invoice_no, product_code, description, quantity, unit_price, recorded_at FROM invoice_lines WHERE id = 7",
    ),
    ("line_without_invoice", "DELETE FROM invoices WHERE no = '536414'"),
    ("line_without_product", "DELETE FROM products WHERE code = 'B'"),
    ("price_negative", "UPDATE invoice_lines SET unit_price = -1 WHERE id = 1"),
    ("product_without_line", "INSERT INTO products VALUES ('NEW', NULL)"),
    ("text_not_clean", "UPDATE products SET description = 'NESTING  BOXES' WHERE code = '22752'"),
];

#[test]
fn each_check_finds_its_damage() {
    let lab = loaded();
    let folder = Lab::repository().join("sql/retail/checks");
    let files: BTreeSet<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(files, DAMAGE.map(|(check, _)| format!("{check}.sql").into()).into());
    let mut new = lab.connect(&lab.new);
    new.batch_execute("SET session_replication_role = replica").unwrap();
    for (check, damage) in DAMAGE {
        let query = fs::read_to_string(folder.join(format!("{check}.sql"))).unwrap();
        let query = query.trim_end().trim_end_matches(';');
        assert_eq!(new.query(query, &[]).unwrap().len(), 0, "{check} before");
        new.batch_execute("BEGIN").unwrap();
        new.batch_execute(damage).unwrap_or_else(|error| panic!("{damage}: {error:?}"));
        assert_ne!(new.query(query, &[]).unwrap().len(), 0, "{check} after {damage}");
        new.batch_execute("ROLLBACK").unwrap();
    }
}
