//! Bytes to `Dynamic`. Trusts nothing: counts are checked against the bytes that are left before anything is
//! allocated, recursion is counted, and a strange tag is an error.

use super::asides::{Asides, AsidesIn};
use super::shapes::{ReceivedShape, ReceivedShapes};
use super::short_texts::ShortTexts;
use super::{depth_limit, tags, Malformed, Reader, MAX_DEPTH, VERSION};
use crate::handles::SharedHandles;
use crate::message::Id;
use crate::values::{HostError, Timestamp};
use rhai::{Array, Dynamic};
use std::sync::Arc;

const TOO_DEEP: Malformed = Malformed("nested deeper than maxValueDepth");

/// Reads values; remembers the shapes the other side defines. A port's inbox has exactly one.
#[derive(Debug, Default)]
pub struct Decoder {
    shapes: ReceivedShapes,
    /// Least room that was left anywhere in the value being read.
    least_room: u32,
    /// Values of maps that are not complete yet, innermost last. Empty between values.
    pending: Vec<Dynamic>,
    handles: SharedHandles,
    asides: AsidesIn,
    texts: ShortTexts,
}

impl Decoder {
    /// A decoder that knows no shape.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same for a core that has these things of the other side, and of its own.
    #[must_use]
    pub fn with_handles(handles: SharedHandles) -> Self {
        Self { handles, ..Self::default() }
    }

    /// Bytes of the buffers put aside that were read since the last call.
    #[must_use]
    pub fn taken_aside(&self) -> i64 {
        self.asides.taken()
    }

    /// Buffers that were put aside come from `store`.
    pub fn take_aside(&mut self, store: Arc<dyn Asides>) {
        self.asides = AsidesIn::new(store);
    }

    /// The values behind the version byte of a standalone encoding.
    pub fn standalone(bytes: &[u8], max_value_depth: u32) -> Result<Vec<Dynamic>, Malformed> {
        let mut reader = Reader::new(bytes, 0);
        if reader.u8()? != VERSION {
            return Err(Malformed("unknown version"));
        }
        let mut decoder = Self::new();
        let mut values = Vec::new();
        while reader.left() > 0 {
            values.push(decoder.value(&mut reader, max_value_depth)?);
        }
        Ok(values)
    }

    /// One value, at most `max_value_depth` containers deep (0 = as deep as the codec goes). A value that is only
    /// too deep for the limit is still read to its end, so that the shapes it defines are known.
    pub fn value(&mut self, reader: &mut Reader<'_>, max_value_depth: u32) -> Result<Dynamic, Malformed> {
        self.least_room = MAX_DEPTH;
        self.pending.clear(); // a value that broke off left its torso here
        let value = self.nested(reader, MAX_DEPTH)?;
        if MAX_DEPTH - self.least_room > depth_limit(max_value_depth) {
            return Err(TOO_DEEP);
        }
        Ok(value)
    }

    /// Opens a container: one less room.
    fn open(&mut self, room: u32) -> Result<u32, Malformed> {
        let room = room.checked_sub(1).ok_or(TOO_DEEP)?;
        self.least_room = self.least_room.min(room);
        Ok(room)
    }

    /// `room` is how many more containers may be opened.
    fn nested(&mut self, reader: &mut Reader<'_>, room: u32) -> Result<Dynamic, Malformed> {
        let tag = reader.u8()?;
        Ok(match tag {
            tags::UNIT => Dynamic::UNIT,
            tags::TRUE => Dynamic::TRUE,
            tags::FALSE => Dynamic::FALSE,
            tags::I32 => Dynamic::from_int(i64::from(reader.i32()?)),
            tags::F64 => Dynamic::from_float(reader.f64()?),
            tags::I64 => Dynamic::from_int(reader.i64()?),
            tags::SSTR => self.texts.get(reader.short_bytes()?)?.into(),
            tags::STR => reader.text()?.into(),
            tags::LSTR => reader.long_ascii()?.into(),
            tags::ARR | tags::MAP | tags::SHAPE | tags::PI32 | tags::PF64 => {
                let inside = self.open(room)?;
                self.container(tag, reader, inside)?
            }
            tags::HOST_OBJECT => self.host_object(reader)?,
            tags::FN => self.function(reader)?,
            tags::ASIDE_BLOB | tags::ASIDE_STR | tags::ASIDE_LSTR => big(tag, self.asides.read(reader)?)?,
            _ => rare(tag, reader)?,
        })
    }

    fn host_object(&self, reader: &mut Reader<'_>) -> Result<Dynamic, Malformed> {
        let (handle, length) = (reader.u32()?, reader.count(1)?);
        let object = self.handles.objects.borrow_mut().receive(handle, reader.take(length)?)?;
        Ok(Dynamic::from(object))
    }

    fn function(&self, reader: &mut Reader<'_>) -> Result<Dynamic, Malformed> {
        let (slot, generation) = (reader.u32()?, reader.u32()?);
        reader.string_value()?;
        let closures = self.handles.closures.borrow();
        let function = closures.get(Id { slot, generation });
        Ok(function.ok_or(Malformed("no such function"))?.value())
    }

