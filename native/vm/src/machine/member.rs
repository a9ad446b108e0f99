//! Members of host objects: a declared property or method is a host call, anything else fails as in rhai.
//!
//! A property inside a chain stops the chain's instruction. When the host has answered, the instruction begins again
//! behind that step with the answer ([`Pending`]); what the rest of the chain changed in it is written back by a second
//! call, as rhai feeds a changed property back to its setter.

use super::invoke::{self, Args, Flow};
use super::path::{Walk, Walker};
use super::{Error, Machine, Target};
use crate::bytecode::Reg;
use crate::host_object::{HostObject, CALL_MEMBER, GET_MEMBER, SET_MEMBER};
use crate::program::{Chain, Site};
use crate::value::Value;
use rhai::{Dynamic, EvalAltResult, ImmutableString, Position};

/// A property whose value the host is asked for, or told.
pub(super) struct Use {
    pub(super) object: HostObject,
    pub(super) name: ImmutableString,
    /// The value to write; none to read.
    pub(super) value: Option<Dynamic>,
}

/// A chain that waits for a property.
#[derive(Debug)]
pub(super) struct Pending {
    object: HostObject,
    name: ImmutableString,
    /// Links of the chain that are done when the answer is there.
    pub(super) done: usize,
    /// The answer; while a value is written back, what the chain is worth.
    pub(super) value: Dynamic,
}

impl Walker<'_> {
    /// `.name` of a host object.
    pub(super) fn member(&mut self, object: HostObject, i: usize, name: &ImmutableString, position: Position) -> Result<(Walk, bool), Error> {
        let member = object.class().member(name);
        let assigned = self.assigned(i);
        let allowed = if assigned.is_some() { member.writable } else { member.readable };
        if !allowed {
            return Err(refusal(&object, name, assigned.as_ref(), position));
        }
        let name = name.clone();
        let value = assigned;
        Ok((
            Walk::Member {
                at: i,
                ask: Use { object, name, value },
            },
            false,
        ))
    }
}

fn refusal(object: &HostObject, name: &str, assigned: Option<&Dynamic>, position: Position) -> Error {
    let class = &object.class().name;
    let text = match assigned {
        Some(value) => {
            let value = value.type_name();
            format!("No writable property '{name}' - a setter is not registered for type '{class}' to handle '{value}'")
        }
        None => format!("Unknown property '{name}' - a getter is not registered for type '{class}'"),
    };
    EvalAltResult::ErrorDotExpr(text, position).into()
}

/// The arguments of a method that the object's class declares.
pub(super) fn method_arguments(site: &Site, target: &Dynamic, args: &mut [Value]) -> Option<Args> {
    let object = target.read_lock::<HostObject>()?;
    if !object.class().member(&site.name).callable {
        return None;
    }
    let mut list: Args = [Value::Dyn(target.clone()), Value::Dyn(site.name.clone().into())].into_iter().collect();
    list.extend(args.iter_mut().map(Value::take));
    Some(list)
}

impl Machine {
    /// What the chain in progress waited for.
    pub(super) fn take_pending(&mut self) -> Option<Pending> {
        self.extra.as_mut()?.pending.take()
    }

    /// The host's answer to a property of a chain, which begins again with it.
    pub(super) fn continue_chain(&mut self, value: Dynamic) {
        if let Some(pending) = self.extra.as_mut().and_then(|e| e.pending.as_mut()) {
            pending.value = value;
            self.repeat_instruction();
        }
    }

    /// What is asked of which class, for errors and traces.
    pub(super) fn note_member(&mut self, function: u32, args: &Args) {
        if !(GET_MEMBER..=CALL_MEMBER).contains(&function) {
            return;
        }
        if let [Value::Dyn(object), Value::Dyn(name), ..] = &args[..] {
            if let (Some(object), Ok(name)) = (object.read_lock::<HostObject>(), name.as_immutable_string_ref()) {
                self.extra.get_or_insert_with(Box::default).member = object.member_name(&name);
            }
        }
    }
}

/// Asks the host for link `at` of a chain whose value goes to register `d`, or tells it the chain's value.
pub(super) fn ask(m: &mut Machine, at: usize, ask: Use, d: Reg) -> Flow {
    let Use { object, name, value } = ask;
    let pending = Pending {
        object,
        name,
        done: at + 1,
        value: Dynamic::UNIT,
    };
    match value {
        Some(value) => write(m, pending, value, d),
        None => {
            let args = arguments(&pending, None);
            m.extra.get_or_insert_with(Box::default).pending = Some(pending);
            invoke::wait(m, GET_MEMBER, u32::MAX, args, Target::Chain)
        }
    }
}

/// The chain is worth `result` and has changed the property it read: the host is told, if the class lets it.
pub(super) fn write_back(m: &mut Machine, chain: &Chain, read: Pending, changed: Dynamic, result: Dynamic, d: Reg) -> Result<Flow, Error> {
    if read.object.class().member(&read.name).writable {
        return Ok(write(m, Pending { value: result, ..read }, changed, d));
    }
    if read.done == chain.links.len() {
        return Err(refusal(&read.object, &read.name, Some(&changed), chain.end_position));
    }
    m.set_register(d, Value::from(result.flatten()));
    Ok(Flow::Next)
}

fn write(m: &mut Machine, pending: Pending, value: Dynamic, d: Reg) -> Flow {
    let args = arguments(&pending, Some(value));
    let register = invoke::absolute_register(m, d);
    m.extra.get_or_insert_with(Box::default).pending = Some(pending);
    invoke::wait(m, SET_MEMBER, u32::MAX, args, Target::Kept(register))
}

fn arguments(pending: &Pending, value: Option<Dynamic>) -> Args {
    let object = Dynamic::from(pending.object.clone());
    let name = Dynamic::from(pending.name.clone());
    [object, name].into_iter().chain(value).map(Value::from).collect()
}
