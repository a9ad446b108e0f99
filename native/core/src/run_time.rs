//! When a run's time is up, and what it is told then: the wall clock, and its own time.

use crate::deadlines::NEVER;
use crate::failed::Failed;
use crate::programs::CompileBounds;
use crate::runs::{Phase, Run};

/// A year: sums of times stay far from the largest number.
const LONGEST_WAIT_MS: f64 = 365.0 * 24.0 * 3600.0 * 1000.0;

impl Run {
    /// Books a wait that was over when the run reached this core: it counts on the wall clock.
    pub fn has_waited(&mut self, ms: f64) {
        if ms > 0.0 {
            self.wait_before((ms.min(LONGEST_WAIT_MS) * 1e6) as u64);
        }
    }

    /// The failure of a run whose wall clock or own time is up.
    #[must_use]
    pub fn time_is_up(&self, now_ns: u64) -> Option<Failed> {
        if self.wall_deadline_ns <= now_ns {
            return Some(Failed::timeout("timeoutMs", self.limits.timeout_ms, self.place()));
        }
        self.compute_is_up()
    }

    /// The failure of a run that has computed for too long.
    #[must_use]
    pub fn compute_is_up(&self) -> Option<Failed> {
        let is_up = self.spent().script_ns >= self.limits.compute_ns;
        is_up.then(|| Failed::timeout("computeMs", self.limits.compute_ms, "script"))
    }

    /// When a slice that begins now must end, also inside a native.
    #[must_use]
    pub fn slice_deadline_ns(&self, now_ns: u64) -> u64 {
        let compute = match self.limits.compute_ns {
            NEVER => NEVER,
            limit_ns => now_ns.saturating_add(limit_ns.saturating_sub(self.spent().script_ns)),
        };
        self.wall_deadline_ns.min(compute)
    }

    /// What its compile may take, as a part of its own time.
    #[must_use]
    pub fn compile_bounds(&self, now_ns: u64) -> CompileBounds {
        let deadline_ns = self.slice_deadline_ns(now_ns);
        CompileBounds {
            deadline_ns: (deadline_ns != NEVER).then_some(deadline_ns),
            ..CompileBounds::of(&self.limits, now_ns)
        }
    }

    /// The failure of a run whose deadline passed inside a native.
    #[must_use]
    pub fn late(&self, now_ns: u64) -> Failed {
        let failed = self.time_is_up(now_ns);
        failed.unwrap_or_else(|| Failed::timeout("computeMs", self.limits.compute_ms, "script"))
    }

    /// Where the time went when it ran out: a run between two slices is computing unless it waited for longer.
    fn place(&self) -> &'static str {
        let spent = self.spent();
        match self.phase {
            Phase::Waiting => "host",
            Phase::Queued if spent.queue_ns > spent.script_ns => "queue",
            _ => "script",
        }
    }
}
