//! Calls of functions in modules: `space::name(…)`.

use super::super::modules::Found;
use super::super::{Error, Machine, Place};
use super::{absolute, enter, wait, Args, Context, Flow};
use crate::bytecode::Reg;
use crate::value::Value;
use crate::Vm;
use rhai::EvalAltResult;

/// `space::name(arguments)`.
pub(in crate::machine) fn call_module(m: &mut Machine, cx: &mut Context<'_>, site: usize, space: u16, base: Reg, dst: Reg) -> Result<Flow, Error> {
    let (described, space) = (&cx.program.sites[site], &cx.program.namespaces[usize::from(space)]);
    let (first, argc) = (usize::from(base), usize::from(described.argc));
    let found = m.module_function(space, described)?;
    let args: Args = m.registers()[first..first + argc].iter_mut().map(Value::take).collect();
    match found {
        Some(Found::Script(code)) => enter(m, cx, code, args, None, Place::None, dst),
        Some(Found::Host(function)) => {
            let dst = absolute(m, dst);
            Ok(wait(m, function, site as u32, args, dst))
        }
        None => {
            let types: Vec<_> = args.iter().map(|a| type_text(cx.vm, a)).collect();
            let signature = format!("{}::{} ({})", space.text(), described.name, types.join(", "));
            Err(EvalAltResult::ErrorFunctionNotFound(signature, described.position).into())
        }
    }
}

fn type_text<'a>(vm: &'a Vm, value: &'a Value) -> &'a str {
    match vm.engine.map_type_name(value.type_name()) {
        "string" => "&str | ImmutableString | String",
        other => other,
    }
}
