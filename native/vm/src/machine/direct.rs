//! Natives that programs call most, done in place on plain values: no copy, no list of arguments, no lookup.
//!
//! The compiler offers one only where no function of the script or the host has its name. Whatever is not plain (a
//! shared or constant target, other types, a limit that is reached) is left untouched for rhai's own native.
//! What they do is rhai's `packages`, function by function.

use super::text;
use crate::value::Value;
use crate::Limits;
use rhai::{Array, Blob, Dynamic, ImmutableString, Map};

/// A native that the machine can do itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direct {
    Len,
    IsEmpty,
    Push,
    Pop,
    Contains,
    Get,
    Keys,
    Remove,
    StartsWith,
    EndsWith,
    IndexOf,
    ToFloat,
    ToInt,
}

impl Direct {
    /// The one of this name and number of arguments (the target not counted).
    pub(crate) fn of(name: &str, argc: usize) -> Option<Self> {
        Some(match (name, argc) {
            ("len", 0) => Self::Len,
            ("is_empty", 0) => Self::IsEmpty,
            ("push", 1) => Self::Push,
            ("pop", 0) => Self::Pop,
            ("contains", 1) => Self::Contains,
            ("get", 1) => Self::Get,
            ("keys", 0) => Self::Keys,
            ("remove", 1) => Self::Remove,
            ("starts_with", 1) => Self::StartsWith,
            ("ends_with", 1) => Self::EndsWith,
            ("index_of", 1) => Self::IndexOf,
            ("to_float", 0) => Self::ToFloat,
            ("to_int", 0) => Self::ToInt,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Len => "len",
            Self::IsEmpty => "is_empty",
            Self::Push => "push",
            Self::Pop => "pop",
            Self::Contains => "contains",
            Self::Get => "get",
            Self::Keys => "keys",
            Self::Remove => "remove",
            Self::StartsWith => "starts_with",
            Self::EndsWith => "ends_with",
            Self::IndexOf => "index_of",
            Self::ToFloat => "to_float",
            Self::ToInt => "to_int",
        }
    }

    fn changes(self) -> bool {
        matches!(self, Self::Push | Self::Pop | Self::Remove)
    }

    /// Does it; `None`: nothing happened. An argument that was used is left empty.
    pub(super) fn call(self, target: &mut Value, args: &mut [Value], limits: &Limits) -> Option<Value> {
        match target {
            Value::Dyn(d) => self.call_on(d, args.first_mut(), limits),
            Value::Int(i) => match self {
                Self::ToFloat => Some(Value::Float(*i as f64)),
                Self::ToInt => Some(Value::Int(*i)),
                _ => None,
            },
            Value::Float(f) if self == Self::ToFloat => Some(Value::Float(*f)),
            _ => None,
        }
    }

    fn call_on(self, target: &mut Dynamic, arg: Option<&mut Value>, limits: &Limits) -> Option<Value> {
        if target.is_shared() || target.is_read_only() && (self.changes() || self == Self::Get) {
            return None;
        }
        if target.is_array() {
            return self.on_array(&mut *target.write_lock::<Array>()?, arg, limits);
        }
        if let Some(text) = target.read_lock::<ImmutableString>() {
            return self.on_text(&text, arg);
        }
        if target.is_map() {
            return self.on_map(&mut *target.write_lock::<Map>()?, arg);
        }
        let bytes = target.read_lock::<Blob>()?;
        match self {
            Self::Len => length(bytes.len()),
            Self::IsEmpty => Some(Value::Bool(bytes.is_empty())),
            _ => None,
        }
    }

    fn on_array(self, array: &mut Array, arg: Option<&mut Value>, limits: &Limits) -> Option<Value> {
        match self {
            Self::Len => length(array.len()),
            Self::IsEmpty => Some(Value::Bool(array.is_empty())),
            Self::Push => {
                let item = arg?;
                if item.is_container() || !limits.fits_array(array.len() + 1) {
                    return None;
                }
                array.push(item.take_dynamic());
                Some(Value::Unit)
            }
            Self::Pop => Some(array.pop().map_or(Value::Unit, |item| Value::from(item.flatten()))),
            _ => None,
        }
    }

    fn on_map(self, map: &mut Map, arg: Option<&mut Value>) -> Option<Value> {
        // An entry of this name may be a closure, which goes before the native.
        if map.contains_key(self.name()) {
            return None;
        }
        match self {
            Self::Len => length(map.len()),
            Self::IsEmpty => Some(Value::Bool(map.is_empty())),
            Self::Keys => Some(Value::Dyn(
                map.keys().map(|key| ImmutableString::from(key.as_str()).into()).collect::<Array>().into(),
            )),
            Self::Contains | Self::Get | Self::Remove => {
                let key = text_of(arg?)?;
                match self {
                    Self::Contains => Some(Value::Bool(map.contains_key(key.as_str()))),
                    Self::Get => Some(map.get(key.as_str()).map_or(Value::Unit, Value::copy_of)),
                    _ => Some(map.remove(key.as_str()).map_or(Value::Unit, |item| Value::from(item.flatten()))),
                }
            }
            _ => None,
        }
    }

    fn on_text(self, whole: &str, arg: Option<&mut Value>) -> Option<Value> {
        match self {
            Self::Len => return length(whole.chars().count()),
            Self::IsEmpty => return Some(Value::Bool(whole.is_empty())),
            _ => {}
        }
        let arg = arg?;
        let mut bytes = [0; 4];
        let held;
        let part: &str = match arg {
            Value::Dyn(d) if d.is_char() => d.as_char().ok()?.encode_utf8(&mut bytes),
            other => {
                held = text_of(other)?;
                &held
            }
        };
        Some(match self {
            Self::Contains => Value::Bool(text::contains(whole, part)),
            Self::StartsWith => Value::Bool(whole.starts_with(part)),
            Self::EndsWith => Value::Bool(whole.ends_with(part)),
            Self::IndexOf if whole.is_empty() => Value::Int(-1),
            Self::IndexOf => Value::Int(text::find(whole, part).map_or(-1, |at| whole[..at].chars().count() as i64)),
            _ => return None,
        })
    }
}

fn length(n: usize) -> Option<Value> {
    i64::try_from(n).ok().map(Value::Int)
}

/// A plain string's text.
fn text_of(value: &Value) -> Option<impl std::ops::Deref<Target = ImmutableString> + '_> {
    match value {
        Value::Dyn(d) if !d.is_shared() => d.read_lock::<ImmutableString>(),
        _ => None,
    }
}
