//! `Dynamic` to bytes. One buffer is reused for every record; a value that cannot cross names its path.
//!
//! Recursion is counted (at most [`MAX_DEPTH`](super::MAX_DEPTH)), so no value can exhaust the stack.
//!
//! long because: one method per kind of value, and they share the buffer, the shapes and the buffers put aside.

use super::asides::{Asides, AsidesOut};
use super::shapes::{Sent, SentShapes};
use super::value_error::{PathStep, ValueError};
use super::words::{Words, LONGEST};
use super::{depth_limit, tags, MIN_PACKED, VERSION};
use crate::handles::SharedHandles;
use crate::message::Id;
use rhai::{Array, Dynamic, Map};
use std::sync::Arc;

/// Writes values behind each other into one buffer. A port's outbox has exactly one.
#[derive(Debug, Default)]
pub struct Encoder {
    /// What was written. Its start is what packed arrays are aligned to.
    pub(crate) bytes: Vec<u8>,
    shapes: SentShapes,
    asides: AsidesOut,
    /// Where functions get their handles; without it they cannot leave.
    pub(super) handles: Option<SharedHandles>,
    /// Functions of the record in progress.
    pub(super) functions: Vec<Id>,
    /// What is written now may go to another core, where a function means nothing.
    pub(crate) refuses_functions: bool,
}

/// A point of an encoder to come back to.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    bytes: usize,
    shapes: usize,
    asides: usize,
    functions: usize,
}

impl Encoder {
    /// An encoder that has defined no shape.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same for a core whose functions may leave it.
    #[must_use]
    pub fn with_handles(handles: SharedHandles) -> Self {
        Self {
            handles: Some(handles),
            ..Self::default()
        }
    }

    /// Big texts and blobs go to `store` from now on.
    pub fn put_aside(&mut self, store: Arc<dyn Asides>) {
        self.asides = AsidesOut::new(store);
    }

    /// A standalone value: the version byte, then `values`, with shapes of their own.
    pub fn standalone(values: &[Dynamic], max_value_depth: u32) -> Result<Vec<u8>, ValueError> {
        let mut encoder = Self::new();
        encoder.u8(VERSION);
        for value in values {
            encoder.value(value, max_value_depth)?;
        }
        Ok(encoder.bytes)
    }

