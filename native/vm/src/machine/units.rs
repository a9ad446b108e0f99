//! The programs one fiber runs: its script's own, and those of `eval` texts, modules and closures from elsewhere.
//!
//! Every frame names its unit. Calls inside a unit are direct; a call into another unit makes the loop start anew with
//! that unit's program.

use super::frame::{Code, Extra, Frame, Unit};
use super::{origin, Error, Machine};
use crate::program::{Function, Program};
use crate::Vm;
use rhai::{Dynamic, FnPtr};
use std::rc::Rc;

/// The unit of the code in progress, and the one whose functions its calls by name mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UnitNumber {
    pub(super) own: u32,
    pub(super) home: u32,
}

/// What a unit has made of its pointers so far.
pub(super) fn pointers(extra: &mut Option<Box<Extra>>, unit: u32) -> &mut Vec<Dynamic> {
    let all = &mut extra.get_or_insert_with(Box::default).pointers;
    if all.len() <= unit as usize {
        all.resize_with(unit as usize + 1, Vec::new);
    }
    &mut all[unit as usize]
}

/// Makes pointer `n` of a program; the next time a copy of it will do.
#[cold]
pub(super) fn make_pointer(pointers: &mut Vec<Dynamic>, program: &Rc<Program>, n: u16) -> Result<Dynamic, Error> {
    let index = usize::from(n);
    let pointer: Dynamic = origin::pointer(&program.pointers[index], Program::home(program))?.into();
    if pointers.len() <= index {
        pointers.resize(index + 1, Dynamic::UNIT);
    }
    pointers[index] = pointer.clone();
    Ok(pointer)
}

impl Machine {
    /// A unit's program, and its home's number.
    #[inline]
    pub(super) fn unit(&self, number: u32) -> (&Rc<Program>, u32) {
        match (number.checked_sub(1), &self.extra) {
            (Some(index), Some(extra)) => {
                let unit = &extra.units[index as usize];
                (&unit.program, unit.home)
            }
            _ => (&self.program, 0),
        }
    }

    /// The code of a frame.
    #[inline]
    pub(super) fn function_of(&self, frame: &Frame) -> &Function {
        &self.unit(frame.unit).0.functions[usize::from(frame.function)]
    }

    /// The program of the frame on top.
    pub(super) fn current_program(&self) -> &Rc<Program> {
        self.unit(self.frames.last().map_or(0, |f| f.unit)).0
    }

    /// The unit of `program`, made at its first use.
    pub(super) fn unit_of(&mut self, program: &Rc<Program>) -> u32 {
        if Rc::ptr_eq(program, &self.program) {
            return 0;
        }
        let Extra { units, numbers, .. } = &mut **self.extra.get_or_insert_with(Box::default);
        *numbers.entry(Rc::as_ptr(program)).or_insert_with(|| {
            let home = units.len() as u32 + 1;
            units.push(Unit {
                program: program.clone(),
                home,
            });
            home
        })
    }

    /// A unit for code that runs inside another function; it ends with the code's frame.
    pub(super) fn add_inner(&mut self, program: Rc<Program>, home: u32) -> Code {
        let units = &mut self.extra.get_or_insert_with(Box::default).units;
        units.push(Unit { program, home });
        Code {
            unit: units.len() as u32,
            function: 0,
        }
    }

    /// Ends the unit of code that ran inside another function, unless another one was added since.
    pub(super) fn end_inner(&mut self, unit: u32) {
        let Some(extra) = &mut self.extra else { return };
        if extra.units.len() == unit as usize {
            extra.units.pop();
            extra.pointers.truncate(unit as usize);
        }
    }

    /// The script function that `pointer` names when it is called with `argc` arguments more than it carries: one of
    /// the code in progress, or of the program the pointer comes from.
    pub(super) fn find_code(&mut self, vm: &Vm, home: u32, pointer: &FnPtr, argc: usize) -> Option<Code> {
        let argc = argc + pointer.curry().len();
        let program = self.unit(home).0;
        let own = program.find(pointer.fn_name(), argc).map(|function| Code { unit: home, function });
        if own.is_some_and(|code| program.functions[usize::from(code.function)].is_closure()) {
            return own;
        }
        let Some(program) = origin::of(vm, pointer) else { return own };
        let function = program.find(pointer.fn_name(), argc)?;
        Some(Code {
            unit: self.unit_of(&program),
            function,
        })
    }
}
