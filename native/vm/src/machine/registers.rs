//! The registers and the code of the frame in progress, read without bounds checks. The machine's one unsafe file.
//!
//! Measured: checks on each operand and each fetch take about a quarter of the loop's time.
//!
//! What makes it sound, and who sees to it:
//! 1. Every register an instruction of a function names is below the function's `registers`, and every relative jump
//!    lands inside its code: [`crate::verify`] checks each function when it is compiled, before anything can run it.
//! 2. Control never runs off the end of the code: the verifier wants the last instruction to leave or to jump.
//! 3. A window is made only by [`Window::new`], which checks that the stack has all registers of the function.
//!    It borrows the stack, so the stack can neither move nor shrink while the window lives.
//! 4. [`Window::start_at`] checks every `pc` that does not come from the sequence itself: from a frame, a handler, a
//!    switch. `run` moves `pc` only by fetching and by an instruction's own distance.
//! 5. Registers that do not come from the function's own instructions (the destination in a frame) are reached through
//!    the slice, which is checked.
//!
//! In builds with debug assertions every access is checked all the same, so every test checks 1 to 4.
//! The unchecked accessors are three: [`Window::fetch`] and the two indexings. `unchecked.rs` runs every instruction through
//! them under Miri, and fails when one is left out.
#![allow(unsafe_code)]

use crate::bytecode::{Op, Reg};
use crate::program::Function;
use crate::value::Value;
use std::ops::{Index, IndexMut};

/// The registers of one frame, and the code that names them.
pub(super) struct Window<'a> {
    registers: &'a mut [Value],
    code: &'a [Op],
}

impl<'a> Window<'a> {
    /// The window of `function` at `base`.
    #[inline]
    pub(super) fn new(stack: &'a mut [Value], base: usize, function: &'a Function) -> Self {
        Self {
            registers: &mut stack[base..base + usize::from(function.registers)],
            code: &function.code,
        }
    }

    /// Checks a place in the code that did not come from the code itself.
    #[inline]
    pub(super) fn start_at(&self, pc: usize) -> usize {
        assert!(pc < self.code.len(), "a pc outside of the code");
        pc
    }

    /// All registers, checked as any slice is.
    #[inline]
    pub(super) fn all(&mut self) -> &mut [Value] {
        self.registers
    }

    /// The same, to read.
    #[inline]
    pub(super) fn every(&self) -> &[Value] {
        self.registers
    }

    /// Two registers at once; none when they are the same.
    #[inline]
    pub(super) fn two(&mut self, a: Reg, b: Reg) -> Option<[&mut Value; 2]> {
        self.registers.get_disjoint_mut([usize::from(a), usize::from(b)]).ok()
    }

    /// Three registers at once; none when two of them are the same.
    #[inline]
    pub(super) fn three(&mut self, a: Reg, b: Reg, c: Reg) -> Option<[&mut Value; 3]> {
        self.registers.get_disjoint_mut([usize::from(a), usize::from(b), usize::from(c)]).ok()
    }

    /// The instruction at `pc`.
    #[inline]
    pub(super) fn fetch(&self, pc: usize) -> Op {
        debug_assert!(pc < self.code.len());
        // SAFETY: `pc` is inside the code by 1, 2 and 4.
        unsafe { *self.code.get_unchecked(pc) }
    }
}

impl Index<Reg> for Window<'_> {
    type Output = Value;

    #[inline]
    fn index(&self, register: Reg) -> &Value {
        debug_assert!(usize::from(register) < self.registers.len());
        // SAFETY: the register is inside the window by 1 and 3.
        unsafe { self.registers.get_unchecked(usize::from(register)) }
    }
}

impl IndexMut<Reg> for Window<'_> {
    #[inline]
    fn index_mut(&mut self, register: Reg) -> &mut Value {
        debug_assert!(usize::from(register) < self.registers.len());
        // SAFETY: the register is inside the window by 1 and 3.
        unsafe { self.registers.get_unchecked_mut(usize::from(register)) }
    }
}