    fn container(&mut self, tag: u8, reader: &mut Reader<'_>, room: u32) -> Result<Dynamic, Malformed> {
        match tag {
            tags::ARR => self.array(reader, room),
            tags::MAP => self.map(reader, room),
            tags::SHAPE => self.shaped(reader, room),
            tags::PI32 => packed_ints(reader),
            _ => packed_floats(reader),
        }
    }

    fn array(&mut self, reader: &mut Reader<'_>, room: u32) -> Result<Dynamic, Malformed> {
        let count = reader.count(1)?;
        let mut array = Array::with_capacity(count);
        for _ in 0..count {
            array.push(self.nested(reader, room)?);
        }
        Ok(Dynamic::from_array(array))
    }

    fn map(&mut self, reader: &mut Reader<'_>, room: u32) -> Result<Dynamic, Malformed> {
        let id = reader.u32()?;
        let count = reader.count(3)?; // a key takes two bytes at least, its value one
        let mut keys = Vec::with_capacity(count);
        for _ in 0..count {
            keys.push(reader.string_value()?);
        }
        let shape = self.shapes.define(id, &keys)?;
        self.fill(&shape, reader, room)
    }

    fn shaped(&mut self, reader: &mut Reader<'_>, room: u32) -> Result<Dynamic, Malformed> {
        let shape = self.shapes.get(reader.u32()?)?;
        self.fill(&shape, reader, room)
    }

    fn fill(&mut self, shape: &ReceivedShape, reader: &mut Reader<'_>, room: u32) -> Result<Dynamic, Malformed> {
        if let Some(mut map) = shape.in_order() {
            for place in map.values_mut() {
                let value = self.nested(reader, room)?;
                std::mem::forget(std::mem::replace(place, value)); // the template's `()`: nothing to drop, and no call to find that out
            }
            return Ok(Dynamic::from_map(map));
        }
        let start = self.pending.len();
        for _ in 0..shape.len() {
            let value = self.nested(reader, room)?;
            self.pending.push(value);
        }
        let map = shape.fill(&mut self.pending[start..]);
        self.pending.truncate(start);
        Ok(Dynamic::from_map(map))
    }
}

fn packed_ints(reader: &mut Reader<'_>) -> Result<Dynamic, Malformed> {
    let bytes = packed(reader, 4)?;
    let ints = bytes.chunks_exact(4).map(|c| i32::from_le_bytes([c[0], c[1], c[2], c[3]]));
    Ok(Dynamic::from_array(ints.map(|int| Dynamic::from_int(i64::from(int))).collect()))
}

fn packed_floats(reader: &mut Reader<'_>) -> Result<Dynamic, Malformed> {
    let bytes = packed(reader, 8)?;
    let floats = bytes
        .chunks_exact(8)
        .map(|c| f64::from_le_bytes([c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]]));
    Ok(Dynamic::from_array(floats.map(Dynamic::from_float).collect()))
}

fn packed<'a>(reader: &mut Reader<'a>, unit: usize) -> Result<&'a [u8], Malformed> {
    let count = reader.count(unit)?;
    reader.align(unit)?;
    reader.take(count * unit)
}

/// A value whose bytes came in a buffer of their own: it becomes the value's.
fn big(tag: u8, bytes: Vec<u8>) -> Result<Dynamic, Malformed> {
    if tag == tags::ASIDE_BLOB {
        return Ok(Dynamic::from_blob(bytes));
    }
    if tag == tags::ASIDE_LSTR && !bytes.is_ascii() {
        return Err(Malformed("not ASCII"));
    }
    let text = String::from_utf8(bytes).map_err(|_| Malformed("not UTF-8"))?;
    Ok(text.into())
}

/// Everything that is not JSON.
fn rare(tag: u8, reader: &mut Reader<'_>) -> Result<Dynamic, Malformed> {
    Ok(match tag {
        tags::BLOB => {
            let length = reader.count(1)?;
            Dynamic::from_blob(reader.take(length)?.to_vec())
        }
        tags::CHAR => Dynamic::from_char(char::from_u32(reader.u32()?).ok_or(Malformed("not a character"))?),
        tags::RANGE => range(reader)?,
        tags::TIMESTAMP => timestamp(reader)?,
        tags::HOST_ERROR => {
            let handle = reader.u32()?;
            let (name, message, code) = (reader.string_value()?, reader.string_value()?, reader.string_value()?);
            Dynamic::from(HostError::thrown(handle, name, message, code))
        }
        _ => return Err(Malformed("unknown tag")),
    })
}

fn timestamp(reader: &mut Reader<'_>) -> Result<Dynamic, Malformed> {
    let epoch_ms = reader.f64()?;
    if !epoch_ms.is_finite() {
        return Err(Malformed("not a point in time"));
    }
    Ok(Dynamic::from(Timestamp { epoch_ms }))
}

fn range(reader: &mut Reader<'_>) -> Result<Dynamic, Malformed> {
    let (start, end) = (reader.i64()?, reader.i64()?);
    match reader.u8()? {
        0 => Ok(Dynamic::from(start..end)),
        1 => Ok(Dynamic::from(start..=end)),
        _ => Err(Malformed("neither inclusive nor exclusive")),
    }
}
