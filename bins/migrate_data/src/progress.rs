//! Progress: a bar on a terminal, or a line of JSON a second on stderr for machines.

use std::io::{Write, stderr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle, TermLike};

static AS_JSON: AtomicBool = AtomicBool::new(false);

/// From here on, progress is told in JSON: `{"source":"old_orders","rows":75000,"of":3000000,
/// "rows_per_second":412000,"eta_seconds":7}`.
pub fn as_json() {
    AS_JSON.store(true, Ordering::Relaxed);
}

/// A bar over rows, with rows per second and the time that is left.
pub fn bar(total: u64, label: &str) -> ProgressBar {
    if !AS_JSON.load(Ordering::Relaxed) {
        return common::progress::bar(total, label);
    }
    let lines = Lines { line: Mutex::default() };
    let target = ProgressDrawTarget::term_like_with_hz(Box::new(lines), 1);
    let bar = ProgressBar::with_draw_target(Some(total), target);
    let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        // A number that cannot be written is only not shown.
        write!(out, "{:.0}", state.per_sec()).unwrap_or_default();
    };
    let left = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        write!(out, "{}", state.eta().as_secs()).unwrap_or_default();
    };
    let style = ProgressStyle::with_template(
        "{{\"source\":{msg},\"rows\":{pos},\"of\":{len},\"rows_per_second\":{rate},\"eta_seconds\":{left}}}",
    );
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style.with_key("rate", rate).with_key("left", left));
    bar.set_message(serde_json::Value::from(label).to_string());
    bar
}

/// A terminal that never moves its cursor: what is drawn becomes a line.
#[derive(Debug)]
struct Lines {
    line: Mutex<String>,
}

impl TermLike for Lines {
    fn width(&self) -> u16 {
        u16::MAX
    }

    fn move_cursor_up(&self, _lines: usize) -> std::io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _lines: usize) -> std::io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _columns: usize) -> std::io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _columns: usize) -> std::io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> std::io::Result<()> {
        self.write_str(text)
    }

    fn write_str(&self, text: &str) -> std::io::Result<()> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
        Ok(())
    }

    fn clear_line(&self) -> std::io::Result<()> {
        Ok(())
    }

    fn flush(&self) -> std::io::Result<()> {
        let line = std::mem::take(&mut *self.line.lock().unwrap_or_else(PoisonError::into_inner));
        match line.trim() {
            "" => Ok(()),
            line => writeln!(stderr(), "{line}"),
        }
    }
}
