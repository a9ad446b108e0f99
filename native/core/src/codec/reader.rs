//! A cursor over received bytes. Every read is checked; nothing here panics or allocates.

use super::tags;

/// Bytes that break the protocol, in words for the log and for `RhaiInternalError`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

impl std::fmt::Display for Malformed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "malformed bytes: {}", self.0)
    }
}

/// Reads a record or a standalone value from front to back.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Starts at byte `at` of `bytes`; padding is relative to the start of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self {
            bytes,
            at: at.min(bytes.len()),
        }
    }

    /// Bytes not read yet.
    #[must_use]
    pub fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// The next `count` bytes.
    #[inline]
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        if count > self.left() {
            return Err(Malformed("cut short"));
        }
        let start = self.at;
        self.at += count;
        Ok(&self.bytes[start..self.at])
    }

    #[inline]
    fn word<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let mut word = [0; N];
        word.copy_from_slice(self.take(N)?);
        Ok(word)
    }

    /// One byte.
    #[inline]
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(self.word::<1>()?[0])
    }

    /// A little-endian `u32`.
    #[inline]
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        Ok(u32::from_le_bytes(self.word()?))
    }

    /// A little-endian `i32`.
    #[inline]
    pub fn i32(&mut self) -> Result<i32, Malformed> {
        Ok(i32::from_le_bytes(self.word()?))
    }

    /// A little-endian `i64`.
    #[inline]
    pub fn i64(&mut self) -> Result<i64, Malformed> {
        Ok(i64::from_le_bytes(self.word()?))
    }

    /// A little-endian `f64`.
    #[inline]
    pub fn f64(&mut self) -> Result<f64, Malformed> {
        Ok(f64::from_le_bytes(self.word()?))
    }

    /// A count of things that take at least `each` bytes: refused when the input cannot hold them.
    #[inline]
    pub fn count(&mut self, each: usize) -> Result<usize, Malformed> {
        let count = self.u32()? as usize;
        if count > self.left() / each.max(1) {
            return Err(Malformed("count beyond the end"));
        }
        Ok(count)
    }

    /// Skips padding up to a multiple of `unit` (a power of two).
    pub fn align(&mut self, unit: usize) -> Result<(), Malformed> {
        let padding = self.at.wrapping_neg() & (unit - 1);
        self.take(padding).map(|_| ())
    }

    /// A bare string of a message: `u32` length, UTF-8.
    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        let length = self.u32()? as usize;
        utf8(self.take(length)?)
    }

    /// A string as a value: `SSTR`, `LSTR` or `STR`.
    pub fn string_value(&mut self) -> Result<&'a str, Malformed> {
        match self.u8()? {
            tags::SSTR => ascii(self.short_bytes()?),
            tags::LSTR => self.long_ascii(),
            tags::STR => self.text(),
            _ => Err(Malformed("string expected")),
        }
    }

    /// The rest of an `SSTR`: ASCII, if it is what it says.
    pub(super) fn short_bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.u8()? as usize;
        self.take(length)
    }

    /// The rest of an `LSTR`.
    pub(super) fn long_ascii(&mut self) -> Result<&'a str, Malformed> {
        let length = self.u32()? as usize;
        ascii(self.take(length)?)
    }
}

pub(super) fn ascii(bytes: &[u8]) -> Result<&str, Malformed> {
    if bytes.is_ascii() {
        utf8(bytes)
    } else {
        Err(Malformed("not ASCII"))
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Malformed> {
    std::str::from_utf8(bytes).map_err(|_| Malformed("not UTF-8"))
}
