//! How a worker shares the processors with the server that it reads from.

/// Lets the server fill the connection while this thread waits for its turn.
///
/// A thread that wakes for every 8 kB that arrive takes the processor from the server process
/// that is about to send more: ten times the switches, and a tenth of a backup's time where
/// server and workers share two cores. The kernel may refuse, and then it is only slower.
#[cfg(target_os = "linux")]
pub fn schedule() {
    // SAFETY: the call reads the parameters on this stack and changes this thread only.
    unsafe {
        let parameters: libc::sched_param = std::mem::zeroed();
        libc::sched_setscheduler(0, libc::SCHED_BATCH, &raw const parameters);
    }
}

/// Other systems have no such class.
#[cfg(not(target_os = "linux"))]
pub fn schedule() {}
