//! What the run being stepped owes and holds: operations of natives, bytes, and when its time is up.
//!
//! Everything that may be long or large goes through here *before* it is done: `charge` for work, `reserve` for bytes,
//! `poll` inside long loops. The loop takes what is owed off its fuel (`settle`). Each is O(1).
//! The machine has no clock and no allocator of its own: core hands both in as [`Probes`].

use crate::machine::Error;
use crate::parse::ParseBounds;
use crate::{Limits, Meter};
use rhai::{Dynamic, EvalAltResult, Position};

/// Work of a native that counts as one operation: about what an instruction takes.
pub(crate) const ITEMS_PER_OPERATION: usize = 8;
/// The same for text and bytes.
pub(crate) const BYTES_PER_OPERATION: usize = 64;
/// Operations of natives between two looks at the clock: about 0.2 ms.
const POLL_OPERATIONS: i64 = 8192;
/// Text that may wait for the host within one step.
const PENDING_OUTPUT_BYTES: usize = 64 * 1024;
/// What an array element or a map entry takes.
pub(crate) const ITEM_BYTES: usize = std::mem::size_of::<Dynamic>();
/// Containers nest no deeper, whatever the limit says: rhai walks them recursively.
pub(crate) const MAX_DEPTH: u32 = 256;

/// What the machine asks its surroundings. The default answers nothing: no memory is counted, no time passes.
#[derive(Debug, Clone, Copy)]
pub struct Probes {
    /// Heap bytes allocated minus freed by this thread; only differences mean something.
    pub live_bytes: fn() -> i64,
    /// A monotonic clock in nanoseconds.
    pub now_ns: fn() -> u64,
}

impl Default for Probes {
    fn default() -> Self {
        Self {
            live_bytes: || 0,
            now_ns: || 0,
        }
    }
}

