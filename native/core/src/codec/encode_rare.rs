//! The values that are not JSON, on their way out: bytes, characters, ranges, the core's own types, functions.

use super::encode::Encoder;
use super::tags;
use super::value_error::ValueError;
use crate::values::{HostError, Timestamp};
use rhai::{Dynamic, FnPtr};
use rhai_bridge_vm::HostObject;
use std::ops::{Range, RangeInclusive};

impl Encoder {
    /// Everything that is not JSON.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub(super) fn rare(&mut self, value: &Dynamic) -> Result<(), ValueError> {
        if let Ok(blob) = value.as_blob_ref() {
            return self.blob(&blob);
        } else if let Ok(char) = value.as_char() {
            self.u8(tags::CHAR);
            self.u32(char as u32);
        } else if let Some(range) = value.read_lock::<Range<i64>>() {
            self.range(range.start, range.end, false);
        } else if let Some(range) = value.read_lock::<RangeInclusive<i64>>() {
            self.range(*range.start(), *range.end(), true);
        } else {
            return self.typed(value);
        }
        Ok(())
    }

    fn range(&mut self, start: i64, end: i64, inclusive: bool) {
        self.u8(tags::RANGE);
        self.bytes.extend_from_slice(&start.to_le_bytes());
        self.bytes.extend_from_slice(&end.to_le_bytes());
        self.u8(u8::from(inclusive));
    }

    /// The core's own types, and everything that has no meaning outside a core.
    fn typed(&mut self, value: &Dynamic) -> Result<(), ValueError> {
        if let Some(error) = value.read_lock::<HostError>() {
            self.u8(tags::HOST_ERROR);
            self.u32(error.handle());
            [error.name(), error.message(), error.code()]
                .iter()
                .for_each(|text| self.string_value(text));
        } else if let Some(time) = value.read_lock::<Timestamp>() {
            self.u8(tags::TIMESTAMP);
            self.f64(time.epoch_ms);
        } else if let Some(object) = value.read_lock::<HostObject>() {
            self.u8(tags::HOST_OBJECT);
            self.u32(object.handle());
            self.u32(0);
        } else {
            return self.function(value);
        }
        Ok(())
    }

    fn function(&mut self, value: &Dynamic) -> Result<(), ValueError> {
        let handles = self.handles.as_ref().filter(|_| !self.refuses_functions);
        let sent = handles.and_then(|handles| handles.closures.borrow_mut().send(value));
        let Some((id, name)) = sent else {
            return Err(ValueError::new(refusal(value)));
        };
        self.functions.push(id);
        self.u8(tags::FN);
        self.u32(id.slot);
        self.u32(id.generation);
        self.string_value(&name);
        Ok(())
    }
}

fn refusal(value: &Dynamic) -> String {
    if value.is::<FnPtr>() {
        "a function of a script cannot leave its core".to_owned()
    } else {
        format!("a value of type {} cannot leave the script", value.type_name())
    }
}
