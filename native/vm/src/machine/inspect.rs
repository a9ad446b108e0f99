//! Looking at a fiber from outside: its variables, where it stands, what it weighs.

use super::iterate::Iter;
use super::{Binding, Extra, Frame, Handler, Machine};
use crate::compile::line_column;
use crate::value::Value;
use crate::TraceFrame;
use rhai::Position;

impl Machine {
    /// The root scope's variables: those it began with, then those the script declared.
    #[must_use]
    pub fn bindings(&self) -> Vec<Binding> {
        let mut list: Vec<Binding> = self.extra.as_ref().map_or(Vec::new(), |e| e.bindings.clone());
        for variable in &self.program.root {
            match self.stack.get(usize::from(variable.register)) {
                None | Some(Value::Unbound) => {}
                Some(value) => {
                    let constant = variable.constant || matches!(value, Value::Dyn(d) if d.is_read_only());
                    list.push(Binding {
                        name: variable.name.clone(),
                        value: value.read_dynamic(),
                        constant,
                    });
                }
            }
        }
        list
    }

    /// The same, for a fiber that is not needed any more: values are moved out.
    #[must_use]
    pub fn into_bindings(mut self) -> Vec<Binding> {
        let mut list: Vec<Binding> = self.extra.take().map_or(Vec::new(), |e| e.bindings);
        for variable in &self.program.root {
            let Some(slot) = self.stack.get_mut(usize::from(variable.register)) else {
                continue;
            };
            if matches!(slot, Value::Unbound) {
                continue;
            }
            let constant = variable.constant || matches!(slot, Value::Dyn(d) if d.is_read_only());
            let value = if constant || slot.is_shared() {
                slot.read_dynamic()
            } else {
                slot.take_dynamic()
            };
            list.push(Binding {
                name: variable.name.clone(),
                value,
                constant,
            });
        }
        list
    }

    /// Where it stands, innermost first.
    #[must_use]
    pub fn trace(&self) -> Vec<TraceFrame> {
        (0..self.frames.len()).rev().map(|i| self.trace_frame(i)).collect()
    }

    pub(super) fn trace_frame(&self, index: usize) -> TraceFrame {
        let frame = &self.frames[index];
        let (line, column) = line_column(self.position_of(index));
        let function = match &frame.routine {
            Some(routine) => routine.kind.name().to_owned(),
            None => readable(&self.function_of(frame).name),
        };
        TraceFrame {
            function,
            source: self.unit(frame.unit).0.name.to_string(),
            line,
            column,
        }
    }

    /// Position of the instruction in progress.
    pub(super) fn position(&self) -> Position {
        self.frames.len().checked_sub(1).map_or(Position::NONE, |i| self.position_of(i))
    }

    pub(super) fn position_of(&self, index: usize) -> Position {
        let mut index = index;
        while self.frames[index].routine.is_some() && index > 0 {
            index -= 1;
        }
        let frame = &self.frames[index];
        self.function_of(frame)
            .positions
            .get((frame.pc as usize).saturating_sub(1))
            .copied()
            .unwrap_or(Position::NONE)
    }

    /// Bytes of heap the fiber holds, its values' own heap not counted.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        use std::mem::size_of;
        self.stack.capacity() * size_of::<Value>()
            + self.frames.capacity() * size_of::<Frame>()
            + self.handlers.capacity() * size_of::<Handler>()
            + self.iterators.capacity() * size_of::<Iter>()
            + self.extra.as_ref().map_or(0, |_| size_of::<Extra>())
    }
}

/// Closures have names no reader knows.
fn readable(name: &str) -> String {
    if name.starts_with("anon$") {
        "closure".to_owned()
    } else {
        name.to_owned()
    }
}
