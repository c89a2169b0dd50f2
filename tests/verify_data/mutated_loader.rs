//! A loader that lies in its books as well. Nothing in the binaries can be told to lie; what such a
//! loader would leave behind is left here by hand, rows and ledger in accord, so that no count
//! gives it away.

use super::loaded_shop;

#[test]
fn a_loader_that_lies_in_its_ledger_too_is_caught_and_the_key_named() {
    let lab = loaded_shop();
    lab.execute(&lab.old, "DROP SCHEMA truth CASCADE");
    lab.run("verify_data", &[]).ok();
    let ids =
        lab.rows(&lab.new, "SELECT id FROM order_items WHERE quantity = 3 ORDER BY id LIMIT 2");
    let [one, other] = ids.as_slice() else { panic!("{ids:?}") };
    let price = lab.value(
        &lab.new,
        &format!("SELECT trim_scale(unit_price) || '|' || unit_price + 0.01 FROM order_items WHERE id = {one}"),
    );
    let (price, changed) = price.split_once('|').unwrap();
    let counted = |by: i32| {
        format!(
            "UPDATE pgrefit.load_chunk SET target_rows = jsonb_set(target_rows, '{{order_items}}', to_jsonb((target_rows ->> 'order_items')::int + {by})) WHERE source = 'old_orders' AND chunk = 1"
        )
    };
    lab.execute(
        &lab.new,
        &format!("CREATE TABLE pgrefit.kept AS SELECT * FROM order_items WHERE id IN ({one}, {other}); CREATE TABLE pgrefit.kept_chunk AS SELECT chunk, target_rows FROM pgrefit.load_chunk WHERE source = 'old_orders'"),
    );
    let mend = format!(
        "DELETE FROM order_items WHERE id IN ({one}, {other}, 999999); INSERT INTO order_items SELECT * FROM pgrefit.kept; \
         UPDATE pgrefit.load_chunk AS c SET target_rows = k.target_rows FROM pgrefit.kept_chunk AS k WHERE c.source = 'old_orders' AND c.chunk = k.chunk"
    );
    let lies = [
        (
            format!("DELETE FROM order_items WHERE id = {one}; {}", counted(-1)),
            vec![format!("order_items {one}: is missing; it comes from old_orders {one}\n")],
        ),
        (
            format!(
                "INSERT INTO order_items SELECT 999999, order_id, ordered_at, product_id, quantity, unit_price FROM order_items WHERE id = {one}; {}",
                counted(1)
            ),
            vec!["order_items 999999: does not come from any row of old_orders\n".to_owned()],
        ),
        (
            format!("UPDATE order_items SET unit_price = unit_price + 0.01 WHERE id = {one}"),
            vec![format!(
                "order_items {one}: unit_price is {changed}, the mapping makes {price} of old_orders {one}\n"
            )],
        ),
        (
            format!(
                "UPDATE order_items SET id = 999999 WHERE id = {one}; UPDATE order_items SET id = {one} WHERE id = {other}; UPDATE order_items SET id = {other} WHERE id = 999999"
            ),
            vec![
                format!("order_items {one}: order_id is {other}"),
                format!("order_items {other}: order_id is {one}"),
            ],
        ),
    ];
    for (lie, named) in lies {
        lab.execute(&lab.new, &lie);
        let run = lab.run("verify_data", &[]);
        run.exits(3);
        assert!(
            run.stdout.starts_with("verify_data: every source row accounted for; "),
            "{lie}\n{run}"
        );
        for name in named {
            assert!(run.stderr.contains(&format!("verify_data: {name}")), "{lie}\n{name}\n{run}");
        }
        lab.execute(&lab.new, &mend);
    }
    lab.run("verify_data", &[]).ok();
}
