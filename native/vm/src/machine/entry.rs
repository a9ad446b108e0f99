//! Fibers that begin with a function a pointer names, and what such a fiber needs from the one it was made in.

use super::{Frame, Machine, Place};
use crate::callable::Home;
use crate::value::Value;

impl Machine {
    /// What functions of this fiber need to be called without it.
    #[must_use]
    pub fn home(&self) -> Home {
        Home {
            program: self.program.clone(),
            constants: self.extra.as_ref().map_or(Vec::new(), |e| e.constants.clone()),
        }
    }

    /// A fiber at the start of the function that takes exactly `args`, curried ones among them.
    pub(crate) fn pointer(home: &Home, name: &str, args: Vec<Value>) -> Option<Self> {
        let function = home.program.find(name, args.len())?;
        let callee = &home.program.functions[usize::from(function)];
        let mut machine = Self::empty(&home.program);
        machine.stack = args;
        machine.stack.resize(usize::from(callee.registers).max(machine.stack.len()), Value::Unit);
        if let Some(this) = callee.this {
            machine.stack[usize::from(this)] = Value::Unbound;
        }
        machine.frames.push(Frame {
            pc: 0,
            base: 0,
            function,
            dst: 0,
            place: Place::None,
            routine: None,
        });
        if !home.constants.is_empty() {
            machine.extra.get_or_insert_with(Box::default).constants.clone_from(&home.constants);
        }
        Some(machine)
    }
}
