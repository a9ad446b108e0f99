//! A fiber that waits for the host: what it asks, and the answer.

use super::frame::{State, Target};
use super::invoke::absolute_register;
use super::modules::IMPORT;
use super::Machine;
use crate::compile::line_column;
use crate::host_object::{CALL_MEMBER, GET_MEMBER};
use crate::program::NOT_OFFERED;
use crate::value::Value;
use rhai::Dynamic;

/// The host call a suspended machine waits for.
#[derive(Debug, Clone, Copy)]
pub struct HostCall<'a> {
    /// Id from [`crate::HostNames`].
    pub function: u32,
    /// Its name.
    pub name: &'a str,
    /// How many arguments; each is taken once with [`Machine::take_argument`].
    pub argc: u32,
    /// 1-based line of the call.
    pub line: u32,
    /// 1-based column of the call.
    pub column: u32,
}

impl Machine {
    /// What a suspended machine waits for.
    #[must_use]
    pub fn host_call(&self) -> HostCall<'_> {
        let State::Waiting { function, site, argc, .. } = &self.state else {
            return HostCall {
                function: u32::MAX,
                name: "",
                argc: 0,
                line: 0,
                column: 0,
            };
        };
        let (line, column) = line_column(self.position());
        let name = match (&self.extra, *function) {
            (_, IMPORT) => "import",
            (Some(extra), GET_MEMBER..=CALL_MEMBER) => extra.member.as_str(),
            _ => self.current_program().sites.get(*site as usize).map_or("", |s| s.name.as_str()),
        };
        HostCall {
            function: *function,
            name,
            argc: u32::from(*argc),
            line,
            column,
        }
    }

    /// The name of the function it waits for, when only an open set of names has it.
    #[must_use]
    pub fn foreign_name(&self) -> Option<String> {
        match self.state {
            State::Waiting { function, .. } => self.current_program().hosts.foreign_name(function),
            _ => None,
        }
    }

    /// Argument `index` of the pending host call where it stays the script's: an array or a map in a variable.
    /// Everything else is moved out by [`Machine::take_argument`].
    #[must_use]
    pub fn lent_argument(&self, index: u32) -> Option<&Dynamic> {
        let State::Waiting { site, .. } = self.state else {
            return None;
        };
        let offers = &self.current_program().sites.get(site as usize)?.offers;
        let register = *offers.get(index as usize).filter(|register| **register != NOT_OFFERED)?;
        self.stack.get(absolute_register(self, register) as usize).and_then(offered)
    }

    /// Moves argument `index` of the pending host call out of the machine (never a shared value); a copy of one that
    /// is lent.
    #[inline]
    pub fn take_argument(&mut self, index: u32) -> Dynamic {
        let State::Waiting { first, .. } = self.state else {
            return Dynamic::UNIT;
        };
        if let Some(lent) = self.lent_argument(index) {
            return lent.clone();
        }
        match self.stack.get_mut((first + index) as usize) {
            // (Scalars by their kind: see `light.rs`. They may stay behind, nobody reads them there.)
            Some(Value::Int(i)) => Dynamic::from_int(*i),
            Some(Value::Bool(b)) => Dynamic::from_bool(*b),
            Some(Value::Float(f)) => Dynamic::from_float(*f),
            Some(value) => value.take_dynamic(),
            None => Dynamic::UNIT,
        }
    }

    /// The answer: a value, or a value to throw at the call. Without a pending call it does nothing.
    #[inline]
    pub fn resume(&mut self, reply: Result<Dynamic, Dynamic>) {
        match (reply, &self.state) {
            (
                Ok(value),
                State::Waiting {
                    dst: Target::Register(register),
                    ..
                },
            ) => {
                self.stack[*register as usize].receive(value);
                self.state = State::Ready;
            }
            (reply, _) => self.resume_elsewhere(reply),
        }
    }

    /// The answer to what is more than a call whose value goes to a register.
    fn resume_elsewhere(&mut self, reply: Result<Dynamic, Dynamic>) {
        let State::Waiting { dst, .. } = self.state else { return };
        match (reply, dst) {
            (Err(value), _) => {
                drop(self.take_pending());
                self.state = State::Thrown(value);
            }
            (Ok(value), Target::Import) => self.state = State::Imported(value),
            (Ok(value), Target::Register(register)) => {
                self.stack[register as usize] = Value::from(value);
                self.state = State::Ready;
            }
            (Ok(value), Target::Routine) => {
                self.state = State::Ready;
                if let Some(routine) = self.frames.last_mut().and_then(|f| f.routine.as_mut()) {
                    routine.returned = Some(value);
                }
            }
            (Ok(value), Target::Chain) => {
                self.state = State::Ready;
                self.continue_chain(value);
            }
            (Ok(_), Target::Kept(register)) => {
                self.state = State::Ready;
                let result = self.take_pending().map_or(Dynamic::UNIT, |p| p.value);
                self.stack[register as usize] = Value::from(result.flatten());
            }
        }
    }
}

/// The value of a variable that the host may read in place: an array or a map of its own.
#[inline]
pub(super) fn offered(variable: &Value) -> Option<&Dynamic> {
    match variable {
        Value::Dyn(d) if !d.is_shared() && (d.is_array() || d.is_map()) => Some(d),
        _ => None,
    }
}
