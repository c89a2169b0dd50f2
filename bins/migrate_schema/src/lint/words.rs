//! What each rule has found, in our own words: which lock keeps whom away and why, and the safe form.

use squawk_linter::Rule;

/// What is told of a hazard. `{}` in `what` is the table.
pub struct Words {
    /// The lock, as PostgreSQL names it, where one is the hazard.
    pub lock: Option<&'static str>,
    pub what: &'static str,
    pub hint: &'static str,
}

const EXCLUSIVE: Option<&str> = Some("ACCESS EXCLUSIVE");
const UNIQUE: &str = "CREATE UNIQUE INDEX CONCURRENTLY in a revision with `-- transaction: off`, then ADD CONSTRAINT … USING INDEX.";
const RENAMED: &str =
    "Keep the old name for a release, by a view or a second column, until no client uses it.";

/// The rules of squawk that find a hazard to those who work meanwhile, or to what they stored. Its
/// rules of taste, such as which type to prefer, are left out.
pub const RULES: [Rule; 19] = [
    Rule::RequireConcurrentIndexCreation,
    Rule::RequireConcurrentIndexDeletion,
    Rule::RequireConcurrentReindex,
    Rule::RequireConcurrentPartitionDetach,
    Rule::ConstraintMissingNotValid,
    Rule::AddingForeignKeyConstraint,
    Rule::AddingFieldWithDefault,
    Rule::AddingNotNullableField,
    Rule::AddingSerialPrimaryKeyField,
    Rule::AddingRequiredField,
    Rule::DisallowedUniqueConstraint,
    Rule::ChangingColumnType,
    Rule::RenamingColumn,
    Rule::RenamingTable,
    Rule::BanDropTable,
    Rule::BanDropColumn,
    Rule::BanDropSchema,
    Rule::BanDropDatabase,
    Rule::BanTruncateCascade,
];

/// Of one of [`RULES`]; `None` for another.
pub fn of(rule: Rule) -> Option<Words> {
    let (lock, what, hint) = match rule {
        Rule::RequireConcurrentIndexCreation => (
            Some("SHARE"),
            "nobody writes to {} until the index is built",
            "CREATE INDEX CONCURRENTLY, in a revision with `-- transaction: off`.",
        ),
        Rule::RequireConcurrentIndexDeletion => (
            EXCLUSIVE,
            "nobody reads or writes the table of {} until the revision ends",
            "DROP INDEX CONCURRENTLY, in a revision with `-- transaction: off`.",
        ),
        Rule::RequireConcurrentReindex => (
            Some("SHARE"),
            "nobody writes, or reads by the index, until {} is rebuilt",
            "REINDEX … CONCURRENTLY, in a revision with `-- transaction: off`.",
        ),
        Rule::RequireConcurrentPartitionDetach => (
            EXCLUSIVE,
            "nobody reads or writes {} until the revision ends",
            "DETACH PARTITION … CONCURRENTLY, in a revision with `-- transaction: off`.",
        ),
        Rule::ConstraintMissingNotValid => (
            EXCLUSIVE,
            "nobody reads or writes {} while the constraint reads all of it",
            "ADD CONSTRAINT … NOT VALID, and VALIDATE CONSTRAINT in the next revision: that blocks nobody.",
        ),
        Rule::AddingForeignKeyConstraint => (
            Some("SHARE ROW EXCLUSIVE"),
            "nobody writes to {}, nor to what the key points to, while it reads all of both",
            "ADD CONSTRAINT … NOT VALID, and VALIDATE CONSTRAINT in the next revision: that blocks nobody.",
        ),
        Rule::AddingFieldWithDefault => (
            EXCLUSIVE,
            "a value that is computed for each row rewrites {}",
            "Add the column without it, SET DEFAULT for new rows, fill the old ones in batches. A constant rewrites nothing.",
        ),
        Rule::AddingNotNullableField => (
            EXCLUSIVE,
            "nobody reads or writes {} while SET NOT NULL reads all of it",
            "ADD CONSTRAINT … CHECK (… IS NOT NULL) NOT VALID; in the next revision VALIDATE CONSTRAINT, SET NOT NULL, DROP CONSTRAINT.",
        ),
        Rule::AddingSerialPrimaryKeyField => {
            (EXCLUSIVE, "nobody reads or writes {} until the key's index is built", UNIQUE)
        }
        Rule::AddingRequiredField => (
            None,
            "a NOT NULL column without a default is refused if {} holds a row",
            "Give it a default, or add it nullable, fill it, and then set NOT NULL.",
        ),
        Rule::DisallowedUniqueConstraint => {
            (EXCLUSIVE, "nobody reads or writes {} until the constraint's index is built", UNIQUE)
        }
        Rule::ChangingColumnType => (
            EXCLUSIVE,
            "a new type rewrites {} and its indexes, unless both types are stored alike",
            "Add a column of the new type, fill it in batches, then swap the names. A longer varchar, or text for it, rewrites nothing.",
        ),
        Rule::RenamingColumn => {
            (EXCLUSIVE, "clients that use the old name of a column of {} fail", RENAMED)
        }
        Rule::RenamingTable => (EXCLUSIVE, "clients that use the old name of {} fail", RENAMED),
        Rule::BanDropTable => (EXCLUSIVE, "the rows of {} are thrown away", BACKUP),
        Rule::BanDropColumn => {
            (EXCLUSIVE, "a column of {} is thrown away, and clients that name it fail", BACKUP)
        }
        Rule::BanDropSchema => (EXCLUSIVE, "what {} holds is thrown away", BACKUP),
        Rule::BanDropDatabase => (None, "a whole database is thrown away", BACKUP),
        Rule::BanTruncateCascade => (
            EXCLUSIVE,
            "every table that points to {} is emptied with it",
            "Name the tables that are to be emptied, without CASCADE.",
        ),
        _ => return None,
    };
    Some(Words { lock, what, hint })
}

const BACKUP: &str = "First release clients that no longer use it, and run `make db-backup`.";

/// A constraint that is validated in the transaction that added it.
pub const VALIDATED_AT_ONCE: Words = Words {
    lock: EXCLUSIVE,
    what: "the lock of ADD CONSTRAINT keeps everyone from {} while VALIDATE reads all of it",
    hint: "VALIDATE CONSTRAINT in the next revision.",
};

/// EXCLUDE has no NOT VALID.
pub const EXCLUSION: Words = Words {
    lock: EXCLUSIVE,
    what: "nobody reads or writes {} until the constraint's index is built",
    hint: "There is no form that blocks nobody: choose a quiet hour, and a --lock-timeout.",
};

/// Rules of our own, by name: what squawk does not look for.
pub const REWRITE: (&str, Words) = (
    "table-rewrite",
    Words {
        lock: EXCLUSIVE,
        what: "nobody reads or writes {} until it is rewritten",
        hint: "Choose a quiet hour; pg_repack does it while others work.",
    },
);
pub const TRUNCATE: (&str, Words) = (
    "truncate-table",
    Words { lock: EXCLUSIVE, what: "the rows of {} are thrown away", hint: BACKUP },
);
pub const EVERY_ROW: (&str, Words) = (
    "write-every-row",
    Words {
        lock: Some("ROW EXCLUSIVE"),
        what: "nobody changes a row of {} until the revision ends, as each of them is written",
        hint: "Write in batches, each a statement with a WHERE, in a revision with `-- transaction: off`.",
    },
);
pub const REFRESH: (&str, Words) = (
    "refresh-without-concurrently",
    Words {
        lock: EXCLUSIVE,
        what: "nobody reads {} until it is refreshed",
        hint: "REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index on it.",
    },
);
