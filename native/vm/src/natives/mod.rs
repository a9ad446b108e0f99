//! Natives under guard: what a call of rhai's packages may cost is known before it is made.
//!
//! A guard looks at the arguments and charges the work, reserves the bytes, checks the depth of what is stored; then
//! rhai's own native runs. Where that is not enough (work that cannot be stopped, results that explode on the way), the
//! guard does the work itself, in pieces, with rhai's meaning and texts, and returns the value.
//! A name without an entry here is charged by the size of its arguments: a native reads them at most a few times.

mod arrays;
mod blobs;
mod equality;
mod format;
mod json;
mod maps;
mod names;
mod pieces;
mod sort;
mod text;

pub(crate) use format::bounded;
pub(crate) use names::is_native;
pub(crate) use pieces::byte_of;

use crate::copy::is_light;
use crate::ledger::{BYTES_PER_OPERATION, ITEMS_PER_OPERATION};
use crate::machine::Error;
use crate::program::Site;
use crate::Vm;
use rhai::{Dynamic, ImmutableString};

/// A value's text, as `print` and interpolation give it.
pub(crate) fn text_of(vm: &mut Vm, site: &Site, value: &mut Dynamic) -> Result<ImmutableString, Error> {
    format::text(vm, site, value, false)
}

/// What a guard is called with: the target of a method first.
pub(crate) type Args<'a, 'b> = &'a mut [&'b mut Dynamic];

/// `Some` = the guard has done the call.
pub(crate) type Guarded = Result<Option<Dynamic>, Error>;

/// Looks at a call before it is made.
pub(crate) type Guard = fn(&mut Vm, &Site, Args<'_, '_>) -> Guarded;

/// The guard for natives of this name.
pub(crate) fn guard_of(name: &str) -> Guard {
    match name {
        // Constant time, whatever the arguments.
        "is_empty" | "type_of" | "name" | "is_anonymous" | "get$tag" | "set$tag" | "take" | "range" => free,
        "print" | "debug" => format::print,
        "to_string" | "to_debug" => format::to_text,
        "==" | "!=" => equality::compare,
        "+" => text::plus,
        "+=" | "append" => text::append,
        "len" | "get$len" => text::len,
        "-" | "-=" => text::minus,
        "contains" | "index_of" => equality::search,
        "dedup" => equality::dedup,
        "push" | "set" | "insert" | "fill_with" | "mixin" | "splice" => arrays::store,
        "pop" | "shift" | "remove" => arrays::take,
        "get" => arrays::get,
        "extract" => arrays::extract,
        "pad" => arrays::pad,
        "sort" | "sort_desc" | "order" | "order_desc" => sort::sort,
        "keys" | "values" => maps::list,
        "to_json" => json::to_json,
        "parse_json" => json::parse_json,
        "blob" => blobs::blob,
        "to_array" => blobs::to_array,
        "replace" => text::replace,
        "split" | "split_rev" | "to_chars" => text::split,
        "chars" | "get$chars" => text::chars,
        "sub_string" => text::sub_string,
        "crop" => text::crop,
        "to_upper" | "to_lower" | "make_upper" | "make_lower" | "as_string" => text::change,
        _ => by_size,
    }
}

fn free(_: &mut Vm, _: &Site, _: Args<'_, '_>) -> Guarded {
    Ok(None)
}

/// The arguments' own size, each read once.
pub(crate) fn by_size(vm: &mut Vm, _: &Site, args: Args<'_, '_>) -> Guarded {
    let operations: usize = args.iter().map(|d| operations(d)).sum();
    if operations > 0 {
        vm.ledger.charge(operations)?;
    }
    Ok(None)
}

/// Operations to read the value once, what it contains not counted.
#[inline]
fn operations(d: &Dynamic) -> usize {
    if d.is_int() {
        return 0;
    }
    if is_light(d) {
        return d.as_immutable_string_ref().map_or(0, |text| text.len() / BYTES_PER_OPERATION);
    }
    if let Ok(array) = d.as_array_ref() {
        return array.len() / ITEMS_PER_OPERATION;
    }
    if let Ok(map) = d.as_map_ref() {
        return map.len();
    }
    d.as_blob_ref().map_or(0, |blob| blob.len() / BYTES_PER_OPERATION)
}

/// The target as text, when it is one.
fn text_len(d: &Dynamic) -> Option<usize> {
    d.as_immutable_string_ref().ok().map(|text| text.len())
}

/// rhai's offset and length within `length`: negative starts count from the end, and both are cut to what there is.
fn span(length: usize, start: i64, len: i64) -> (usize, usize) {
    if start >= 0 && to_size(start) >= length {
        return (length, 0);
    }
    let start = if start < 0 {
        length - usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX).min(length)
    } else {
        to_size(start)
    };
    (start, to_size(len).min(length - start))
}

/// A number as a size: nothing below zero, and no more than there can be, which in WebAssembly is 32 bits.
fn to_size(number: i64) -> usize {
    usize::try_from(number.max(0)).unwrap_or(usize::MAX)
}

/// A range of integers as rhai's array methods take it: start and length.
fn start_and_len(d: &Dynamic) -> Option<(i64, i64)> {
    if let Some(range) = d.read_lock::<std::ops::Range<i64>>() {
        let start = range.start.max(0);
        return Some((start, range.end.max(start) - start));
    }
    let range = d.read_lock::<std::ops::RangeInclusive<i64>>()?;
    let start = (*range.start()).max(0);
    let end = (*range.end()).max(start).min(i64::MAX - 1);
    Some((start, end - start + 1))
}
