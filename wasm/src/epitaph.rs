//! The last words of an instance. WebAssembly cannot unwind: a panic or a failed allocation is a trap, and nothing of
//! the instance may be called after it. Its memory can still be read; so who ran, and why it ended, is written to one
//! fixed place before the trap.

use rhai_bridge_core::message::Id;
use std::fmt::Write;
use std::sync::atomic::{AtomicU32, AtomicU8, Ordering::Relaxed};

const TEXT_BYTES: usize = 1024;
/// Stands for "no run" in the slot.
const NOBODY: u32 = u32::MAX;

/// Five words and a text, as `src/backend/wasm/instance.ts` reads them.
#[repr(C)]
struct Epitaph {
    /// The run that is being stepped.
    slot: AtomicU32,
    generation: AtomicU32,
    /// 1: the memory did not suffice.
    out_of_memory: AtomicU32,
    text_bytes: AtomicU32,
    text: [AtomicU8; TEXT_BYTES],
}

static EPITAPH: Epitaph = Epitaph {
    slot: AtomicU32::new(NOBODY),
    generation: AtomicU32::new(0),
    out_of_memory: AtomicU32::new(0),
    text_bytes: AtomicU32::new(0),
    text: [const { AtomicU8::new(0) }; TEXT_BYTES],
};

/// Where it stands.
pub fn address() -> *const u32 {
    (&raw const EPITAPH).cast()
}

/// This run is stepped from now on.
pub fn runs(run: Id) {
    EPITAPH.slot.store(run.slot, Relaxed);
    EPITAPH.generation.store(run.generation, Relaxed);
}

/// No run is stepped.
pub fn nobody_runs() {
    EPITAPH.slot.store(NOBODY, Relaxed);
}

/// The next thing that happens is a trap, for want of memory.
pub fn out_of_memory() {
    EPITAPH.out_of_memory.store(1, Relaxed);
}

/// From now on a panic writes its text down before the trap.
pub fn install() {
    if cfg!(target_arch = "wasm32") {
        std::panic::set_hook(Box::new(|panic| {
            let _ = write!(Text::new(), "{panic}");
        }));
    }
}

/// Writes the text without allocating; what does not fit is cut off.
struct Text {
    used: usize,
}

impl Text {
    fn new() -> Self {
        Self { used: 0 }
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for (place, byte) in EPITAPH.text[self.used..].iter().zip(text.bytes()) {
            place.store(byte, Relaxed);
            self.used += 1;
        }
        EPITAPH.text_bytes.store(self.used as u32, Relaxed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_longer_than_its_place_is_cut_off() {
        let mut text = Text::new();
        for _ in 0..100 {
            text.write_str("twenty bytes of text").unwrap();
        }
        assert_eq!(EPITAPH.text_bytes.load(Relaxed) as usize, TEXT_BYTES);
        assert_eq!(
            EPITAPH.text[TEXT_BYTES - 1].load(Relaxed),
            b"twenty bytes of text"[(TEXT_BYTES - 1) % 20]
        );
    }

    #[test]
    fn who_runs_is_told_until_nobody_does() {
        runs(Id {
            slot: 7,
            generation: 9,
        });
        assert_eq!(
            (EPITAPH.slot.load(Relaxed), EPITAPH.generation.load(Relaxed)),
            (7, 9)
        );
        nobody_runs();
        assert_eq!(EPITAPH.slot.load(Relaxed), NOBODY);
    }
}
