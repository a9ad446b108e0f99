//! The quick way from one callback to the next: the callee's frame stays, its result is used, and its registers get
//! the next arguments. Only for callbacks of the script over plain arrays; everything else goes the general way,
//! which polls the routine.

use super::{Passing, Routine, RoutineState};
use crate::value::Value;

/// What became of a callback's result.
pub(in crate::machine) enum Turn {
    /// The next arguments stand in the registers.
    Called,
    /// It was used; the routine must be asked how to go on.
    Used,
    /// It is for the general way.
    Left(Value),
}

impl RoutineState {
    /// Uses what the callback returned and puts the next arguments into its (empty) registers.
    #[inline]
    pub(in crate::machine) fn turn(&mut self, value: Value, registers: &mut [Value]) -> Turn {
        let Passing::Argument { extra } = self.passing else {
            return Turn::Left(value);
        };
        if self.is_map || value.is_shared() {
            return Turn::Left(value);
        }
        match self.kind {
            Routine::Map => self.output.push(value.into()),
            Routine::Filter => {
                if matches!(value.bool(), Ok(true)) {
                    self.keep(self.next - 1);
                }
            }
            Routine::Reduce => self.carry = value.into(),
            Routine::Some | Routine::Find | Routine::IndexOf if !matches!(value.bool(), Ok(true)) => {}
            Routine::All if matches!(value.bool(), Ok(true)) => {}
            Routine::Sort | Routine::Order => {
                self.merge_one(&value.into());
                return self.turn_sort(registers);
            }
            _ => return Turn::Left(value),
        }
        let Some(item) = self.items.get(self.next) else { return Turn::Used };
        let item = Value::copy_of(item);
        let index = Value::Int(self.next as i64);
        self.next += 1;
        self.calls += 1;
        let curried = self.put_curried(registers);
        let carry = (self.kind == Routine::Reduce).then(|| Value::from(std::mem::take(&mut self.carry)));
        let arguments = carry.into_iter().chain([item]).chain(extra.then_some(index));
        for (register, argument) in registers[curried..].iter_mut().zip(arguments) {
            *register = argument;
        }
        Turn::Called
    }

    fn turn_sort(&mut self, registers: &mut [Value]) -> Turn {
        let Some((left, right)) = self.next_pair() else { return Turn::Used };
        let curried = self.put_curried(registers);
        registers[curried] = Value::copy_of(&self.items[left]);
        registers[curried + 1] = Value::copy_of(&self.items[right]);
        Turn::Called
    }

    /// Curried arguments come first; captured variables among them stay shared.
    fn put_curried(&self, registers: &mut [Value]) -> usize {
        let curried = self.pointer.curry();
        for (register, value) in registers.iter_mut().zip(curried) {
            *register = Value::Dyn(value.clone());
        }
        curried.len()
    }
}
