//! The value codec: rhai's `Dynamic` as bytes, the same bytes on every border (ring, side buffer, postMessage).
//!
//! One tag byte, then the value; see `tags`. Both directions share this file's constants with
//! `src/protocol/` in TypeScript, and both read the golden vectors of `test/vectors/values.json`.
//! Malformed bytes are an error, never a panic and never an allocation larger than the input justifies.

mod asides;
mod decode;
mod encode;
mod encode_rare;
mod reader;
mod shapes;
mod short_texts;
mod value_error;
mod words;

#[cfg(test)]
mod golden;

pub use asides::{Asides, MIN_ASIDE};
pub use decode::Decoder;
pub use encode::{Encoder, Mark};
pub use reader::{Malformed, Reader};
pub use value_error::{PathStep, ValueError};

/// First byte of a standalone encoded value.
pub const VERSION: u8 = 1;
/// A map with this shape id defines no shape.
pub const NO_SHAPE: u32 = u32::MAX;
/// Shapes remembered per direction.
pub const MAX_SHAPES: usize = 4096;
/// Deepest nesting either side accepts, whatever the limits say: encoding and decoding recurse.
pub const MAX_DEPTH: u32 = 256;
/// Shortest array that is worth packing.
pub const MIN_PACKED: usize = 8;

/// What the first byte of a value says.
pub mod tags {
    /// `()`.
    pub const UNIT: u8 = 0;
    /// `true`.
    pub const TRUE: u8 = 1;
    /// `false`.
    pub const FALSE: u8 = 2;
    /// `i32`.
    pub const I32: u8 = 3;
    /// `f64`.
    pub const F64: u8 = 4;
    /// `i64`, only when an `i32` is too small.
    pub const I64: u8 = 5;
    /// `u8` length, ASCII.
    pub const SSTR: u8 = 6;
    /// `u32` length, UTF-8.
    pub const STR: u8 = 7;
    /// `u32` count, values.
    pub const ARR: u8 = 8;
    /// `u32` shape id, `u32` count, keys, values.
    pub const MAP: u8 = 9;
    /// `u32` length, bytes.
    pub const BLOB: u8 = 10;
    /// `u32` count, padding to 4, `i32`s.
    pub const PI32: u8 = 11;
    /// `u32` count, padding to 8, `f64`s.
    pub const PF64: u8 = 12;
    /// `u32` shape id, values in the shape's key order.
    pub const SHAPE: u8 = 13;
    /// `u32` length, ASCII.
    pub const LSTR: u8 = 14;
    /// `u32` Unicode scalar.
    pub const CHAR: u8 = 15;
    /// `u32` slot, `u32` generation, name as a string value.
    pub const FN: u8 = 16;
    /// `i64` start, `i64` end, `u8` inclusive.
    pub const RANGE: u8 = 17;
    /// `f64` milliseconds since the epoch.
    pub const TIMESTAMP: u8 = 18;
    /// `u32` handle, `u32` length, the bytes that declare its class (none on the way out of a script).
    pub const HOST_OBJECT: u8 = 19;
    /// `u32` error handle; name, message and code as string values.
    pub const HOST_ERROR: u8 = 20;
    /// `u32` number of a buffer, `u32` length: a blob put aside.
    pub const ASIDE_BLOB: u8 = 21;
    /// The same: UTF-8.
    pub const ASIDE_STR: u8 = 22;
    /// The same: ASCII.
    pub const ASIDE_LSTR: u8 = 23;
}

/// The depth a limit means: 0 is "unlimited", and nothing goes beyond [`MAX_DEPTH`].
#[must_use]
pub fn depth_limit(max_value_depth: u32) -> u32 {
    if max_value_depth == 0 {
        MAX_DEPTH
    } else {
        max_value_depth.min(MAX_DEPTH)
    }
}
