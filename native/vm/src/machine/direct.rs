//! Natives that programs call most, done in place on plain values: no copy, no list of arguments, no lookup.
//!
//! The compiler offers one only where no function of the script or the host has its name. Whatever is not plain (a
//! shared or constant target, other types, a limit that is reached) is left untouched for rhai's own native.
//! What they do is rhai's `packages`, function by function.

use super::text;
use crate::ledger::ITEM_BYTES;
use crate::value::Value;
use crate::Vm;
use rhai::{Array, Blob, Dynamic, ImmutableString, Map};

/// Longer text is searched by the native, which counts the work.
const SHORT_TEXT_BYTES: usize = 1024;
/// The same for a list of keys.
const FEW_KEYS: usize = 32;

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

    /// Does it; `false`: nothing happened. An argument that was used is left empty.
    pub(super) fn call(self, target: &mut Value, arg: &mut Value, result: &mut Value, vm: &Vm) -> bool {
        let done = match target {
            Value::Dyn(d) => return self.call_on(d, arg, result, vm),
            Value::Int(i) => match self {
                Self::ToFloat => Some(Value::Float(*i as f64)),
                Self::ToInt => Some(Value::Int(*i)),
                _ => None,
            },
            Value::Float(f) if self == Self::ToFloat => Some(Value::Float(*f)),
            _ => None,
        };
        done.is_some_and(|value| give(result, value))
    }

    #[inline]
    fn call_on(self, target: &mut Dynamic, arg: &mut Value, result: &mut Value, vm: &Vm) -> bool {
        if target.is_shared() || target.is_read_only() && (self.changes() || self == Self::Get) {
            return false;
        }
        if target.is_array() {
            return target
                .write_lock::<Array>()
                .is_some_and(|mut array| self.on_array(&mut array, arg, result, vm));
        }
        if let Some(text) = target.read_lock::<ImmutableString>() {
            return self.on_text(&text, arg, result);
        }
        if target.is_map() {
            return target.write_lock::<Map>().is_some_and(|mut map| self.on_map(&mut map, arg, result));
        }
        match (self, target.read_lock::<Blob>()) {
            (Self::Len, Some(bytes)) => length(result, bytes.len()),
            (Self::IsEmpty, Some(bytes)) => give(result, Value::Bool(bytes.is_empty())),
            _ => false,
        }
    }

    #[inline]
    fn on_array(self, array: &mut Array, item: &mut Value, result: &mut Value, vm: &Vm) -> bool {
        match self {
            Self::Push => {
                if !item.is_light() || !vm.limits.fits_array(array.len() + 1) {
                    return false;
                }
                // It is about to move to a place of twice the size.
                if array.len() == array.capacity() && vm.ledger.reserve(array.len() * 2 * ITEM_BYTES).is_err() {
                    return false;
                }
                match item {
                    Value::Int(i) => array.push(Dynamic::from_int(*i)),
                    other => array.push(other.take_dynamic()),
                }
                give(result, Value::Unit)
            }
            Self::Len => length(result, array.len()),
            Self::IsEmpty => give(result, Value::Bool(array.is_empty())),
            Self::Pop => give(result, array.pop().map_or(Value::Unit, Value::from_item)),
            _ => false,
        }
    }

    fn on_map(self, map: &mut Map, arg: &mut Value, result: &mut Value) -> bool {
        // An entry of this name may be a closure, which goes before the native.
        if map.contains_key(self.name()) {
            return false;
        }
        match self {
            Self::Len => return length(result, map.len()),
            Self::IsEmpty => return give(result, Value::Bool(map.is_empty())),
            Self::Keys if map.len() <= FEW_KEYS => {
                let keys: Array = map.keys().map(|key| ImmutableString::from(key.as_str()).into()).collect();
                return give(result, Value::Dyn(keys.into()));
            }
            _ => {}
        }
        let Some(key) = text_of(arg) else { return false };
        match self {
            Self::Contains => give(result, Value::Bool(map.contains_key(key.as_str()))),
            Self::Get => match map.get(key.as_str()).map(Value::light_copy_of) {
                Some(Some(value)) => give(result, value),
                Some(None) => false,
                None => give(result, Value::Unit),
            },
            Self::Remove => give(result, map.remove(key.as_str()).map_or(Value::Unit, Value::from_item)),
            _ => false,
        }
    }

    fn on_text(self, whole: &str, arg: &mut Value, result: &mut Value) -> bool {
        if whole.len() > SHORT_TEXT_BYTES {
            return false;
        }
        match self {
            Self::Len => return length(result, whole.chars().count()),
            Self::IsEmpty => return give(result, Value::Bool(whole.is_empty())),
            _ => {}
        }
        let done = match *arg {
            Value::Dyn(ref d) if d.is_char() => {
                let mut bytes = [0; 4];
                self.search(whole, d.as_char().unwrap_or_default().encode_utf8(&mut bytes), result)
            }
            ref other => text_of(other).is_some_and(|part| self.search(whole, &part, result)),
        };
        if done {
            *arg = Value::Unit;
        }
        done
    }

    #[inline]
    fn search(self, whole: &str, part: &str, result: &mut Value) -> bool {
        match self {
            Self::Contains => give(result, Value::Bool(text::contains(whole, part))),
            Self::StartsWith => give(result, Value::Bool(whole.starts_with(part))),
            Self::EndsWith => give(result, Value::Bool(whole.ends_with(part))),
            Self::IndexOf if whole.is_empty() => give(result, Value::Int(-1)),
            Self::IndexOf => {
                let at = text::find(whole, part).map_or(-1, |at| whole[..at].chars().count() as i64);
                give(result, Value::Int(at))
            }
            _ => false,
        }
    }
}

#[inline]
fn give(result: &mut Value, value: Value) -> bool {
    *result = value;
    true
}

#[inline]
fn length(result: &mut Value, n: usize) -> bool {
    give(result, Value::Int(i64::try_from(n).unwrap_or(i64::MAX)))
}

/// A plain string's text.
#[inline]
fn text_of(value: &Value) -> Option<impl std::ops::Deref<Target = ImmutableString> + '_> {
    match value {
        Value::Dyn(d) if !d.is_shared() => d.read_lock::<ImmutableString>(),
        _ => None,
    }
}