/// The account of the run being stepped.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) probes: Probes,
    /// Operations of natives that the loop has not taken off its fuel yet.
    owed: i64,
    /// The step should end soon, though nothing is owed: text waits for the host.
    pause: bool,
    pending_output: usize,
    /// Operations until the clock is looked at.
    until_poll: i64,
    /// Operations the run may still use; what is owed may not be more.
    allowance: i64,
    deadline_ns: u64,
    /// What `live_bytes` says when the run holds nothing.
    zero_bytes: i64,
    max_bytes: i64,
    max_depth: u32,
    /// Containers above the target of the native being called.
    pub(crate) level: u32,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self {
            probes: Probes::default(),
            owed: 0,
            pause: false,
            pending_output: 0,
            until_poll: POLL_OPERATIONS,
            allowance: i64::MAX,
            deadline_ns: u64::MAX,
            zero_bytes: 0,
            max_bytes: i64::MAX,
            max_depth: MAX_DEPTH,
            level: 0,
        }
    }

    /// Opens the account for a step.
    pub(crate) fn open(&mut self, meter: &Meter) {
        self.owed = 0;
        self.pause = false;
        self.pending_output = 0;
        self.until_poll = POLL_OPERATIONS;
        self.allowance = match meter.limits.max_operations {
            0 => i64::MAX,
            most => i64::try_from(most.saturating_sub(meter.operations)).unwrap_or(i64::MAX),
        };
        self.deadline_ns = meter.deadline_ns.unwrap_or(u64::MAX);
        self.zero_bytes = (self.probes.live_bytes)() - meter.memory_bytes;
        self.max_bytes = bytes_limit(&meter.limits);
        self.max_depth = depth_limit(&meter.limits);
        self.level = 0;
    }

    /// Closes it.
    pub(crate) fn close(&mut self, meter: &mut Meter) {
        meter.memory_bytes = self.held_bytes();
    }

    /// Bytes the run holds.
    #[inline]
    pub(crate) fn held_bytes(&self) -> i64 {
        (self.probes.live_bytes)() - self.zero_bytes
    }

    /// Whether half of what the run may hold is in use.
    pub(crate) fn is_short(&self) -> bool {
        self.max_bytes != i64::MAX && self.held_bytes() > self.max_bytes / 2
    }

    /// Work that is about to be done, in operations.
    #[inline]
    pub(crate) fn charge(&mut self, operations: usize) -> Result<(), Error> {
        let operations = i64::try_from(operations).unwrap_or(i64::MAX / 4);
        self.owed = self.owed.saturating_add(operations);
        self.until_poll -= operations.min(i64::MAX / 4);
        if self.until_poll < 0 {
            return self.poll();
        }
        Ok(())
    }

    /// Work over so many elements.
    #[inline]
    pub(crate) fn charge_items(&mut self, items: usize) -> Result<(), Error> {
        self.charge(items / ITEMS_PER_OPERATION)
    }

    /// Work over so many bytes of text.
    #[inline]
    pub(crate) fn charge_bytes(&mut self, bytes: usize) -> Result<(), Error> {
        self.charge(bytes / BYTES_PER_OPERATION)
    }

    /// Looks at the clock and at the bytes held.
    #[cold]
    pub(crate) fn poll(&mut self) -> Result<(), Error> {
        self.until_poll = POLL_OPERATIONS;
        if self.owed > self.allowance {
            return Err(EvalAltResult::ErrorTooManyOperations(Position::NONE).into());
        }
        if self.deadline_ns != u64::MAX && (self.probes.now_ns)() >= self.deadline_ns {
            return Err(EvalAltResult::ErrorTerminated(Dynamic::UNIT, Position::NONE).into());
        }
        self.check_memory()
    }

    /// Refuses what would not fit.
    #[inline]
    pub(crate) fn reserve(&self, bytes: usize) -> Result<(), Error> {
        if self.max_bytes == i64::MAX {
            return Ok(());
        }
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        if self.held_bytes().saturating_add(bytes) > self.max_bytes {
            return Err(out_of_memory());
        }
        Ok(())
    }

    /// The check that follows whatever may have allocated.
    #[inline]
    pub(crate) fn check_memory(&self) -> Result<(), Error> {
        self.reserve(0)
    }

    /// What a parse may take that the run asks for.
    pub(crate) fn parse_bounds(&self) -> ParseBounds {
        ParseBounds {
            deadline_ns: self.deadline_ns,
            live_bytes: self.max_bytes.saturating_add(self.zero_bytes),
        }
    }

    /// Takes what is owed off the fuel; tells whether the step should end.
    #[inline]
    pub(crate) fn settle(&mut self, fuel: &mut i64) -> bool {
        if self.owed == 0 && !self.pause {
            return false;
        }
        *fuel -= std::mem::take(&mut self.owed);
        *fuel < 0 || self.pause
    }

    /// Text was queued for the host.
    pub(crate) fn printed(&mut self, bytes: usize) -> Result<(), Error> {
        self.pending_output += bytes + 64;
        self.pause |= self.pending_output > PENDING_OUTPUT_BYTES;
        self.charge_bytes(bytes)
    }

    /// How deep containers may nest.
    #[inline]
    pub(crate) fn max_depth(&self) -> u32 {
        self.max_depth
    }
}

/// The depth a limit means.
pub(crate) fn depth_limit(limits: &Limits) -> u32 {
    match limits.max_value_depth {
        0 => MAX_DEPTH,
        n => n.min(MAX_DEPTH),
    }
}

fn bytes_limit(limits: &Limits) -> i64 {
    match limits.max_memory_bytes {
        0 => i64::MAX,
        n => i64::try_from(n).unwrap_or(i64::MAX),
    }
}

/// The run holds more than it may.
#[cold]
pub(crate) fn out_of_memory() -> Error {
    EvalAltResult::ErrorDataTooLarge("Memory of run".to_owned(), Position::NONE).into()
}

/// A container would be nested too deep.
#[cold]
pub(crate) fn too_deep() -> Error {
    EvalAltResult::ErrorDataTooLarge("Depth of value".to_owned(), Position::NONE).into()
}
