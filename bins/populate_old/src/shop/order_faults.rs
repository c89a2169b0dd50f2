//! What can be wrong with an order for good, and which of it is recorded.

use super::dice::Roll;
use super::fate::Refusal;
use super::rates::Defect;

/// What cannot be repaired in an order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    UnknownUser,
    BadEmail,
    NoEmail,
    BadDate,
    NoDate,
    BadStatus,
    NoStatus,
    UnknownProduct,
    NoProduct,
    BadQuantity,
    NoQuantity,
    BadPrice,
    NoPrice,
}

const FAULTS: [(u32, Fault); 13] = [
    (32, Fault::UnknownUser),
    (5, Fault::BadEmail),
    (3, Fault::NoEmail),
    (18, Fault::BadDate),
    (2, Fault::NoDate),
    (6, Fault::BadStatus),
    (2, Fault::NoStatus),
    (7, Fault::UnknownProduct),
    (1, Fault::NoProduct),
    (5, Fault::BadQuantity),
    (2, Fault::NoQuantity),
    (15, Fault::BadPrice),
    (2, Fault::NoPrice),
];

/// Mostly one fault, sometimes two, since what is recorded is the first in the mapping's order.
pub fn faults(defect: Option<Defect>, roll: &mut Roll) -> [Option<Fault>; 2] {
    if defect != Some(Defect::Fault) {
        return [None; 2];
    }
    let second = roll.below(8) == 0;
    [Some(roll.weigh(&FAULTS)), second.then(|| roll.weigh(&FAULTS))]
}

/// The rule that a fault breaks where it depends on the row; an empty one is not broken.
pub struct Rules {
    pub user: &'static str,
    pub product: &'static str,
    pub quantity: &'static str,
    pub price: &'static str,
}

/// The mapping's order: those of orders (user_id, ordered_at, status), then those of order_items
/// (product_id, quantity, unit_price). Where a row has two faults in one column, the first here
/// is the one that was written.
pub fn refusal(has: impl Fn(Fault) -> bool, rules: &Rules) -> Option<Refusal> {
    const ORDERS: &str = "orders";
    const ITEMS: &str = "order_items";
    let first = |faults: &[(Fault, &'static str)]| {
        faults.iter().find(|(fault, _)| has(*fault)).map(|(_, rule)| *rule)
    };
    let or = |rule: Option<&'static str>, otherwise: &'static str| {
        rule.or((!otherwise.is_empty()).then_some(otherwise))
    };
    let user = first(&[
        (Fault::NoEmail, "missing"),
        (Fault::BadEmail, "email"),
        (Fault::UnknownUser, "lookup"),
    ]);
    let date = first(&[(Fault::NoDate, "missing"), (Fault::BadDate, "date")]);
    let status = first(&[(Fault::NoStatus, "missing"), (Fault::BadStatus, "enum")]);
    let product = first(&[(Fault::NoProduct, "missing"), (Fault::UnknownProduct, "lookup")]);
    let quantity = first(&[(Fault::NoQuantity, "missing"), (Fault::BadQuantity, rules.quantity)]);
    let price = first(&[(Fault::NoPrice, "missing"), (Fault::BadPrice, rules.price)]);
    let columns = [
        (or(user, rules.user), "user_email", ORDERS, "user_id"),
        (date, "order_date", ORDERS, "ordered_at"),
        (status, "status", ORDERS, "status"),
        (or(product, rules.product), "product_name", ITEMS, "product_id"),
        (quantity, "quantity", ITEMS, "quantity"),
        (price, "price", ITEMS, "unit_price"),
    ];
    columns.into_iter().find_map(|(rule, source_column, target, column)| {
        rule.map(|rule| Refusal { source_column, target, column, rule })
    })
}

#[cfg(test)]
mod tests {
    use super::{Fault, Rules, refusal};

    #[test]
    fn the_first_column_in_the_mappings_order_is_recorded() {
        let rules = Rules { user: "", product: "lookup", quantity: "integer", price: "scale" };
        #[track_caller]
        fn case(faults: &[Fault], rules: &Rules, expected: Option<(&str, &str)>) {
            let refusal = refusal(|fault| faults.contains(&fault), rules);
            assert_eq!(refusal.map(|refusal| (refusal.column, refusal.rule)), expected);
        }
        case(&[], &rules, Some(("product_id", "lookup")));
        case(&[Fault::BadPrice, Fault::BadStatus], &rules, Some(("status", "enum")));
        case(&[Fault::UnknownUser, Fault::NoEmail], &rules, Some(("user_id", "missing")));
        let clean = Rules { product: "", ..rules };
        case(&[], &clean, None);
        case(&[Fault::BadPrice], &clean, Some(("unit_price", "scale")));
    }
}
