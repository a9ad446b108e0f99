//! Elements that are no places in memory: bits of an integer, bytes of a blob, characters and slices of a string.
//!
//! They are read as values and, when the chain changed them, written back. Bounds and texts are rhai's.

use super::operators::mismatch;
use super::Error;
use crate::natives::byte_of;
use crate::Vm;
use rhai::{Blob, Dynamic, EvalAltResult, ImmutableString, Position, INT};
use std::ops::{Range, RangeInclusive};

const BITS: usize = 64;

/// Where a virtual element lies.
pub(super) enum Spot {
    Bit(usize),
    Bits { mask: INT, shift: usize },
    Byte(usize),
    Char(usize),
    Slice { start: usize, end: usize, exclusive: bool },
}

/// rhai's index arithmetic: negative counts from the end.
pub(super) fn offset(length: usize, index: INT, from_end: bool) -> Option<usize> {
    if index >= 0 {
        return usize::try_from(index).ok().filter(|i| *i < length);
    }
    let back = usize::try_from(index.unsigned_abs()).ok()?;
    (from_end && length > 0 && back <= length).then(|| length - back)
}

/// The element of `target` at `index`, when it is of a virtual kind.
pub(super) fn read(vm: &Vm, target: &Dynamic, index: &Dynamic, position: Position) -> Option<Result<(Dynamic, Spot), Error>> {
    if let Ok(blob) = target.as_blob_ref() {
        return Some(byte(vm, &blob, index, position));
    }
    if target.is_string() {
        let text = target.as_immutable_string_ref().ok()?;
        return Some(character(vm, &text, index, position));
    }
    if target.is_int() {
        return Some(bits(vm, target.as_int().ok()?, index, position));
    }
    None
}

fn byte(vm: &Vm, blob: &Blob, index: &Dynamic, position: Position) -> Result<(Dynamic, Spot), Error> {
    let i = index.as_int().map_err(|t| mismatch(vm, "i64", t, position))?;
    let at = offset(blob.len(), i, true).ok_or_else(|| Error::from(EvalAltResult::ErrorArrayBounds(blob.len(), i, position)))?;
    Ok((Dynamic::from_int(INT::from(blob[at])), Spot::Byte(at)))
}

fn bits(vm: &Vm, value: INT, index: &Dynamic, position: Position) -> Result<(Dynamic, Spot), Error> {
    let bounds = |i: INT| Error::from(EvalAltResult::ErrorBitFieldBounds(BITS, i, position));
    let (mask, shift) = if let Some(r) = index.read_lock::<Range<INT>>() {
        let end = if r.end == INT::MAX { BITS as INT } else { r.end };
        let start = offset(BITS, r.start, false).ok_or_else(|| bounds(r.start))?;
        let end = usize::try_from(end).ok().filter(|e| *e <= BITS).ok_or_else(|| bounds(end))?;
        field(start, end)
    } else if let Some(r) = index.read_lock::<RangeInclusive<INT>>() {
        let end = if *r.end() == INT::MAX { BITS as INT - 1 } else { *r.end() };
        let start = offset(BITS, *r.start(), false).ok_or_else(|| bounds(*r.start()))?;
        let end = offset(BITS, end, false).ok_or_else(|| bounds(end))?;
        field(start, end + 1)
    } else {
        let i = index.as_int().map_err(|t| mismatch(vm, "i64", t, position))?;
        let bit = offset(BITS, i, true).ok_or_else(|| bounds(i))?;
        return Ok(((value & (1 << bit) != 0).into(), Spot::Bit(bit)));
    };
    Ok((Dynamic::from_int((value & mask) >> shift), Spot::Bits { mask, shift }))
}

/// Mask and shift of bits `start..end`.
fn field(start: usize, end: usize) -> (INT, usize) {
    if end <= start {
        return (0, 0);
    }
    if end - start >= BITS {
        return (-1, 0);
    }
    ((((1_u64 << (end - start)) - 1) << start) as INT, start)
}

