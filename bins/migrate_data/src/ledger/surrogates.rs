//! Numbers of surrogate keys, remembered from run to run.

use std::collections::HashMap;

use common::{Result, Session};
use rows::copy::Encoder;

use crate::keys::Fingerprint;
use crate::plan::{Source, Target};
use crate::sink;
use crate::survivors::Survivors;

/// The numbers of a target, by what makes rows one.
pub fn known(
    session: &mut Session,
    run: i64,
    target: &Target,
) -> Result<HashMap<Fingerprint, u32>> {
    let rows = session.query(
        "SELECT uuid_send(fingerprint), number FROM pgrefit.surrogate WHERE run = $1 AND target = $2",
        &[&run, &target.name],
    )?;
    let numbers = rows.iter().map(|row| {
        let bytes: &[u8] = row.get(0);
        let half = |from: usize| {
            bytes[from..from + 8].try_into().map(u64::from_be_bytes).expect("a uuid has 16 bytes")
        };
        let number = u32::try_from(row.get::<_, i64>(1)).expect("numbers are counted in 32 bits");
        ([half(0), half(8)], number)
    });
    Ok(numbers.collect())
}

/// The numbers that are not among those known.
pub fn unknown(
    survivors: &Survivors,
    known: &HashMap<Fingerprint, u32>,
) -> Vec<(Fingerprint, u32)> {
    let all = survivors.iter().map(|(fingerprint, survivor)| (*fingerprint, survivor.number()));
    all.filter(|(fingerprint, _)| !known.contains_key(fingerprint)).collect()
}

/// Writes numbers down, within the session's transaction where it has one.
pub fn remember(
    session: &mut Session,
    run: i64,
    source: &Source,
    target: &Target,
    numbers: &[(Fingerprint, u32)],
) -> Result<()> {
    let mut rows = Encoder::new();
    for (fingerprint, number) in numbers {
        rows.start_row(5);
        rows.bytes(&run.to_be_bytes());
        rows.bytes(source.label.as_bytes());
        rows.bytes(target.name.as_bytes());
        rows.field(|bytes| bytes.extend(fingerprint.iter().flat_map(|half| half.to_be_bytes())));
        rows.bytes(&i64::from(*number).to_be_bytes());
    }
    if rows.is_empty() {
        return Ok(());
    }
    let statement = "COPY pgrefit.surrogate (run, source, target, fingerprint, number) FROM STDIN (FORMAT binary)";
    sink::send(session, statement, rows.finish())
}

/// Forgets those of a source, whose rows are gone.
pub fn forget(session: &mut Session, run: i64, source: &Source) -> Result<()> {
    session.execute(
        "DELETE FROM pgrefit.surrogate WHERE run = $1 AND source = $2",
        &[&run, &source.label],
    )?;
    Ok(())
}
