//! What a machine that ended leaves for the next one: one stack and one list of frames, empty, and always of the same sizes.
//!
//! Measured: for a script of a few instructions, asking the allocator for both and giving them back is a fifth of the work.

use super::{Frame, Machine};
use crate::value::Value;
use crate::Vm;

/// Registers of the stack that is kept; a script that needs more at once gets one of its own.
const REGISTERS: usize = 32;
const FRAMES: usize = 4;

/// Empty in both places while a machine has them.
#[derive(Debug)]
pub(crate) struct Spare {
    stack: Vec<Value>,
    frames: Vec<Frame>,
}

impl Spare {
    pub(crate) fn new() -> Self {
        Self {
            stack: Vec::with_capacity(REGISTERS),
            frames: Vec::with_capacity(FRAMES),
        }
    }

    /// An empty stack for so many registers.
    pub(super) fn stack(&mut self, registers: usize) -> Vec<Value> {
        if registers <= self.stack.capacity() {
            std::mem::take(&mut self.stack)
        } else {
            Vec::with_capacity(registers)
        }
    }

    /// An empty list with room for a frame.
    pub(super) fn frames(&mut self) -> Vec<Frame> {
        if self.frames.capacity() > 0 {
            std::mem::take(&mut self.frames)
        } else {
            Vec::with_capacity(1)
        }
    }
}

impl Machine {
    /// Its work is over: drops what it holds, and leaves the room it took.
    pub fn retire(&mut self, vm: &mut Vm) {
        keep(&mut self.frames, &mut vm.spare.frames, FRAMES);
        keep(&mut self.stack, &mut vm.spare.stack, REGISTERS);
    }
}

/// Keeps a list that has room enough, if none is kept; what it grew by goes.
fn keep<T>(list: &mut Vec<T>, kept: &mut Vec<T>, room: usize) {
    list.clear();
    if kept.capacity() == 0 && list.capacity() >= room {
        *kept = std::mem::take(list);
        kept.shrink_to(room);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_list_is_kept_and_it_is_empty_and_as_large_as_ever() {
        let mut kept = Vec::new();
        let mut grown: Vec<String> = Vec::with_capacity(100);
        grown.push("held".to_owned());
        keep(&mut grown, &mut kept, 4);
        assert_eq!((grown.capacity(), kept.len(), kept.capacity()), (0, 0, 4));
        let mut other = Vec::with_capacity(4);
        other.push(String::new());
        keep(&mut other, &mut kept, 4);
        assert_eq!((other.len(), other.capacity(), kept.capacity()), (0, 4, 4));
        let mut small: Vec<String> = Vec::with_capacity(3);
        let mut none = Vec::new();
        keep(&mut small, &mut none, 4);
        assert_eq!(none.capacity(), 0);
    }
}
