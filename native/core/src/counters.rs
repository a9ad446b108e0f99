//! What a core has done so far and holds now, for `engine.stats()`.

/// Counters only grow; gauges are of now. [`Counters::list`] gives them their public names.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Counters {
    /// Runs started.
    pub started: u64,
    /// Runs that ended with a value.
    pub done: u64,
    /// Runs that ended badly.
    pub failed: u64,
    /// Host calls posted.
    pub requests: u64,
    /// Answers taken.
    pub replies: u64,
    /// Answers nobody waited for.
    pub late_replies: u64,
    /// Host calls that took too long.
    pub host_timeouts: u64,
    /// Records that broke the protocol.
    pub malformed: u64,
    /// Slices of script run.
    pub slices: u64,
    /// Compiles done.
    pub compiles: u64,
    /// Panics caught.
    pub panics: u64,
    /// Operations of ended runs.
    pub operations: u64,
    /// Script time of ended runs, in nanoseconds.
    pub script_ns: u64,
    /// Host time of ended runs, in nanoseconds.
    pub host_ns: u64,
    /// Queue time of ended runs, in nanoseconds.
    pub queue_ns: u64,
    /// Records received.
    pub records_in: u64,
    /// Bytes received.
    pub bytes_in: u64,
    /// Records sent.
    pub records_out: u64,
    /// Bytes sent.
    pub bytes_out: u64,
    /// Gauge: runs that have not ended.
    pub live_runs: u64,
    /// Gauge: host calls open.
    pub open_requests: u64,
    /// Gauge: entries of the ready queue.
    pub ready: u64,
    /// Gauge: deadlines armed.
    pub deadlines: u64,
    /// Gauge: sources kept.
    pub programs: u64,
}

impl Counters {
    /// How many there are.
    pub const COUNT: usize = 24;
    /// Their names, in the order of [`Counters::list`].
    pub const NAMES: [&'static str; Self::COUNT] = [
        "started",
        "done",
        "failed",
        "requests",
        "replies",
        "lateReplies",
        "hostTimeouts",
        "malformed",
        "slices",
        "compiles",
        "panics",
        "operations",
        "scriptMs",
        "hostMs",
        "queueMs",
        "recordsIn",
        "bytesIn",
        "recordsOut",
        "bytesOut",
        "liveRuns",
        "openRequests",
        "ready",
        "deadlines",
        "programs",
    ];

    /// All of them as numbers; times in milliseconds.
    #[must_use]
    pub fn list(&self) -> [f64; Self::COUNT] {
        let ms = crate::limits::to_ms;
        let n = |count: u64| count as f64;
        [
            n(self.started),
            n(self.done),
            n(self.failed),
            n(self.requests),
            n(self.replies),
            n(self.late_replies),
            n(self.host_timeouts),
            n(self.malformed),
            n(self.slices),
            n(self.compiles),
            n(self.panics),
            n(self.operations),
            ms(self.script_ns),
            ms(self.host_ns),
            ms(self.queue_ns),
            n(self.records_in),
            n(self.bytes_in),
            n(self.records_out),
            n(self.bytes_out),
            n(self.live_runs),
            n(self.open_requests),
            n(self.ready),
            n(self.deadlines),
            n(self.programs),
        ]
    }
}
