//! Short texts repeat (names, states, units): a small table gives the text that was made last time, which costs a
//! count instead of a block of memory. A hit is compared byte by byte, and the table never grows.

use super::reader::ascii;
use super::Malformed;
use rhai::ImmutableString;

const SLOTS: usize = 256;
/// Longer texts are not looked for.
const LONGEST: usize = 16;

/// Texts by a hash of their bytes.
#[derive(Debug)]
pub(super) struct ShortTexts {
    texts: Box<[ImmutableString]>,
}

impl Default for ShortTexts {
    /// All of one size from the start: what the table takes never changes.
    fn default() -> Self {
        Self {
            texts: (0..SLOTS).map(|_| ImmutableString::from("")).collect(),
        }
    }
}

impl ShortTexts {
    /// The text of these bytes, which must be ASCII. One that is found need not be looked at for that.
    pub fn get(&mut self, bytes: &[u8]) -> Result<ImmutableString, Malformed> {
        if bytes.len() > LONGEST {
            return Ok(ascii(bytes)?.into());
        }
        let slot = &mut self.texts[place(bytes)];
        if slot.as_bytes() != bytes {
            *slot = ascii(bytes)?.into();
        }
        Ok(slot.clone())
    }
}

fn place(bytes: &[u8]) -> usize {
    let hash = bytes
        .iter()
        .fold(bytes.len() as u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(*byte)));
    (hash ^ (hash >> 8)) as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_itself_however_many_share_a_place() {
        let mut texts = ShortTexts::default();
        let all = || {
            (0..5_000)
                .map(|i| format!("{i:x}"))
                .chain(["", "sixteen bytes ok", "seventeen bytes !"].map(str::to_owned))
        };
        for text in all().chain(all()) {
            assert_eq!(texts.get(text.as_bytes()).unwrap().as_str(), text);
            assert_eq!(texts.get(text.as_bytes()).unwrap().as_str(), text);
        }
    }

    #[test]
    fn bytes_that_are_not_ascii_are_refused_each_time_they_come() {
        let mut texts = ShortTexts::default();
        for bytes in ["é".as_bytes(), &[0xff], "a text of more than sixteen bytes: é".as_bytes()] {
            assert!(texts.get(bytes).is_err());
            assert!(texts.get(bytes).is_err());
        }
        assert_eq!(texts.get(b"").unwrap().as_str(), "");
    }

    #[test]
    fn a_text_that_a_script_changes_is_not_changed_for_others() {
        let mut texts = ShortTexts::default();
        let mut mine = texts.get(b"abc").unwrap();
        mine += "d";
        assert_eq!((mine.as_str(), texts.get(b"abc").unwrap().as_str()), ("abcd", "abc"));
    }
}
