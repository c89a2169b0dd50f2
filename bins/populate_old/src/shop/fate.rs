//! What becomes of a source row.

/// Why a row is quarantined: the first column of mapping.toml, in its order, that refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub source_column: &'static str,
    pub target: &'static str,
    pub column: &'static str,
    pub rule: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Loaded,
    /// Into the row with this key.
    Merged(u32),
    Quarantined(Refusal),
}
