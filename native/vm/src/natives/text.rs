//! Text: the size of a result is worked out before it is made.
//!
//! rhai's own natives run where they need no more than their result and not long; `replace`, `sub_string` and `crop` are
//! done here, since rhai's allocate several times that, and long texts in [`pieces`].
//! long because: one guard per kind of native, each a few lines.

use super::{by_size, format, maps, operations, pieces, text_len, Args, Guarded};
use crate::ledger::ITEM_BYTES;
use crate::machine::Error;
use crate::program::Site;
use crate::Vm;
use rhai::{Dynamic, ImmutableString};

/// What a piece of text in an array takes besides its characters.
const PIECE_BYTES: usize = ITEM_BYTES + 48;
/// Changing the case can make a text this much longer.
const CASE_FACTOR: usize = 3;

/// `a + b`: text with anything, arrays, maps, blobs.
pub(super) fn plus(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    let [a, b] = args else { return by_size(vm, site, args) };
    match (text_len(a), text_len(b)) {
        (None, None) => {
            let length = |d: &Dynamic| d.as_array_ref().map_or(0, |a| a.len());
            let items = length(a) + length(b);
            if items > 0 {
                vm.limits.check_array(items)?;
                vm.ledger.charge_items(items)?;
            }
            by_size(vm, site, args)
        }
        (Some(x), Some(y)) => vm.text_grows(x + y, x + y).map(|()| None),
        (Some(x), None) => {
            let more = item_text(vm, site, b)?;
            vm.text_grows(x + more, x + more).map(|()| None)
        }
        (None, Some(y)) => {
            let more = item_text(vm, site, a)?;
            vm.text_grows(y + more, y + more).map(|()| None)
        }
    }
}

/// `a += b` and `a.append(b)`.
pub(super) fn append(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    let [a, b] = args else { return by_size(vm, site, args) };
    if let Some(x) = text_len(a) {
        let more = match text_len(b) {
            Some(y) => y,
            None => item_text(vm, site, b)?,
        };
        return vm.text_grows(x + more, x + more).map(|()| None);
    }
    let level = vm.ledger.level;
    if site.name == "+=" && a.is_array() && !b.is_array() {
        vm.ledger.store(b, level)?;
        return Ok(None);
    }
    vm.ledger.merge(b, level)?;
    vm.ledger.charge(operations(b))?;
    maps::merge(vm, a, b, false)
}

/// Makes the other side of a `+` text, where that is work: then the call is one of two texts.
fn item_text(vm: &mut Vm, site: &Site, item: &mut Dynamic) -> Result<usize, Error> {
    if let Ok(blob) = item.as_blob_ref() {
        return Ok(blob.len());
    }
    if item.is_array() || item.is_map() {
        let text = format::text(vm, site, item, false)?;
        let length = text.len();
        *item = text.into();
        return Ok(length);
    }
    Ok(0)
}

/// `len` counts the characters of text; everything else knows its length.
pub(super) fn len(vm: &mut Vm, _: &Site, args: Args<'_, '_>) -> Guarded {
    if let Some(bytes) = args.first().and_then(|d| text_len(d)) {
        vm.ledger.charge_bytes(bytes)?;
    }
    Ok(None)
}

/// A change of a text that others refer to copies it.
fn own(vm: &mut Vm, target: &Dynamic) -> Result<(), Error> {
    let Ok(text) = target.as_immutable_string_ref() else { return Ok(()) };
    if text.strong_count() > 1 {
        vm.ledger.reserve(text.len())?;
        return vm.ledger.charge_bytes(text.len());
    }
    Ok(())
}

/// `set` of a character: the text is made anew.
pub(super) fn store(vm: &mut Vm, target: &mut Dynamic, rest: &[&mut Dynamic]) -> Guarded {
    let bytes = text_len(target).unwrap_or(0);
    vm.ledger.reserve(bytes)?;
    vm.ledger.charge_bytes(bytes)?;
    let [index, character] = rest else { return Ok(None) };
    let (Ok(index), Ok(character), Some(text)) = (index.as_int(), character.as_char(), pieces::long_text(target)) else {
        return Ok(None);
    };
    if target.is_read_only() {
        return Ok(None);
    }
    let count = text.chars().count();
    let at = match usize::try_from(index.unsigned_abs()) {
        Ok(at) if index >= 0 && at < count => at,
        Ok(back) if index < 0 && back <= count => count - back,
        _ => return Ok(Some(Dynamic::UNIT)),
    };
    let from = pieces::byte_of(&text, at);
    let to = from + text[from..].chars().next().map_or(0, char::len_utf8);
    pieces::assign(target, [&text[..from], character.encode_utf8(&mut [0; 4]), &text[to..]].concat())
}

