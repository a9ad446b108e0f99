//! Short texts as two numbers: compared, hashed and looked at for ASCII without a loop or a call.

/// Longer texts are no words.
pub(super) const LONGEST: usize = 16;

const NOT_ASCII: u64 = 0x8080_8080_8080_8080;

/// At most [`LONGEST`] bytes, little-endian, zeros behind: equal for texts that are equal and of equal length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words(u64, u64);

impl Words {
    /// The words of the empty text.
    pub const NONE: Self = Self(0, 0);

    /// None for a longer text.
    #[inline]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let length = bytes.len();
        if length > LONGEST {
            return None;
        }
        if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            // The last eight bytes begin with some of the first eight: those are shifted out.
            let rest = u64::from_le_bytes(*last).checked_shr(8 * (LONGEST - length) as u32);
            return Some(Self(u64::from_le_bytes(*first), rest.unwrap_or(0)));
        }
        if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            let last = u64::from(u32::from_le_bytes(*last)) << (8 * (length - 4));
            return Some(Self(u64::from(u32::from_le_bytes(*first)) | last, 0));
        }
        let few = bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
        Some(Self(few, 0))
    }

    #[inline]
    pub fn is_ascii(self) -> bool {
        (self.0 | self.1) & NOT_ASCII == 0
    }

    /// The text's bytes, zeros behind.
    #[inline]
    pub fn to_bytes(self) -> [u8; LONGEST] {
        (u128::from(self.0) | u128::from(self.1) << 64).to_le_bytes()
    }

    /// A number for a table of 256 places whose hits are verified: the product's upper bits, which depend on every byte.
    #[inline]
    pub fn place(self) -> u8 {
        let mixed = (self.0 ^ self.1.rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 56) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn words_are_the_bytes_of_every_short_text() {
        for length in 0..=LONGEST {
            let text: Vec<u8> = (0..length).map(|i| b'a' + i as u8).collect();
            let words = Words::of(&text).unwrap();
            assert_eq!(&words.to_bytes()[..length], text);
            assert!(words.to_bytes()[length..].iter().all(|&byte| byte == 0));
        }
        assert_eq!(Words::of(&[b'x'; LONGEST + 1]), None);
    }

    #[test]
    fn one_byte_that_is_not_ascii_is_seen_wherever_it_stands() {
        for length in 1..=LONGEST {
            assert!(Words::of(&vec![0x7f; length]).unwrap().is_ascii());
            for at in 0..length {
                let mut text = vec![0x7f; length];
                text[at] = 0x80;
                assert!(!Words::of(&text).unwrap().is_ascii());
            }
        }
    }

    #[test]
    fn texts_that_differ_in_one_char_have_places_of_their_own_wherever_it_stands() {
        for length in 1..=LONGEST {
            for at in 0..length {
                let place = |digit| {
                    let mut text = vec![b'x'; length];
                    text[at] = digit;
                    Words::of(&text).unwrap().place()
                };
                let places: HashSet<u8> = (b'0'..=b'9').map(place).collect();
                assert!(places.len() >= 8, "{length} {at}: {places:?}");
            }
        }
    }
}
