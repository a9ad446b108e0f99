//! Calls that the loop cannot make by itself. Here: frames, and what is lent to them and given back.
//!
//! A call of script code only pushes a frame; a call of the host only sets the machine's state; so every caller gets
//! a [`Flow`] and lets the loop go on from the machine's frames. The kinds of calls stand in files of their own:
//! `named` (natives), `method`, `pointer`, `callback` (natives that call back).

mod callback;
mod inside;
mod method;
mod module;
mod named;
mod pointer;
mod reflection;
mod resolve;

pub(super) use callback::continue_routine;
pub(super) use inside::{call_inside, eval};
pub(super) use method::{call_method, method, MethodCall};
pub(super) use module::call_module;
pub(super) use named::{call_native_method, named};
pub(super) use pointer::{curry, make_pointer, pointer_in_register};
pub(crate) use reflection::reflects;
pub(super) use resolve::{refuse_constant, resolve_method};

use super::units::UnitNumber;
use super::{place, Code, Error, Frame, Kind, Machine, Place, State, Target};
use crate::bytecode::Reg;
use crate::program::Program;
use crate::value::Value;
use crate::{Limits, Meter, Vm};
use rhai::{Dynamic, EvalAltResult, Map, Position};
use smallvec::SmallVec;
use std::rc::Rc;

/// Arguments on their way to a callee.
pub(in crate::machine) type Args = SmallVec<[Value; 4]>;

/// What a call did.
pub(in crate::machine) enum Flow {
    /// The value is in its register.
    Next,
    /// A frame was pushed (or popped).
    Entered,
    /// The machine waits for the host.
    Suspended,
    /// The slice is used up; the routine on top goes on later.
    OutOfFuel,
}
/// What a call needs besides the machine.
pub(in crate::machine) struct Context<'a> {
    pub(in crate::machine) vm: &'a mut Vm,
    /// The program of the code in progress.
    pub(in crate::machine) program: &'a Rc<Program>,
    pub(in crate::machine) unit: UnitNumber,
    pub(in crate::machine) meter: &'a mut Meter,
}

/// Makes room for registers up to `end`: exactly while small, so that a waiting fiber is small.
#[cold]
pub(in crate::machine) fn grow(stack: &mut Vec<Value>, end: usize) {
    if stack.capacity() < end {
        let more = if end < 64 { end - stack.len() } else { end };
        stack.reserve_exact(more);
    }
    stack.resize(end, Value::Unit);
}

impl Machine {
    /// Registers of the frame on top.
    pub(in crate::machine) fn registers(&mut self) -> &mut [Value] {
        let Some(frame) = self.frames.last() else { return &mut [] };
        let base = frame.base as usize;
        let end = base + usize::from(self.function_of(frame).registers);
        &mut self.stack[base..end]
    }

    /// The instruction in progress runs again when the callee has returned.
    pub(in crate::machine) fn repeat_instruction(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.pc -= 1;
        }
    }

    /// First free register above the frame on top.
    pub(super) fn top(&self) -> usize {
        self.frames.last().map_or(0, |f| {
            f.base as usize
                + if f.routine.is_some() {
                    0
                } else {
                    usize::from(self.function_of(f).registers)
                }
        })
    }

    /// Containers around what register `root` of the frame on top holds: known of its `this` only.
    pub(in crate::machine) fn outer(&self, root: Reg) -> u16 {
        match self.frames.last() {
            Some(frame) if frame.outer > 0 && self.function_of(frame).this == Some(root) => frame.outer,
            _ => 0,
        }
    }

    /// Containers around a value that is lent from `place`.
    pub(super) fn outer_of(&self, place: Place) -> u16 {
        match place {
            Place::None => 0,
            Place::Variable(register) => self.outer(register),
            Place::Chain(chain, link) => self.outer(self.current_program().chains[chain as usize].root).saturating_add(link),
            Place::Item => self.frames.last().map_or(0, |f| f.outer).saturating_add(1),
        }
    }

    pub(super) fn set_register(&mut self, dst: Reg, value: Value) {
        if let Some(register) = self.registers().get_mut(usize::from(dst)) {
            *register = value;
        }
    }
}

pub(super) fn depth_left(m: &Machine, meter: &Meter, position: Position) -> Result<(), Error> {
    depth_left_for(m, &meter.limits, position)
}

pub(in crate::machine) fn depth_left_for(m: &Machine, limits: &Limits, position: Position) -> Result<(), Error> {
    let limit = limits.max_call_depth as usize;
    if limit > 0 && m.frames.len() >= limit {
        return Err(EvalAltResult::ErrorStackOverflow(position).into());
    }
    Ok(())
}

