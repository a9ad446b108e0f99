//! The quick way from one callback to the next: the callee's frame stays, its result is used, and its registers get
//! the next arguments. Only for callbacks of the script over plain arrays; everything else goes the general way,
//! which polls the routine and counts the work of copying what is no scalar and no text.

use super::{Passing, Routine, RoutineState};
use crate::copy::is_light;
use crate::light::Light;
use crate::value::Value;

/// What became of a callback's result.
pub(in crate::machine) enum Turn {
    /// The next arguments stand in the registers.
    Called,
    /// It was used; the routine must be asked how to go on.
    Used,
    /// It is for the general way; nothing happened.
    Left,
}

impl RoutineState {
    /// Uses what the callback returned and puts the next arguments into its (empty) registers.
    #[inline]
    pub(in crate::machine) fn turn(&mut self, light: Light, spare: &mut Value, registers: &mut [Value]) -> Turn {
        let Passing::Argument { extra } = self.passing else { return Turn::Left };
        let is_work = |value: &Value| !value.is_light();
        if self.is_map || matches!(light, Light::Spare) && is_work(spare) || self.items.get(self.next).is_some_and(|item| !is_light(item)) {
            return Turn::Left;
        }
        let mut carry = None;
        match self.kind {
            Routine::Map => self.output.push(light.into_dynamic(spare)),
            Routine::Filter if !is_light(&self.items[self.next - 1]) => return Turn::Left,
            Routine::Filter => {
                if light.is_true(spare) {
                    self.output.push(self.items[self.next - 1].clone());
                }
            }
            Routine::Reduce if self.next < self.items.len() => carry = Some(light),
            Routine::Reduce => self.carry = light.into_dynamic(spare),
            Routine::Some | Routine::Find | Routine::IndexOf if !light.is_true(spare) => {}
            Routine::All if light.is_true(spare) => {}
            Routine::Sort | Routine::Order => {
                match light {
                    Light::Int(order) => self.merge(order as i64 > 0),
                    other => self.merge_one(&other.into_dynamic(spare)),
                }
                return self.turn_sort(spare, registers);
            }
            _ => return Turn::Left,
        }
        let Some(item) = self.items.get(self.next) else { return Turn::Used };
        let mut at = self.put_curried(registers);
        if let Some(carry) = carry {
            registers[at].put(carry, spare);
            at += 1;
        }
        let Some(item) = Light::light_copy_of(item, spare) else {
            return Turn::Used;
        };
        registers[at].put(item, spare);
        if extra {
            registers[at + 1] = Value::Int(self.next as i64);
        }
        self.next += 1;
        self.calls += 1;
        Turn::Called
    }

    fn turn_sort(&mut self, spare: &mut Value, registers: &mut [Value]) -> Turn {
        let Some((left, right)) = self.next_pair() else { return Turn::Used };
        if !is_light(&self.items[left]) || !is_light(&self.items[right]) {
            return Turn::Used;
        }
        let curried = self.put_curried(registers);
        for (register, item) in registers[curried..].iter_mut().zip([left, right]) {
            if let Some(item) = Light::light_copy_of(&self.items[item], spare) {
                register.put(item, spare);
            }
        }
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
