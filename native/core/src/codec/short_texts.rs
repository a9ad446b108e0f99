//! Short texts repeat (names, states, units): a small table gives the text that was made last time, which costs a
//! count instead of a block of memory. A hit is compared byte by byte, and the table never grows.

use super::reader::ascii;
use super::words::Words;
use super::Malformed;
use rhai::ImmutableString;

const SLOTS: usize = 256;

#[derive(Debug)]
struct Slot {
    words: Words,
    length: usize,
    text: ImmutableString,
}

/// Texts by a hash of their bytes. One that is longer than its words is not looked for.
#[derive(Debug)]
pub(super) struct ShortTexts {
    slots: Box<[Slot]>,
}

impl Default for ShortTexts {
    /// All of one size from the start: what the table takes never changes.
    fn default() -> Self {
        let nothing = || Slot {
            words: Words::NONE,
            length: 0,
            text: "".into(),
        };
        Self {
            slots: (0..SLOTS).map(|_| nothing()).collect(),
        }
    }
}

impl ShortTexts {
    /// The text of these bytes, which must be ASCII. One that is found need not be looked at for that.
    #[inline]
    pub fn get(&mut self, bytes: &[u8]) -> Result<ImmutableString, Malformed> {
        let Some(words) = Words::of(bytes) else {
            return Ok(ascii(bytes)?.into());
        };
        let slot = &mut self.slots[usize::from(words.place())];
        if slot.words != words || slot.length != bytes.len() {
            let text = ascii(bytes)?.into();
            *slot = Slot {
                words,
                length: bytes.len(),
                text,
            };
        }
        Ok(slot.text.clone())
    }
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
