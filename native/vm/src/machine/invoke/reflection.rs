//! What a script may ask about its own functions: `is_def_fn` and `get_fn_metadata_list`.

use super::super::operators::mismatch;
use super::super::Error;
use crate::program::{FunctionInfo, Program, Site};
use crate::value::Value;
use crate::Vm;
use rhai::{Array, Dynamic, ImmutableString, Map};

/// Whether natives of this name look at the program.
pub(crate) fn reflects(name: &str, argc: usize) -> bool {
    matches!((name, argc), ("is_def_fn", 2 | 3) | ("get_fn_metadata_list", 0..=2))
}

/// The answer; `None`: these arguments mean no such question, and rhai says what is wrong.
pub(super) fn call(vm: &Vm, program: &Program, site: &Site, args: &[Value]) -> Result<Option<Value>, Error> {
    if &*site.name == "is_def_fn" {
        return is_defined(vm, program, site, args).map(Some);
    }
    let wanted: Option<(Option<ImmutableString>, Option<i64>)> = match args {
        [] => Some((None, None)),
        [name] => text_of(name).map(|name| (Some(name), None)),
        [name, n] => text_of(name).zip(n.int()).map(|(name, n)| (Some(name), Some(n))),
        _ => None,
    };
    Ok(wanted.map(|(name, arity)| list(program, name.as_deref(), arity)))
}

fn text_of(value: &Value) -> Option<ImmutableString> {
    match value {
        Value::Dyn(d) => d.as_immutable_string_ref().ok().map(|s| s.clone()),
        _ => None,
    }
}

fn is_defined(vm: &Vm, program: &Program, site: &Site, args: &[Value]) -> Result<Value, Error> {
    let text = |v: &Value| text_of(v).ok_or_else(|| mismatch(vm, std::any::type_name::<ImmutableString>(), v.type_name(), site.position));
    let count = |v: &Value| v.int().ok_or_else(|| mismatch(vm, "i64", v.type_name(), site.position));
    let found = match args {
        [name, n] => {
            let name = text(name)?;
            usize::try_from(count(n)?).is_ok_and(|n| program.find(&name, n).is_some())
        }
        [this, name, n] => {
            let (this, name) = (text(this)?, text(name)?);
            usize::try_from(count(n)?).is_ok_and(|n| program.find_typed(&this, &name, n).is_some())
        }
        _ => false,
    };
    Ok(Value::Bool(found))
}

fn list(program: &Program, name: Option<&str>, arity: Option<i64>) -> Value {
    let asked = |f: &&FunctionInfo| name.is_none_or(|n| f.name == n) && arity.is_none_or(|a| f.params.len() as i64 == a);
    let all: Array = program.infos.iter().filter(asked).map(describe).collect();
    Value::Dyn(all.into())
}

fn describe(function: &FunctionInfo) -> Dynamic {
    let mut map = Map::new();
    map.insert("name".into(), function.name.clone().into());
    map.insert("access".into(), if function.private { "private" } else { "public" }.into());
    map.insert("is_anonymous".into(), function.is_closure().into());
    if let Some(this) = &function.this_type {
        map.insert("this_type".into(), this.clone().into());
    }
    let params: Array = function.params.iter().map(|p| p.clone().into()).collect();
    map.insert("params".into(), params.into());
    Dynamic::from_map(map)
}
