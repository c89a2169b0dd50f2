//! The databases that a project knows, and the settings that name each.

use crate::settings::variable;

/// The two databases of a migration, and the two of a mirror.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Old,
    New,
    Source,
    Target,
}

/// What a database is made of in settings, and libpq's keyword for it. A mirror's database is
/// `SOURCE_PG_DATABASE`, as in the variables of libpq; a migration's is `OLD_DB_NAME`.
const PARTS: [(&str, &str); 6] = [
    ("USER", "user"),
    ("PASSWORD", "password"),
    ("HOST", "host"),
    ("PORT", "port"),
    ("NAME", "dbname"),
    ("DATABASE", "dbname"),
];

impl Side {
    pub(crate) fn url_variable(self) -> &'static str {
        match self {
            Side::Old => "OLD_DATABASE_URL",
            Side::New => "DATABASE_URL",
            Side::Source => "SOURCE_DATABASE_URL",
            Side::Target => "TARGET_DATABASE_URL",
        }
    }

    pub(crate) fn parts_prefix(self) -> &'static str {
        match self {
            Side::Old => "OLD_DB_",
            Side::New => "NEW_DB_",
            Side::Source => "SOURCE_PG_",
            Side::Target => "TARGET_PG_",
        }
    }

    /// Its settings in parts, with libpq's keywords.
    pub(crate) fn parts(self) -> impl Iterator<Item = (String, &'static str)> {
        let unused = if matches!(self, Side::Old | Side::New) { "DATABASE" } else { "NAME" };
        let parts = PARTS.into_iter().filter(move |(part, _)| *part != unused);
        parts.map(move |(part, key)| (format!("{}{part}", self.parts_prefix()), key))
    }

    /// The first of its settings that is there.
    pub(crate) fn what_is_set(self) -> Option<String> {
        let url = std::iter::once(self.url_variable().to_owned());
        url.chain(self.parts().map(|(name, _)| name)).find(|name| variable(name).is_some())
    }

    pub(crate) fn other(self) -> Side {
        match self {
            Side::Old => Side::New,
            Side::New => Side::Old,
            Side::Source => Side::Target,
            Side::Target => Side::Source,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Side::Old => "old",
            Side::New => "new",
            Side::Source => "source",
            Side::Target => "target",
        }
    }
}

/// Whether the environment or `.env` names either of the two databases of a migration.
pub fn any_is_configured() -> bool {
    [Side::Old, Side::New].into_iter().any(|side| side.what_is_set().is_some())
}