fn character(vm: &Vm, text: &ImmutableString, index: &Dynamic, position: Position) -> Result<(Dynamic, Spot), Error> {
    if let Some(r) = index.read_lock::<Range<INT>>() {
        return slice(text, r.start, r.end, true, position);
    }
    if let Some(r) = index.read_lock::<RangeInclusive<INT>>() {
        return slice(text, *r.start(), *r.end(), false, position);
    }
    let i = index.as_int().map_err(|t| mismatch(vm, "i64", t, position))?;
    let bounds = || Error::from(EvalAltResult::ErrorStringBounds(text.chars().count(), i, position));
    let distance = usize::try_from(i.unsigned_abs()).map_err(|_| bounds())?;
    let c = if i >= 0 {
        text.chars().nth(distance)
    } else {
        text.chars().rev().nth(distance - 1)
    };
    Ok((c.ok_or_else(bounds)?.into(), Spot::Char(distance)))
}

fn slice(text: &ImmutableString, start: INT, end: INT, exclusive: bool, position: Position) -> Result<(Dynamic, Spot), Error> {
    if text.is_empty() {
        return Ok((
            text.clone().into(),
            Spot::Slice {
                start: 0,
                end: 0,
                exclusive: true,
            },
        ));
    }
    let count = text.chars().count();
    let from_end = |i: INT| if i >= 0 { usize::try_from(i).ok() } else { offset(count, i, true) };
    let start = from_end(start).ok_or_else(|| Error::from(EvalAltResult::ErrorStringBounds(count, start, position)))?;
    let end = from_end(end).unwrap_or(0);
    let whole = start == 0 && if exclusive { end >= count } else { end >= count - 1 };
    let value: ImmutableString = if whole {
        text.clone()
    } else {
        let take = if exclusive {
            end.saturating_sub(start)
        } else if end > start {
            (end - start).saturating_add(1)
        } else {
            0
        };
        let from = byte_of(text, start);
        let to = from + byte_of(&text[from..], take);
        text[from..to].into()
    };
    Ok((value.into(), Spot::Slice { start, end, exclusive }))
}

/// Writes a changed virtual element back.
pub(super) fn write(target: &mut Dynamic, spot: &Spot, value: &Dynamic, position: Position) -> Result<(), Error> {
    let wrong = |expected: &str, actual: &str| Error::from(EvalAltResult::ErrorMismatchDataType(expected.into(), actual.into(), position));
    match *spot {
        Spot::Bit(bit) => {
            let on = value.as_bool().map_err(|t| wrong("bool", t))?;
            let old = target.as_int().unwrap_or(0);
            *target = Dynamic::from_int(if on { old | (1 << bit) } else { old & !(1 << bit) });
        }
        Spot::Bits { mask, shift } => {
            let new = value.as_int().map_err(|t| wrong("integer", t))?;
            let old = target.as_int().unwrap_or(0);
            *target = Dynamic::from_int(old & !mask | (new << shift) & mask);
        }
        Spot::Byte(at) => {
            let new = value.as_int().map_err(|t| wrong("INT", t))?;
            if let Some(byte) = target.as_blob_mut().ok().as_mut().and_then(|b| b.get_mut(at)) {
                *byte = (new & 0xff) as u8;
            }
        }
        Spot::Char(at) => {
            let new = value.as_char().map_err(|t| wrong("char", t))?;
            if let Ok(mut text) = target.as_immutable_string_mut() {
                let from = byte_of(&text, at);
                if let Some(old) = text[from..].chars().next() {
                    let to = from + old.len_utf8();
                    *text = [&text[..from], new.encode_utf8(&mut [0; 4]), &text[to..]].concat().into();
                }
            }
        }
        Spot::Slice { start, end, exclusive } => {
            if let Ok(mut text) = target.as_immutable_string_mut() {
                let n = text.chars().count();
                let rest = if exclusive {
                    end.min(n)
                } else {
                    end.min(n.saturating_sub(1)).saturating_add(1)
                };
                let middle = value.to_string();
                let (from, to) = (byte_of(&text, start), byte_of(&text, rest));
                *text = [&text[..from], &middle, &text[to..]].concat().into();
            }
        }
    }
    Ok(())
}
