//! Reads the values that a core sends as JavaScript's side does, by the format alone: it keeps no value, only the shapes they define
//! and the functions they hand out.

use rhai_bridge_core::codec::{tags, Malformed, Reader, NO_SHAPE};
use rhai_bridge_core::message::Id;
use std::collections::HashMap;

/// What is remembered from one value to the next.
#[derive(Default)]
pub struct Heard {
    /// Keys of a shape, counted.
    shapes: HashMap<u32, usize>,
    /// Functions handed out, with repeats.
    pub functions: Vec<Id>,
}

impl Heard {
    /// Reads one value to its end.
    pub fn value(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        let tag = reader.u8()?;
        match tag {
            tags::UNIT | tags::TRUE | tags::FALSE => Ok(()),
            tags::I32 | tags::CHAR => reader.u32().map(drop),
            tags::F64 | tags::I64 | tags::TIMESTAMP | tags::ASIDE_BLOB | tags::ASIDE_STR | tags::ASIDE_LSTR => skip(reader, 8),
            tags::RANGE => skip(reader, 17),
            tags::SSTR => {
                let length = reader.u8()?;
                skip(reader, usize::from(length))
            }
            tags::STR => reader.text().map(drop),
            tags::LSTR | tags::BLOB => packed(reader, 1),
            tags::PI32 => packed(reader, 4),
            tags::PF64 => packed(reader, 8),
            tags::ARR => {
                let count = reader.count(1)?;
                self.values(reader, count)
            }
            tags::MAP => self.map(reader),
            tags::SHAPE => {
                let count = *self.shapes.get(&reader.u32()?).ok_or(Malformed("unknown shape"))?;
                self.values(reader, count)
            }
            tags::FN => self.function(reader),
            tags::HOST_OBJECT => {
                reader.u32()?;
                packed(reader, 1)
            }
            tags::HOST_ERROR => {
                reader.u32()?;
                (0..3).try_for_each(|_| reader.string_value().map(drop))
            }
            _ => Err(Malformed("unknown tag")),
        }
    }

    /// The payload of a REQUEST: six words, the last of which counts the arguments.
    pub fn arguments(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        skip(reader, 20)?;
        let count = reader.count(1)?;
        self.values(reader, count)
    }

    /// What may follow the value of a DONE: the run's variables. (Else there is padding, which reads as none.)
    pub fn variables(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        if reader.left() < 4 {
            return Ok(());
        }
        for _ in 0..reader.count(6)? {
            reader.text()?;
            reader.u8()?;
            self.value(reader)?;
        }
        Ok(())
    }

    /// The payload of a SCOPE: variables, or why they cannot leave.
    pub fn scope(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        for _ in 0..reader.count(6)? {
            reader.text()?;
            reader.u8()?;
            match reader.u8()? {
                0 => reader.text().map(drop)?,
                _ => self.value(reader)?,
            }
        }
        Ok(())
    }

    fn values(&mut self, reader: &mut Reader<'_>, count: usize) -> Result<(), Malformed> {
        (0..count).try_for_each(|_| self.value(reader))
    }

    fn map(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        let id = reader.u32()?;
        let count = reader.count(3)?;
        (0..count).try_for_each(|_| reader.string_value().map(drop))?;
        if id != NO_SHAPE {
            self.shapes.insert(id, count);
        }
        self.values(reader, count)
    }

    fn function(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        let (slot, generation) = (reader.u32()?, reader.u32()?);
        self.functions.push(Id { slot, generation });
        reader.string_value().map(drop)
    }
}

fn skip(reader: &mut Reader<'_>, bytes: usize) -> Result<(), Malformed> {
    reader.take(bytes).map(drop)
}

/// A count of things of `unit` bytes each, and the things.
fn packed(reader: &mut Reader<'_>, unit: usize) -> Result<(), Malformed> {
    let count = reader.count(unit)?;
    reader.align(unit)?;
    skip(reader, count * unit)
}
