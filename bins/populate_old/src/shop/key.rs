//! The answer key: schema `truth` of the old database.
//!
//! It is made by construction, since the generator knows each clean value before it dirties it;
//! nothing here calls or repeats a cleaner.

use std::io::Write;

use rows::copy::Encoder;

use super::fate::Fate;

/// One row per source row.
pub fn fate(out: &mut Encoder, source: &str, key: u64, fate: Fate) {
    out.start_row(8);
    out.bytes(source.as_bytes());
    out.field(|bytes| write!(bytes, "{key}").expect("memory takes all bytes"));
    match fate {
        Fate::Loaded => {
            out.bytes(b"loaded");
            nulls(out, 5);
        }
        Fate::Merged(survivor) => {
            out.bytes(b"merged");
            out.field(|bytes| write!(bytes, "{survivor}").expect("memory takes all bytes"));
            nulls(out, 4);
        }
        Fate::Quarantined(refusal) => {
            out.bytes(b"quarantined");
            out.null();
            for text in [refusal.source_column, refusal.target, refusal.column, refusal.rule] {
                out.bytes(text.as_bytes());
            }
        }
    }
}

pub fn bigint(out: &mut Encoder, value: u64) {
    out.bytes(&value.to_be_bytes());
}

pub fn text(out: &mut Encoder, value: Option<&str>) {
    match value {
        Some(text) => out.bytes(text.as_bytes()),
        None => out.null(),
    }
}

fn nulls(out: &mut Encoder, count: usize) {
    for _ in 0..count {
        out.null();
    }
}
