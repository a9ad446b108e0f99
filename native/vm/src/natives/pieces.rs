//! Long texts, in pieces: what rhai's natives do with them in one go, no deadline could stop.
//!
//! The guards come here with texts above [`LONG_BYTES`]; shorter ones are rhai's. Every routine means exactly what rhai's
//! native means, and looks at the clock (`poll`) once per piece.

use super::{to_size, Guarded};
use crate::machine::Error;
use crate::Vm;
use rhai::{Array, Dynamic, ImmutableString};

/// Below it, rhai's own natives take less than a millisecond.
const LONG_BYTES: usize = 64 * 1024;
const PIECE_BYTES: usize = 64 * 1024;
/// Elements made between two looks at the clock.
const PIECE_ITEMS: usize = 1024;

/// The text of a value, when it is long.
pub(super) fn long_text(d: &Dynamic) -> Option<ImmutableString> {
    d.as_immutable_string_ref()
        .ok()
        .filter(|text| text.len() > LONG_BYTES)
        .map(|text| text.clone())
}

/// Where character `n` begins; the end, when there are fewer.
pub(crate) fn byte_of(text: &str, n: usize) -> usize {
    let mut chars = text.chars();
    match n.checked_sub(1).map(|before| chars.nth(before)) {
        Some(None) => text.len(),
        _ => text.len() - chars.as_str().len(),
    }
}

/// The next boundary of a character from `at` on.
fn boundary_from(text: &str, at: usize) -> usize {
    (at..text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(text.len())
}

/// The next piece of `text`: where it ends.
fn piece_end(text: &str, from: usize) -> usize {
    boundary_from(text, from.saturating_add(PIECE_BYTES))
}

/// Tells where `find` (which is not empty) stands, from left to right, until `found` says that it has enough.
pub(super) fn each_match(vm: &mut Vm, text: &str, find: &str, mut found: impl FnMut(usize) -> bool) -> Result<(), Error> {
    let mut from = 0;
    while from < text.len() {
        vm.ledger.poll()?;
        let to = boundary_from(text, from.saturating_add(PIECE_BYTES + find.len()));
        let mut behind = from;
        for (at, _) in text[from..to].match_indices(find) {
            if !found(from + at) {
                return Ok(());
            }
            behind = from + at + find.len();
        }
        if to == text.len() {
            break;
        }
        // A match may begin in what is left of this piece.
        let open = (0..=to - find.len() + 1).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        from = behind.max(open);
    }
    Ok(())
}

/// How often `find` stands in `text`, counted up to `most`.
pub(super) fn count_matches(vm: &mut Vm, text: &str, find: &str, most: usize) -> Result<usize, Error> {
    if find.is_empty() || text.len() <= LONG_BYTES {
        return Ok(text.matches(find).take(most).count());
    }
    let mut count = 0;
    each_match(vm, text, find, |_| {
        count += 1;
        count < most
    })?;
    Ok(count.min(most))
}

/// `text` with `with` for each `find`, which is not empty; `bytes` long.
pub(super) fn replaced(vm: &mut Vm, text: &str, find: &str, with: &str, bytes: usize) -> Result<String, Error> {
    let mut result = String::with_capacity(bytes);
    let mut from = 0;
    each_match(vm, text, find, |at| {
        result.push_str(&text[from..at]);
        result.push_str(with);
        from = at + find.len();
        true
    })?;
    result.push_str(&text[from..]);
    Ok(result)
}

/// `text` without each `part`: what `remove` and `-` give.
pub(super) fn without(vm: &mut Vm, text: &ImmutableString, part: &str) -> Result<ImmutableString, Error> {
    if part.is_empty() {
        return Ok(text.clone());
    }
    vm.ledger.charge_bytes(2 * text.len())?;
    vm.text_is_made(text.len())?;
    replaced(vm, text, part, "", text.len()).map(Into::into)
}

/// `text` and then `missing` characters of `padding` over and over; `bytes` long.
pub(super) fn padded(vm: &mut Vm, text: &str, padding: &str, missing: usize, bytes: usize) -> Result<String, Error> {
    let mut result = String::with_capacity(bytes);
    push_long(vm, &mut result, text)?;
    let count = padding.chars().count();
    let times = (PIECE_BYTES / padding.len()).max(1);
    let piece = padding.repeat(times.min(missing / count));
    let mut whole = missing / count;
    while whole > 0 {
        vm.ledger.poll()?;
        let now = whole.min(times);
        result.push_str(&piece[..now * padding.len()]);
        whole -= now;
    }
    result.push_str(&padding[..byte_of(padding, missing % count)]);
    Ok(result)
}

fn push_long(vm: &mut Vm, result: &mut String, text: &str) -> Result<(), Error> {
    let mut from = 0;
    while from < text.len() {
        vm.ledger.poll()?;
        let to = piece_end(text, from);
        result.push_str(&text[from..to]);
        from = to;
    }
    Ok(())
}

/// In upper or lower case; `None` where a letter's case depends on its neighbours (the Greek final sigma).
pub(super) fn cased(vm: &mut Vm, text: &str, upper: bool) -> Result<Option<String>, Error> {
    if !upper && text.contains('Σ') {
        return Ok(None);
    }
    let mut result = String::with_capacity(text.len());
    let mut from = 0;
    while from < text.len() {
        vm.ledger.poll()?;
        let to = piece_end(text, from);
        let piece = &text[from..to];
        result.push_str(&if upper { piece.to_uppercase() } else { piece.to_lowercase() });
        from = to;
    }
    vm.text_is_made(result.len())?;
    Ok(Some(result))
}

/// `index_of`: the number of the first character of `find`, which is not empty, from character `start` on.
pub(super) fn index_of(vm: &mut Vm, text: &str, find: &str, start: i64) -> Result<i64, Error> {
    let count = text.chars().count();
    let start = if start < 0 {
        count.saturating_sub(usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX))
    } else {
        to_size(start)
    };
    let from = byte_of(text, start);
    let mut place = None;
    each_match(vm, &text[from..], find, |at| {
        place = Some(at);
        false
    })?;
    let index = place.map(|at| text[..from + at].chars().count());
    Ok(index.and_then(|index| i64::try_from(index).ok()).unwrap_or(-1))
}

