//! Names of the databases that a restore makes beside the live one.

/// The longest name that PostgreSQL keeps, in bytes.
const LONGEST: usize = 63;

/// Where `target` is restored before it takes its place.
pub fn scratch(target: &str) -> String {
    with_suffix(target, "_restoring")
}

/// Where a backup is restored to be looked at only.
pub fn checking(target: &str) -> String {
    with_suffix(target, "_checking")
}

/// What the former `target` is called once it was replaced: `shop_before_20261121221530`.
pub fn kept(target: &str, now: jiff::Timestamp) -> String {
    with_suffix(target, &format!("_before_{}", now.strftime("%Y%m%d%H%M%S")))
}

/// Whether this is a name that [`kept`] gives for the target.
pub fn is_kept(name: &str, target: &str) -> bool {
    let digits = name.len().checked_sub(14).and_then(|start| name.get(start..));
    digits.is_some_and(|digits| {
        digits.bytes().all(|byte| byte.is_ascii_digit())
            && name == with_suffix(target, &format!("_before_{digits}"))
    })
}

/// A name that would be too long loses its end, not the suffix.
fn with_suffix(name: &str, suffix: &str) -> String {
    let mut end = name.len().min(LONGEST - suffix.len());
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{suffix}", &name[..end])
}

#[cfg(test)]
mod tests {
    use super::{is_kept, kept, scratch};

    #[test]
    fn names_stay_within_what_postgresql_keeps() {
        #[track_caller]
        fn case(target: &str, expected: &str) {
            assert_eq!(scratch(target), expected);
            assert!(scratch(target).len() <= 63);
        }
        case("shop", "shop_restoring");
        case(&"a".repeat(63), &format!("{}_restoring", "a".repeat(53)));
        case(&"🙂".repeat(15), &format!("{}_restoring", "🙂".repeat(13)));
    }

    #[test]
    fn only_names_made_here_are_taken_for_kept_databases() {
        #[track_caller]
        fn case(name: &str, expected: bool) {
            assert_eq!(is_kept(name, "shop"), expected, "{name}");
        }
        let now = "2026-11-21T22:15:30Z".parse().unwrap();
        assert_eq!(kept("shop", now), "shop_before_20261121221530");
        case("shop_before_20261121221530", true);
        case("shop_before_2026112122153", false);
        case("shop_before_migration_2026", false);
        case("workshop_before_20261121221530", false);
        case("é", false);
    }
}
