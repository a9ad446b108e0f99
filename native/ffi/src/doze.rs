//! Who sleeps and who wakes whom, apart from what both do when they are awake. The worker thread and the JavaScript
//! thread each use their half; nobody polls.
//!
//! The worker says SLEEPING, looks again at everything that could have come meanwhile (mail, a kick, a nearer deadline,
//! stop), and only then parks; whoever brings work publishes it first and then looks at SLEEPING. All of these are
//! sequentially consistent, so one of the two sees the other. `models.rs` tries every order of them.

use crate::memory::Word;

#[cfg(feature = "model")]
use shuttle::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
#[cfg(not(feature = "model"))]
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};

/// No deadline.
pub const NEVER: u64 = u64::MAX;

/// The control words, sequentially consistent.
pub trait Words {
    /// Reads a word.
    fn load(&self, word: Word) -> u32;
    /// Writes a word.
    fn store(&self, word: Word, value: u32);
    /// Writes a word and gives what it was.
    fn swap(&self, word: Word, value: u32) -> u32;
}

/// What the two threads tell each other beside the control words.
pub struct Doze {
    stop: AtomicBool,
    /// Work was left for the worker that is not in the inbox.
    kick: AtomicBool,
    /// The core's nearest deadline after the last turn.
    nearest_ns: AtomicU64,
    /// Until when the worker sleeps; [`NEVER`] when it is not known.
    parked_until_ns: AtomicU64,
}

impl Default for Doze {
    fn default() -> Self {
        Self {
            stop: AtomicBool::new(false),
            kick: AtomicBool::new(false),
            nearest_ns: AtomicU64::new(NEVER),
            parked_until_ns: AtomicU64::new(NEVER),
        }
    }
}

impl Doze {
    /// Whether the worker must end.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(SeqCst)
    }

    /// Tells the worker to end; whoever calls it unparks the worker afterwards.
    pub fn stop(&self) {
        self.stop.store(true, SeqCst);
    }

    /// Mail, or the wish to stop: the worker should look up.
    pub fn has_news(&self, words: &impl Words) -> bool {
        words.load(Word::InHead) != words.load(Word::InTail) || self.is_stopped()
    }

    /// Notes the core's nearest deadline. With the baton in hand.
    pub fn set_nearest(&self, deadline_ns: Option<u64>) {
        self.nearest_ns.store(deadline_ns.unwrap_or(NEVER), SeqCst);
    }

    /// Whether there is a deadline that the sleeping worker does not know of: then it must be roused.
    pub fn has_unwatched_deadline(&self, words: &impl Words) -> bool {
        let nearest_ns = self.nearest_ns.load(SeqCst);
        nearest_ns != NEVER && words.load(Word::Sleeping) == 1 && nearest_ns < self.parked_until_ns.load(SeqCst)
    }

    /// The worker has nothing to do: `sleep` until the nearest deadline, unless something came meanwhile.
    pub fn park(&self, words: &impl Words, sleep: impl FnOnce(u64)) {
        words.store(Word::Sleeping, 1);
        let until_ns = self.nearest_ns.load(SeqCst);
        if !self.has_news(words) && !self.kick.load(SeqCst) {
            self.parked_until_ns.store(until_ns, SeqCst);
            if self.nearest_ns.load(SeqCst) == until_ns {
                sleep(until_ns);
            }
        }
        self.parked_until_ns.store(NEVER, SeqCst);
        words.store(Word::Sleeping, 0);
        self.kick.store(false, SeqCst);
    }

    /// There is work that the inbox does not show. Before [`Doze::rouse`].
    pub fn kick(&self) {
        self.kick.store(true, SeqCst);
    }

    /// Whether the worker sleeps and whoever asks must unpark it: one of several askers is told so.
    pub fn rouse(&self, words: &impl Words) -> bool {
        words.swap(Word::Sleeping, 0) == 1
    }
}

/// Whether JavaScript must be called: once until it clears WAKE, which it does before it looks at the outbox.
pub fn must_wake_javascript(words: &impl Words) -> bool {
    words.swap(Word::Wake, 1) == 0
}