/// The parts of `text` between `by`, which is not empty; the last of `most` is all that is left.
pub(super) fn split(vm: &mut Vm, text: &str, by: &str, most: usize) -> Result<Array, Error> {
    let mut parts = Array::new();
    let mut from = 0;
    if most > 1 {
        each_match(vm, text, by, |at| {
            parts.push(text[from..at].into());
            from = at + by.len();
            parts.len() + 1 < most
        })?;
    }
    parts.push(text[from..].into());
    Ok(parts)
}

/// Elements as they come, with a look at the clock now and then.
pub(super) fn collect<T: Into<Dynamic>>(vm: &mut Vm, items: impl Iterator<Item = T>) -> Result<Array, Error> {
    let mut array = Array::new();
    for (i, item) in items.enumerate() {
        if i % PIECE_ITEMS == 0 {
            vm.ledger.poll()?;
        }
        array.push(item.into());
    }
    Ok(array)
}

/// Puts the entries of `other` into `map`; those it has already are kept with `keep`.
pub(super) fn merge(vm: &mut Vm, map: &mut rhai::Map, other: rhai::Map, keep: bool) -> Result<(), Error> {
    for (i, (key, value)) in other.into_iter().enumerate() {
        if i % PIECE_ITEMS == 0 {
            vm.ledger.poll()?;
        }
        if !keep || !map.contains_key(&key) {
            map.insert(key, value);
        }
    }
    Ok(())
}

/// Gives the target its new text; what a method of that kind gives back.
pub(super) fn assign(target: &mut Dynamic, text: impl Into<ImmutableString>) -> Guarded {
    if let Ok(mut old) = target.as_immutable_string_mut() {
        *old = text.into();
    }
    Ok(Some(Dynamic::UNIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Long, of characters of every width, with matches on every side of the ends of pieces.
    fn text(seed: usize) -> String {
        let letters = ['a', 'b', 'ß', 'α', '…', '😀', 'a', 'a'];
        (0..90_000).map(|i| letters[(i * i / 7 + i * seed) % letters.len()]).collect()
    }

    #[test]
    fn a_match_is_found_wherever_a_piece_ends() {
        let mut vm = Vm::new();
        for seed in 0..12 {
            let text = text(seed);
            for find in ["a", "aa", "aba", "ß", "😀a", "α…", "aaaa", "nowhere"] {
                let mut places = Vec::new();
                each_match(&mut vm, &text, find, |at| {
                    places.push(at);
                    true
                })
                .expect("no limit is met");
                let expected: Vec<_> = text.match_indices(find).map(|(at, _)| at).collect();
                assert_eq!(places, expected, "{find} in text {seed}");
                assert_eq!(count_matches(&mut vm, &text, find, 5).expect("no limit"), expected.len().min(5));
            }
        }
    }

    #[test]
    fn a_character_begins_where_std_says() {
        let text = text(3);
        let places: Vec<_> = text.char_indices().map(|(at, _)| at).collect();
        for n in [0, 1, 2, 31, 32, 33, 4095, 65_535, 65_536, 89_999] {
            assert_eq!(byte_of(&text, n), places[n]);
        }
        assert_eq!(
            [byte_of(&text, 90_000), byte_of(&text, usize::MAX), byte_of("", 0)],
            [text.len(), text.len(), 0]
        );
    }

    #[test]
    fn pieces_that_change_case_change_what_std_changes() {
        let mut vm = Vm::new();
        let text = text(5);
        assert_eq!(cased(&mut vm, &text, true).expect("no limit"), Some(text.to_uppercase()));
        assert_eq!(cased(&mut vm, &text, false).expect("no limit"), Some(text.to_lowercase()));
        assert_eq!(cased(&mut vm, &format!("{text}Σ"), false).expect("no limit"), None);
    }
}
