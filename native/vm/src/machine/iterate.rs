//! Iteration and switches: what a `for` walks over, as plain data wherever rhai's own iterator is a boxed closure.

use super::native::at;
use super::Error;
use crate::switch_table::{SwitchTable, NOWHERE, SWITCH_MEMO};
use crate::value::Value;
use crate::Vm;
use rhai::{Array, Dynamic, EvalAltResult, Position};
use std::hash::{Hash, Hasher};

/// Iterators of rhai's packages for types we do not walk ourselves.
type Foreign = Box<dyn Iterator<Item = Result<Dynamic, Error>>>;

/// An iterator in progress.
pub(super) enum Iter {
    Ints { next: i64, left: u64 },
    Array(std::vec::IntoIter<Dynamic>),
    Foreign(Foreign),
}

impl std::fmt::Debug for Iter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ints { .. } => "Ints",
            Self::Array(_) => "Array",
            Self::Foreign(_) => "Foreign",
        })
    }
}

impl Iter {
    /// The next value, never a shared one.
    #[inline(never)]
    pub(super) fn next(&mut self, position: Position) -> Result<Option<Value>, Error> {
        Ok(match self {
            Self::Ints { left: 0, .. } => None,
            Self::Ints { next, left } => {
                let value = *next;
                *next = next.wrapping_add(1);
                *left -= 1;
                Some(Value::Int(value))
            }
            Self::Array(items) => items.next().map(|d| Value::from(d.flatten())),
            Self::Foreign(inner) => inner.next().transpose().map_err(|e| at(e, position))?.map(|d| Value::from(d.flatten())),
        })
    }
}

/// First value and number of values of a range; a missing end is `()`.
pub(super) fn range(start: &Value, end: &Value, inclusive: bool) -> Option<(i64, i64)> {
    let start = if start.is_unit() { 0 } else { start.int()? };
    let end = if end.is_unit() { i64::MAX } else { end.int()? };
    let (_, left) = ints(start, end, inclusive);
    Some((start, i64::try_from(left).unwrap_or(-1)))
}

fn ints(start: i64, end: i64, inclusive: bool) -> (i64, u64) {
    if start > end || start == end && !inclusive {
        return (start, 0);
    }
    let span = end.wrapping_sub(start) as u64;
    (start, if inclusive { span.saturating_add(1) } else { span })
}

/// Opens an iterator over a value.
pub(super) fn open(vm: &mut Vm, source: Dynamic, position: Position) -> Result<Iter, Error> {
    if let Some(r) = source.read_lock::<std::ops::Range<i64>>() {
        let (next, left) = ints(r.start, r.end, false);
        return Ok(Iter::Ints { next, left });
    }
    if let Some(r) = source.read_lock::<std::ops::RangeInclusive<i64>>() {
        let (next, left) = ints(*r.start(), *r.end(), true);
        return Ok(Iter::Ints { next, left });
    }
    if source.is_array() {
        return Ok(Iter::Array(source.into_array().unwrap_or_else(|_| Array::new()).into_iter()));
    }
    if let Ok(text) = source.as_immutable_string_ref() {
        // Its characters are gathered first.
        vm.ledger.charge_bytes(4 * text.len())?;
        vm.ledger.reserve(4 * text.len())?;
    }
    match vm.global.get_iter(source.type_id()) {
        Some(make) => Ok(Iter::Foreign(make(source))),
        None => Err(EvalAltResult::ErrorFor(position).into()),
    }
}

/// Where a switch goes.
#[inline]
pub(super) fn switch_target(table: &SwitchTable, value: &Value) -> u32 {
    let Value::Int(i) = value else { return switch_by_hash(table, value) };
    let memo = &table.memo[(*i & (SWITCH_MEMO as i64 - 1)) as usize];
    let (known, target) = memo.get();
    if known == *i && target != NOWHERE {
        return target;
    }
    let target = switch_by_hash(table, value);
    memo.set((*i, target));
    target
}

/// rhai keys the cases by the value's hash.
#[inline(never)]
fn switch_by_hash(table: &SwitchTable, value: &Value) -> u32 {
    let open;
    let value = match value {
        Value::Dyn(d) => d,
        other => {
            open = other.read_dynamic();
            &open
        }
    };
    if !hashable(value) {
        return table.default;
    }
    let mut hasher = ahash::AHasher::default();
    value.hash(&mut hasher);
    table.target(hasher.finish())
}

fn hashable(value: &Dynamic) -> bool {
    if let Ok(array) = value.as_array_ref() {
        return array.iter().all(hashable);
    }
    if let Ok(map) = value.as_map_ref() {
        return map.values().all(hashable);
    }
    // No case is a pointer; and what closures have captured may go on and on, which a hash would follow recursively.
    if value.is_fnptr() {
        return false;
    }
    !value.is_variant() || value.is::<std::ops::Range<i64>>() || value.is::<std::ops::RangeInclusive<i64>>()
}
