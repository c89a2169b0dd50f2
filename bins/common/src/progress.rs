//! One place makes every progress bar, and hands back a hidden one off a terminal, so that
//! callers never branch.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar over `total` units, such as rows or bytes, on stderr.
pub fn bar(total: u64, label: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), target());
    let style = ProgressStyle::with_template(
        "{msg:<24} {wide_bar} {human_pos}/{human_len} {per_sec} ETA {eta}",
    );
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(label.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// The same over bytes: `3.1 GB/11.9 GB`.
pub fn byte_bar(total: u64, label: &str) -> ProgressBar {
    let bar = bar(total, label);
    let style = ProgressStyle::with_template(
        "{msg:<24} {wide_bar} {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec} ETA {eta}",
    );
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// Over one statement, of which is known how much there is to do, or only that it goes on.
pub fn statement_bar(known: bool) -> ProgressBar {
    let template = if known { "{bar:24} {percent:>3} %  {wide_msg}" } else { "{wide_msg}" };
    let style = ProgressStyle::with_template(template);
    let bar = ProgressBar::with_draw_target(None, target());
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Draws at most five times a second; indicatif itself hides the bar where stderr is no terminal.
fn target() -> ProgressDrawTarget {
    ProgressDrawTarget::stderr_with_hz(5)
}

/// `1234567` → `1,234,567`.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `3 rows`, `12,000 rows`.
pub fn count(number: i64, singular: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {singular}{plural}", grouped(number))
}

/// `812 B`, `41 kB`, `3.1 GB`: powers of ten, as disks are sold.
pub fn bytes(number: u64) -> String {
    let mut value = number as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if value < 999.5 {
            let digits = usize::from(unit != "B" && value < 9.95);
            return format!("{value:.digits$} {unit}");
        }
        value /= 1000.0;
    }
    format!("{value:.1} TB")
}

/// `0.3 s`, `41 s`, `3 min 20 s`.
pub fn seconds(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 10.0 {
        format!("{seconds:.1} s")
    } else if seconds < 120.0 {
        format!("{seconds:.0} s")
    } else {
        format!("{} min {} s", duration.as_secs() / 60, duration.as_secs() % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, count, grouped};

    #[test]
    fn sizes_have_two_or_three_digits() {
        let sizes = [0, 812, 1_000, 41_700, 999_499, 999_500, 3_090_000_000, 12_000_000_000_000];
        let said = ["0 B", "812 B", "1.0 kB", "42 kB", "999 kB", "1.0 MB", "3.1 GB", "12.0 TB"];
        assert_eq!(sizes.map(bytes), said);
    }

    #[test]
    fn numbers_are_grouped_and_agree_with_their_nouns() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(-1234), "-1,234");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(count(1, "row"), "1 row");
        assert_eq!(count(12_000, "row"), "12,000 rows");
    }
}
