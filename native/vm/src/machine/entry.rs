//! Fibers that call a function outside of the fiber it was made in, and what such a function needs from that one.

use super::Machine;
use crate::callable::Home;
use crate::Vm;
use rhai::{Dynamic, FnPtr};

impl Machine {
    /// What functions of this fiber need to be called without it.
    #[must_use]
    pub fn home(&self) -> Home {
        let constants = self.extra.as_ref().map_or(&[][..], |e| &e.constants);
        let constants = constants
            .iter()
            .map(|(unit, name, value)| (self.unit(*unit).0.clone(), name.clone(), value.clone()));
        Home {
            program: self.program.clone(),
            constants: constants.collect(),
        }
    }

    /// A fiber that calls `pointer`, when it names a function of a script for so many arguments.
    pub(crate) fn of_callable(vm: &Vm, home: &Home, pointer: &FnPtr, args: &[Dynamic]) -> Option<Self> {
        let mut machine = Self::call_pointer(vm, &home.program, pointer, args.to_vec()).ok()?;
        for (program, name, value) in &home.constants {
            let unit = machine.unit_of(program);
            let constants = &mut machine.extra.get_or_insert_with(Box::default).constants;
            constants.push((unit, name.clone(), value.clone()));
        }
        Some(machine)
    }
}
