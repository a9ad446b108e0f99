//! Text: searching, appending in place, and numbers as text, without the detours of the general ways.

use crate::value::Value;
use crate::Vm;
use rhai::{Dynamic, ImmutableString};

/// Up to here a plain search is faster than preparing a good one.
const SHORT_BYTES: usize = 64;

/// Whether `part` is in `whole`.
pub(super) fn contains(whole: &str, part: &str) -> bool {
    if whole.len() > SHORT_BYTES {
        whole.contains(part)
    } else {
        find(whole, part).is_some()
    }
}

/// Where `part` begins in `whole`, in bytes.
pub(super) fn find(whole: &str, part: &str) -> Option<usize> {
    if whole.len() > SHORT_BYTES {
        return whole.find(part);
    }
    let (text, wanted) = (whole.as_bytes(), part.as_bytes());
    let Some((first, rest)) = wanted.split_first() else { return Some(0) };
    let last = text.len().checked_sub(wanted.len())?;
    (0..=last).find(|at| text[*at] == *first && &text[at + 1..=at + rest.len()] == rest)
}

/// Text behind which more is put without looking at the run's memory, and what counts as no work.
const SMALL_TEXT_BYTES: usize = 4096;
const SMALL_PIECE_BYTES: usize = crate::ledger::BYTES_PER_OPERATION;

/// `place += more` for plain text and characters, where the text is; `false`: nothing changed.
pub(super) fn append(place: &mut Dynamic, more: &Dynamic, vm: &Vm) -> bool {
    if more.is_shared() {
        return false;
    }
    if let Some(more) = more.read_lock::<ImmutableString>() {
        return append_text(place, &more, vm);
    }
    more.as_char().is_ok_and(|c| append_text(place, c.encode_utf8(&mut [0; 4]), vm))
}

/// The same for a piece of text.
#[inline]
pub(super) fn append_text(place: &mut Dynamic, more: &str, vm: &Vm) -> bool {
    if place.is_shared() || place.is_read_only() {
        return false;
    }
    let Some(mut text) = place.write_lock::<ImmutableString>() else {
        return false;
    };
    let Some(text) = text.get_mut() else {
        return false; // others refer to it: it is copied before it grows
    };
    let whole = text.len() + more.len();
    let is_small = more.len() < SMALL_PIECE_BYTES && vm.limits.fits_text(whole);
    let fits = is_small && (whole <= SMALL_TEXT_BYTES || vm.ledger.reserve(whole).is_ok());
    if fits {
        text.push_str(more);
    }
    fits
}

/// The same for registers.
pub(super) fn append_value(place: &mut Value, more: &Value, vm: &Vm) -> bool {
    match (place, more) {
        (Value::Dyn(place), Value::Dyn(more)) => append(place, more, vm),
        _ => false,
    }
}

/// Appends a number's digits.
pub(super) fn push_int(text: &mut String, number: i64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        text.push('-');
    }
    text.extend(digits[at..].iter().map(|d| char::from(*d)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_rust_writes_it() {
        for number in [0, 7, -1, 10, -90, 12_345, i64::MAX, i64::MIN] {
            let mut text = String::from("x");
            push_int(&mut text, number);
            assert_eq!(text, format!("x{number}"));
        }
    }

    #[test]
    fn a_part_is_found_where_the_standard_library_finds_it() {
        let long = "lorem ipsum ".repeat(40) + "needle" + &*"dolor ".repeat(10);
        for whole in ["", "a", "abc", "ababac", "äöü€", long.as_str()] {
            for part in ["", "a", "b", "abac", "ö", "€", "needle", "dolor dolor", "nothing", "abcabc"] {
                assert_eq!(find(whole, part), whole.find(part), "{part} in {whole}");
                assert_eq!(contains(whole, part), whole.contains(part), "{part} in {whole}");
            }
        }
    }
}
