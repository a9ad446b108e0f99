//! Looking at a fiber from outside: its variables, where it stands, what it weighs.

use super::iterate::Iter;
use super::scopes::Named;
use super::{Binding, Extra, Frame, Handler, Machine};
use crate::compile::line_column;
use crate::value::Value;
use crate::TraceFrame;
use rhai::{Dynamic, ImmutableString, Position};

impl Machine {
    /// The root scope's variables, in order of declaration.
    #[must_use]
    pub fn bindings(&self) -> Vec<Binding> {
        let mut named = self.outer_variables().iter().peekable();
        let mut list = Vec::with_capacity(self.program.root.len());
        for (number, variable) in self.program.root.iter().enumerate() {
            while let Some(before) = named.next_if(|v| usize::from(v.after) <= number) {
                list.push(binding(&before.name, before.value.read_dynamic(), is_constant(&before.value)));
            }
            match self.stack.get(usize::from(variable.register)) {
                None | Some(Value::Unbound) => {}
                Some(value) => {
                    let constant = variable.constant || is_constant(value);
                    list.push(binding(&variable.name, value.read_dynamic(), constant));
                }
            }
        }
        list.extend(named.map(|v| binding(&v.name, v.value.read_dynamic(), is_constant(&v.value))));
        list
    }

    /// The same, for a fiber that is not needed any more: values are moved out.
    #[must_use]
    pub fn into_bindings(mut self) -> Vec<Binding> {
        self.end_loans(0);
        let mine = self.outer_variables().len();
        let variables = self.extra.take().map_or(Vec::new(), |e| e.variables);
        let mut named = variables.into_iter().take(mine).peekable();
        let program = self.program.clone();
        let mut list = Vec::with_capacity(program.root.len());
        for (number, variable) in program.root.iter().enumerate() {
            while let Some(before) = named.next_if(|v| usize::from(v.after) <= number) {
                list.push(moved(&before.name, before.value, false));
            }
            match self.stack.get_mut(usize::from(variable.register)) {
                None | Some(Value::Unbound) => {}
                Some(slot) => list.push(moved(&variable.name, slot.take(), variable.constant)),
            }
        }
        list.extend(named.map(|v| moved(&v.name, v.value, false)));
        list
    }

    /// Variables of the root scope that are found by name.
    fn outer_variables(&self) -> &[Named] {
        let all = self.extra.as_ref().map_or(&[][..], |e| &e.variables);
        &all[..all.iter().take_while(|v| v.owner == 0).count()]
    }

    /// The value of a constant that the run was given with its scope.
    #[cold]
    pub(super) fn given_constant(&self, home: u32, name: &str) -> Option<&Dynamic> {
        if home != 0 || self.frames[0].function != 0 {
            return None;
        }
        let named = self.outer_variables().iter().filter(|v| v.after == 0 && v.name == name).map(|v| &v.value);
        let known = self.program.root.iter().filter(|v| v.outer && v.name == name);
        let mut all = named.chain(known.filter_map(|v| self.stack.get(usize::from(v.register))));
        all.find_map(as_constant)
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
        // A text that was given to `eval` has lines of its own.
        let is_text = frame.routine.is_none() && function == "eval";
        let source = if is_text {
            function.clone()
        } else {
            self.unit(frame.unit).0.name.to_string()
        };
        TraceFrame {
            function,
            source,
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

fn is_constant(value: &Value) -> bool {
    as_constant(value).is_some()
}

fn as_constant(value: &Value) -> Option<&Dynamic> {
    match value {
        Value::Dyn(value) if value.is_read_only() => Some(value),
        _ => None,
    }
}

fn binding(name: &ImmutableString, value: Dynamic, constant: bool) -> Binding {
    Binding {
        name: name.clone(),
        value,
        constant,
    }
}

/// A variable whose register is not needed any more; shared and constant ones are copied.
fn moved(name: &ImmutableString, value: Value, constant: bool) -> Binding {
    let constant = constant || is_constant(&value);
    let value = if constant || value.is_shared() {
        value.read_dynamic()
    } else {
        value.into()
    };
    binding(name, value, constant)
}

/// Closures have names no reader knows.
fn readable(name: &str) -> String {
    if name.starts_with("anon$") {
        "closure".to_owned()
    } else {
        name.to_owned()
    }
}
