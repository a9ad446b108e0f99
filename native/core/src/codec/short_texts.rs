//! Short texts repeat (names, states, units): a small table gives the text that was made last time, which costs a
//! count instead of a block of memory. A hit is compared byte by byte, and the table never grows.

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
    pub fn get(&mut self, text: &str) -> ImmutableString {
        if text.len() > LONGEST {
            return text.into();
        }
        let slot = &mut self.texts[place(text.as_bytes())];
        if slot.as_str() != text {
            *slot = text.into();
        }
        slot.clone()
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
                .chain(["", "é", "sixteen bytes ok", "seventeen bytes !"].map(str::to_owned))
        };
        for text in all().chain(all()) {
            assert_eq!(texts.get(&text).as_str(), text);
            assert_eq!(texts.get(&text).as_str(), text);
        }
    }

    #[test]
    fn a_text_that_a_script_changes_is_not_changed_for_others() {
        let mut texts = ShortTexts::default();
        let mut mine = texts.get("abc");
        mine += "d";
        assert_eq!((mine.as_str(), texts.get("abc").as_str()), ("abcd", "abc"));
    }
}