/// `a - b`, `a -= b`: a text without a part of it.
pub(super) fn minus(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    let [a, b] = args else { return by_size(vm, site, args) };
    let (Some(text), Some(part)) = (pieces::long_text(a), pattern(b)) else {
        return by_size(vm, site, args);
    };
    if site.name == "-=" && a.is_read_only() {
        return Ok(None);
    }
    let rest = pieces::without(vm, &text, &part)?;
    if site.name == "-" {
        return Ok(Some(rest.into()));
    }
    pieces::assign(a, rest)
}

/// `pop` of a character, or of so many; `remove` of a part.
pub(super) fn take(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    match args {
        [target] => own(vm, target).map(|()| None),
        [target, part] if site.name == "remove" && !target.is_read_only() => {
            let (Some(text), Some(part)) = (pieces::long_text(target), pattern(part)) else {
                return by_size(vm, site, args);
            };
            let rest = pieces::without(vm, &text, &part)?;
            pieces::assign(target, rest)
        }
        _ => by_size(vm, site, args),
    }
}

/// `pad(length, character or text)`.
pub(super) fn pad(vm: &mut Vm, _: &Site, target: &mut Dynamic, length: usize, item: &Dynamic) -> Guarded {
    let Ok(text) = target.as_immutable_string_ref().map(|t| t.clone()) else {
        return Ok(None);
    };
    vm.ledger.charge_bytes(text.len())?;
    let Some(missing) = length.checked_sub(text.chars().count()).filter(|n| *n > 0) else {
        return Ok(None);
    };
    let more = if let Ok(character) = item.as_char() {
        missing.saturating_mul(character.len_utf8())
    } else if let Ok(padding) = item.as_immutable_string_ref() {
        let count = padding.chars().count();
        if count == 0 {
            return Ok(Some(Dynamic::UNIT)); // rhai never ends here
        }
        let rest: usize = padding.chars().take(missing % count).map(char::len_utf8).sum();
        (missing / count).saturating_mul(padding.len()).saturating_add(rest)
    } else {
        return Ok(None);
    };
    let bytes = text.len().saturating_add(more);
    vm.text_grows(bytes, more)?;
    if target.is_read_only() {
        return Ok(None);
    }
    let Some(padding) = pattern(item) else { return Ok(None) };
    let result = pieces::padded(vm, &text, &padding, missing, bytes)?;
    pieces::assign(target, result)
}

/// `replace`: one pass to count, one to write.
pub(super) fn replace(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    let [target, find, with] = args else { return by_size(vm, site, args) };
    let (Some(find), Some(with)) = (pattern(find), pattern(with)) else {
        return Ok(None);
    };
    let Ok(text) = target.as_immutable_string_ref().map(|t| t.clone()) else {
        return Ok(None);
    };
    vm.ledger.charge_bytes(2 * text.len())?;
    let count = pieces::count_matches(vm, &text, &find, usize::MAX)?;
    let bytes = (text.len() - count * find.len()).saturating_add(count.saturating_mul(with.len()));
    vm.text_is_made(bytes)?;
    vm.ledger.charge_bytes(bytes)?;
    if target.is_read_only() {
        return Ok(None); // rhai says what is wrong
    }
    let result = if find.is_empty() {
        text.replace("", &with)
    } else {
        pieces::replaced(vm, &text, &find, &with, bytes)?
    };
    pieces::assign(target, result)
}

/// A character or a text.
pub(super) fn pattern(d: &Dynamic) -> Option<ImmutableString> {
    if let Ok(character) = d.as_char() {
        return Some(character.to_string().into());
    }
    d.as_immutable_string_ref().ok().map(|text| text.clone())
}