/// Pushes a frame of a script's function above the one on top.
pub(in crate::machine) fn enter(
    m: &mut Machine,
    cx: &mut Context<'_>,
    code: Code,
    args: Args,
    this: Option<Value>,
    place: Place,
    dst: Reg,
) -> Result<Flow, Error> {
    depth_left(m, cx.meter, m.position())?;
    let outer = m.outer_of(place);
    let base = m.top();
    let callee = &m.unit(code.unit).0.functions[usize::from(code.function)];
    let (registers, this_register) = (usize::from(callee.registers), callee.this);
    let end = base + registers;
    if m.stack.len() < end {
        grow(&mut m.stack, end);
    }
    for (register, value) in m.stack[base..].iter_mut().zip(args) {
        *register = value;
    }
    if let Some(register) = this_register {
        m.stack[base + usize::from(register)] = this.unwrap_or(Value::Unbound);
    }
    m.frames.push(Frame {
        place,
        outer,
        ..Frame::call(code, base as u32, dst)
    });
    Ok(Flow::Entered)
}

/// Stops for host function `function`.
pub(in crate::machine) fn wait(m: &mut Machine, function: u32, site: u32, args: Args, dst: Target) -> Flow {
    m.note_member(function, &args);
    let first = m.top();
    let end = first + args.len();
    if m.stack.len() < end {
        grow(&mut m.stack, end);
    }
    let argc = args.len() as u16;
    for (register, value) in m.stack[first..].iter_mut().zip(args) {
        *register = value;
    }
    m.state = State::Waiting {
        function,
        site,
        first: first as u32,
        argc,
        dst,
    };
    Flow::Suspended
}

pub(super) fn absolute(m: &Machine, dst: Reg) -> Target {
    Target::Register(absolute_register(m, dst))
}

/// A register of the frame on top, counted from the bottom of the stack.
pub(in crate::machine) fn absolute_register(m: &Machine, register: Reg) -> u32 {
    m.frames.last().map_or(0, |f| f.base) + u32::from(register)
}

/// A variable's content in its register form; constants stay closed.
pub(super) fn keep(d: Dynamic) -> Value {
    if d.is_read_only() {
        Value::Dyn(d)
    } else {
        Value::from(d)
    }
}
/// Whether the script's method `name` may take this object as it stands: nothing shared, and no closure of its own of
/// that name, which would go before the method.
#[inline]
pub(in crate::machine) fn is_plain_object(object: &Dynamic, name: &str) -> bool {
    if object.is_shared() {
        return false;
    }
    match object.read_lock::<Map>() {
        Some(map) => !map.contains_key(name),
        None => true,
    }
}

/// Puts a lent value back into a variable: through its cell, when it was captured meanwhile.
#[inline]
pub(in crate::machine) fn give_back_value(slot: &mut Value, value: Value) {
    match slot {
        Value::Dyn(d) if d.is_shared() => {
            if let Some(mut cell) = d.write_lock::<Dynamic>() {
                *cell = value.into();
            }
        }
        slot => *slot = value,
    }
}

/// Puts a lent value back into the frame on top.
pub(in crate::machine) fn give_back(m: &mut Machine, vm: &mut Vm, place: Place, value: Dynamic) {
    match place {
        Place::None => {}
        Place::Item => {
            if let Some(routine) = m.frames.last_mut().and_then(|f| f.routine.as_mut()) {
                routine.put_item(value);
            }
        }
        Place::Variable(register) => {
            give_back_value(&mut m.registers()[usize::from(register)], keep(value));
        }
        Place::Chain(chain, link) => {
            let program = m.current_program().clone();
            place::put_back(vm, &program, m.registers(), chain, link, value);
        }
    }
}

/// Leaves a script frame that was lent a `this` or was called by a routine.
#[inline(never)]
pub(in crate::machine) fn leave(m: &mut Machine, cx: &mut Context<'_>, value: Value) -> Result<Flow, Error> {
    if m.frames.last().is_some_and(|f| f.kind == Kind::Module) {
        let module = m.finish_module();
        drop_frame(m, cx.vm);
        m.bind_import(module);
        return Ok(Flow::Next);
    }
    let Some(dst) = drop_frame(m, cx.vm) else {
        return Ok(Flow::Next);
    };
    if let Some(state) = m.frames.last_mut().and_then(|f| f.routine.as_mut()) {
        state.returned = Some(value.into());
        return continue_routine(m, cx);
    }
    m.set_register(dst, value);
    Ok(Flow::Next)
}

/// Pops the frame on top, gives back what it was lent, empties its registers. Returns its destination.
pub(in crate::machine) fn drop_frame(m: &mut Machine, vm: &mut Vm) -> Option<Reg> {
    m.end_loans(m.frames.len().saturating_sub(1));
    let frame = m.frames.pop()?;
    if frame.kind != Kind::Inside {
        m.end_scopes_from(m.frames.len());
    }
    let lent_value = match frame.routine {
        Some(mut state) => Some(state.end()),
        None => {
            let callee = m.function_of(&frame);
            let (base, own, registers, this) = (frame.base as usize, callee.shared, callee.registers, callee.this);
            let this = this.map(|r| m.stack[base + usize::from(r)].take_dynamic());
            for register in &mut m.stack[base + usize::from(own)..base + usize::from(registers)] {
                if let Value::Dyn(_) = register {
                    *register = Value::Unit;
                }
            }
            this
        }
    };
    if frame.kind == Kind::Inside {
        m.end_inner(frame.unit);
    }
    if let Some(value) = lent_value {
        give_back(m, vm, frame.place, value);
    }
    Some(frame.dst)
}