    /// What was written so far.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What was written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Remembers where the buffer and the shapes are.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark {
            bytes: self.bytes.len(),
            shapes: self.shapes.mark(),
            functions: self.functions.len(),
            asides: self.asides.mark(),
        }
    }

    /// Takes everything since `mark` back, shapes included.
    pub fn rollback(&mut self, mark: Mark) {
        self.bytes.truncate(mark.bytes);
        self.shapes.rollback(mark.shapes);
        self.asides.rollback(mark.asides);
        if let Some(handles) = &self.handles {
            for id in self.functions.drain(mark.functions..) {
                let dropped = handles.closures.borrow_mut().give_back(id, 1);
                drop(dropped);
            }
        }
    }

    /// The record was sent: what it holds is the other side's.
    pub fn commit(&mut self) {
        self.asides.commit();
        self.functions.clear();
    }

    /// One byte.
    #[inline]
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// A little-endian `u32`.
    #[inline]
    pub fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Little-endian `u32`s, with one look at the buffer's room.
    #[inline]
    pub fn words<const N: usize>(&mut self, words: [u32; N]) {
        self.bytes.extend_from_slice(words.map(u32::to_le_bytes).as_flattened());
    }

    /// Little-endian `f64`s, with one look at the buffer's room.
    #[inline]
    pub fn doubles<const N: usize>(&mut self, values: [f64; N]) {
        self.bytes.extend_from_slice(values.map(f64::to_le_bytes).as_flattened());
    }

    /// A little-endian `f64`.
    #[inline]
    pub fn f64(&mut self, value: f64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// A bare string of a message: `u32` length, UTF-8.
    pub fn text(&mut self, text: &str) {
        self.u32(text.len() as u32);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// A string as a value.
    #[inline]
    pub fn string_value(&mut self, text: &str) {
        match Words::of(text.as_bytes()) {
            Some(words) if words.is_ascii() => self.short_text(words, text.len()),
            _ => self.longer_text(text),
        }
    }

    /// Written at a fixed length, of which the rest is taken back: that is no call.
    #[inline]
    fn short_text(&mut self, words: Words, length: usize) {
        let mut bytes = [0; 2 + LONGEST];
        bytes[0] = tags::SSTR;
        bytes[1] = length as u8;
        bytes[2..].copy_from_slice(&words.to_bytes());
        self.bytes.extend_from_slice(&bytes);
        self.bytes.truncate(self.bytes.len() - (LONGEST - length));
    }

    fn longer_text(&mut self, text: &str) {
        let ascii = text.is_ascii();
        if ascii && text.len() < 256 {
            self.bytes.reserve(2 + text.len());
            self.bytes.extend_from_slice(&[tags::SSTR, text.len() as u8]);
            self.bytes.extend_from_slice(text.as_bytes());
        } else {
            self.u8(if ascii { tags::LSTR } else { tags::STR });
            self.text(text);
        }
    }

    /// An integer as a value, in the smallest tag.
    #[inline]
    pub fn int(&mut self, value: i64) {
        if let Ok(small) = i32::try_from(value) {
            let [a, b, c, d] = small.to_le_bytes();
            self.bytes.extend_from_slice(&[tags::I32, a, b, c, d]);
        } else {
            self.u8(tags::I64);
            self.bytes.extend_from_slice(&value.to_le_bytes());
        }
    }

    /// A float as a value.
    pub fn float(&mut self, value: f64) {
        self.u8(tags::F64);
        self.f64(value);
    }

    /// A whole value, at most `max_value_depth` containers deep (0 = as deep as the codec goes).
    /// On an error the buffer holds a torso: roll back.
    pub fn value(&mut self, value: &Dynamic, max_value_depth: u32) -> Result<(), ValueError> {
        self.nested(value, depth_limit(max_value_depth))
    }

    /// The same for a value that nobody needs any more: a big blob changes hands instead of being copied.
    pub fn owned_value(&mut self, value: Dynamic, max_value_depth: u32) -> Result<(), ValueError> {
        if !value.is_blob() || value.is_shared() {
            return self.value(&value, max_value_depth);
        }
        match value.into_blob() {
            Ok(blob) if self.asides.is_for(blob.len()) => self.aside(tags::ASIDE_BLOB, blob),
            Ok(blob) => self.blob(&blob),
            Err(name) => Err(ValueError::new(name)),
        }
    }

    fn aside(&mut self, tag: u8, bytes: Vec<u8>) -> Result<(), ValueError> {
        let length = count(bytes.len())?;
        self.u8(tag);
        let id = self.asides.put(bytes);
        self.u32(id);
        self.u32(length);
        Ok(())
    }

    pub(super) fn blob(&mut self, blob: &[u8]) -> Result<(), ValueError> {
        if self.asides.is_for(blob.len()) {
            return self.aside(tags::ASIDE_BLOB, blob.to_vec());
        }
        self.u8(tags::BLOB);
        self.u32(count(blob.len())?);
        self.bytes.extend_from_slice(blob);
        Ok(())
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn big_string(&mut self, text: &str) -> Result<(), ValueError> {
        let tag = if text.is_ascii() { tags::ASIDE_LSTR } else { tags::ASIDE_STR };
        self.aside(tag, text.as_bytes().to_vec())
    }

    /// `room` is how many more containers may be opened.
    fn nested(&mut self, value: &Dynamic, room: u32) -> Result<(), ValueError> {
        // Asked by type first: a getter that fails makes up the type's name for its error.
        if value.is_int() {
            self.int(value.as_int().unwrap_or_default());
        } else if value.is_string() {
            return self.text_of(value);
        } else if value.is_float() {
            self.float(value.as_float().unwrap_or_default());
        } else if value.is_bool() {
            let is_true = value.as_bool().unwrap_or_default();
            self.u8(if is_true { tags::TRUE } else { tags::FALSE });
        } else if value.is_unit() {
            self.u8(tags::UNIT);
        } else if let Ok(array) = value.as_array_ref() {
            return self.array(&array, room);
        } else if let Ok(map) = value.as_map_ref() {
            return self.map(&map, room);
        } else {
            return self.rare(value);
        }
        Ok(())
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn text_of(&mut self, value: &Dynamic) -> Result<(), ValueError> {
        let text = value.as_immutable_string_ref().map_err(ValueError::new)?;
        if self.asides.is_for(text.len()) {
            return self.big_string(&text);
        }
        self.string_value(&text);
        Ok(())
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn array(&mut self, array: &Array, room: u32) -> Result<(), ValueError> {
        let room = open(room)?;
        if array.len() >= MIN_PACKED && (self.packed_ints(array) || self.packed_floats(array)) {
            return Ok(());
        }
        self.u8(tags::ARR);
        self.u32(count(array.len())?);
        for (index, item) in array.iter().enumerate() {
            self.nested(item, room).map_err(|error| error.at(PathStep::Index(index)))?;
        }
        Ok(())
    }

    /// Writes the array as `i32`s; takes it back at the first element that is none.
    fn packed_ints(&mut self, array: &Array) -> bool {
        let start = self.begin_packed(tags::PI32, array.len(), 4);
        for item in array {
            let Some(small) = small_int(item) else { return self.give_up(start) };
            self.bytes.extend_from_slice(&small.to_le_bytes());
        }
        true
    }

    fn packed_floats(&mut self, array: &Array) -> bool {
        let start = self.begin_packed(tags::PF64, array.len(), 8);
        for item in array {
            let Ok(float) = item.as_float() else { return self.give_up(start) };
            self.f64(float);
        }
        true
    }

    fn begin_packed(&mut self, tag: u8, length: usize, unit: usize) -> usize {
        let start = self.bytes.len();
        self.u8(tag);
        self.u32(length as u32);
        self.align(unit);
        start
    }

    fn give_up(&mut self, start: usize) -> bool {
        self.bytes.truncate(start);
        false
    }

    /// Zeros up to a multiple of `unit`, a power of two.
    pub fn align(&mut self, unit: usize) {
        debug_assert!(unit.is_power_of_two() && unit <= ZEROS.len());
        let padding = self.bytes.len().wrapping_neg() & (unit - 1);
        self.bytes.extend_from_slice(&ZEROS[..padding]);
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn map(&mut self, map: &Map, room: u32) -> Result<(), ValueError> {
        let room = open(room)?;
        match self.shapes.find_or_define(map) {
            Sent::Known(id) => {
                self.u8(tags::SHAPE);
                self.u32(id);
            }
            Sent::New(id) => self.map_head(id, map)?,
        }
        for (key, item) in map {
            self.nested(item, room).map_err(|error| error.at(PathStep::Key(key.to_string())))?;
        }
        Ok(())
    }

    fn map_head(&mut self, id: u32, map: &Map) -> Result<(), ValueError> {
        self.u8(tags::MAP);
        self.u32(id);
        self.u32(count(map.len())?);
        for key in map.keys() {
            self.string_value(key);
        }
        Ok(())
    }
}

const ZEROS: [u8; 8] = [0; 8];

fn open(room: u32) -> Result<u32, ValueError> {
    room.checked_sub(1).ok_or_else(|| ValueError::new("nested deeper than maxValueDepth"))
}

fn count(length: usize) -> Result<u32, ValueError> {
    u32::try_from(length).map_err(|_| ValueError::new("longer than 4,294,967,295"))
}

fn small_int(value: &Dynamic) -> Option<i32> {
    value.as_int().ok().and_then(|int| i32::try_from(int).ok())
}