/// `split` in all its forms (also of arrays), `to_chars`.
pub(super) fn split(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    let Some(Ok(text)) = args.first().map(|d| d.as_immutable_string_ref().map(|t| t.clone())) else {
        return by_size(vm, site, args);
    };
    vm.ledger.charge_bytes(text.len())?;
    let pieces = match args {
        _ if site.name == "to_chars" => return to_chars(vm, site, args),
        [_, by, most @ ..] => {
            let most = most
                .first()
                .and_then(|n| n.as_int().ok())
                .map_or(usize::MAX, |n| if n < 0 { 1 } else { super::to_size(n) });
            match pattern(by) {
                Some(by) => pieces::count_matches(vm, &text, &by, most)? + 1,
                None => 2,
            }
        }
        _ => text.split_whitespace().count(),
    };
    vm.limits.check_array(pieces)?;
    vm.ledger.charge_items(8 * pieces)?;
    vm.ledger.reserve(text.len() + pieces * PIECE_BYTES)?;
    match args {
        [text] => match pieces::long_text(text) {
            Some(text) => pieces::collect(vm, text.split_whitespace()).map(|parts| Some(parts.into())),
            None => Ok(None),
        },
        [text, by, most @ ..] if site.name == "split" => match (pieces::long_text(text), pattern(by)) {
            (Some(text), Some(by)) if !by.is_empty() => {
                let most = most.first().and_then(|n| n.as_int().ok()).map_or(usize::MAX, super::to_size);
                pieces::split(vm, &text, &by, most).map(|parts| Some(parts.into()))
            }
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

/// `to_chars`.
fn to_chars(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    chars(vm, site, args)?;
    let Some(text) = args.first().and_then(|text| pieces::long_text(text)) else {
        return Ok(None);
    };
    vm.limits.check_array(text.chars().count())?;
    pieces::collect(vm, text.chars()).map(|all| Some(all.into()))
}

/// `chars`: an iterator that holds them all.
pub(super) fn chars(vm: &mut Vm, _: &Site, args: Args<'_, '_>) -> Guarded {
    let Some(bytes) = args.first().and_then(|d| text_len(d)) else {
        return Ok(None);
    };
    vm.ledger.charge_bytes(4 * bytes)?;
    vm.ledger.reserve(bytes * ITEM_BYTES)?;
    Ok(None)
}

/// `sub_string`: only the characters up to its end are looked at.
pub(super) fn sub_string(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    let Some(part) = part_of(args) else { return by_size(vm, site, args) };
    let Ok(text) = args[0].as_immutable_string_ref() else { return Ok(None) };
    bytes_of(vm, &text, part).map(|(from, to)| Some(text[from..to].into()))
}

/// Start and length in characters, as `sub_string` and `crop` take them: two numbers, a range, or a start alone.
fn part_of(args: &[&mut Dynamic]) -> Option<(i64, i64)> {
    match args {
        [_, start, len] => start.as_int().ok().zip(len.as_int().ok()),
        [_, start] => super::start_and_len(start).or_else(|| start.as_int().ok().map(|start| (start, i64::MAX))),
        _ => None,
    }
}

/// The same in bytes. A negative start counts from the end.
fn bytes_of(vm: &mut Vm, text: &str, (start, len): (i64, i64)) -> Result<(usize, usize), Error> {
    let len = super::to_size(len);
    let skip = if start < 0 {
        vm.ledger.charge_bytes(text.len())?;
        let back = usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX);
        text.chars().count().saturating_sub(back)
    } else {
        super::to_size(start)
    };
    vm.ledger.charge_bytes(text.len().min(skip.saturating_add(len).saturating_mul(4)))?;
    let from = pieces::byte_of(text, skip);
    let to = from + pieces::byte_of(&text[from..], len);
    vm.ledger.reserve(to - from)?;
    Ok((from, to))
}

/// `crop`: rhai takes the text apart into characters.
pub(super) fn crop(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    let Some(part) = part_of(args) else { return by_size(vm, site, args) };
    if args[0].is_read_only() {
        return Ok(None); // rhai says what is wrong
    }
    let Ok(text) = args[0].as_immutable_string_ref().map(|text| text.clone()) else {
        return Ok(None);
    };
    let (from, to) = bytes_of(vm, &text, part)?;
    pieces::assign(args[0], &text[from..to])
}

/// Changes of case and of encoding.
pub(super) fn change(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    if let Some(first) = args.first() {
        let bytes = text_len(first).unwrap_or_else(|| first.as_blob_ref().map_or(0, |blob| blob.len()));
        vm.ledger.reserve(CASE_FACTOR * bytes)?;
        vm.ledger.charge_bytes(4 * bytes)?;
    }
    if let [target] = args {
        if let Some(text) = pieces::long_text(target) {
            return change_case(vm, site, target, &text);
        }
    }
    by_size(vm, site, args)
}

fn change_case(vm: &mut Vm, site: &Site, target: &mut Dynamic, text: &str) -> Guarded {
    let in_place = matches!(site.name.as_str(), "make_upper" | "make_lower");
    let upper = matches!(site.name.as_str(), "make_upper" | "to_upper");
    if site.name == "as_string" || in_place && target.is_read_only() {
        return Ok(None);
    }
    match pieces::cased(vm, text, upper)? {
        Some(changed) if in_place => pieces::assign(target, changed),
        changed => Ok(changed.map(Into::into)),
    }
}
