//! Copies of values. rhai's are recursive and cannot be stopped; ours ask for the bytes before they take them, count
//! the elements as operations, and look at the clock on the way.
//!
//! Scalars and text (a reference count) are copied on the spot.

use crate::ledger::{Ledger, ITEM_BYTES};
use crate::machine::Error;
use crate::value::Value;
use rhai::{Array, Dynamic, FnPtr, Map};

/// Elements copied between two looks at the account.
const CHUNK: usize = 4096;
/// What a container takes besides its elements.
const CONTAINER_BYTES: usize = 96;
/// What an entry of a map takes, with its share of the tree.
const ENTRY_BYTES: usize = 64;

impl Ledger {
    /// The value as a program sees it: never shared, writable, scalars open.
    #[inline]
    pub(crate) fn read(&mut self, v: &Value) -> Result<Value, Error> {
        match v {
            Value::Dyn(d) => self.copy(d).map(Value::from),
            other => Ok(other.clone()),
        }
    }

    /// The same, closed.
    #[inline]
    pub(crate) fn read_dynamic(&mut self, v: &Value) -> Result<Dynamic, Error> {
        match v {
            Value::Dyn(d) => self.copy(d),
            other => Ok(other.read_dynamic()),
        }
    }

    /// A copy, never shared.
    #[inline]
    pub(crate) fn copy(&mut self, d: &Dynamic) -> Result<Dynamic, Error> {
        if is_light(d) {
            return Ok(d.clone());
        }
        self.copy_heavy(d)
    }

    #[inline(never)]
    fn copy_heavy(&mut self, d: &Dynamic) -> Result<Dynamic, Error> {
        if d.is_shared() {
            return match d.read_lock::<Dynamic>() {
                Some(inner) => self.copy(&inner),
                None => Ok(d.flatten_clone()),
            };
        }
        let mut copy = self.copy_container(d)?;
        copy.set_tag(d.tag());
        Ok(copy)
    }

    fn copy_container(&mut self, d: &Dynamic) -> Result<Dynamic, Error> {
        if let Ok(array) = d.as_array_ref() {
            return self.copy_array(&array).map(Dynamic::from_array);
        }
        if let Ok(map) = d.as_map_ref() {
            return self.copy_map(&map).map(Dynamic::from_map);
        }
        if let Ok(blob) = d.as_blob_ref() {
            self.reserve(blob.len())?;
            self.charge_bytes(blob.len())?;
        } else if let Some(pointer) = d.read_lock::<FnPtr>() {
            self.charge(pointer.curry().len())?;
            return self.copy_pointer(&pointer).map(Dynamic::from);
        }
        Ok(d.clone())
    }

    /// A copy of each element.
    pub(crate) fn copy_array(&mut self, array: &[Dynamic]) -> Result<Array, Error> {
        self.reserve(array.len() * ITEM_BYTES)?;
        let mut copy = Array::with_capacity(array.len());
        for chunk in array.chunks(CHUNK) {
            self.charge_items(chunk.len() + 1)?;
            if chunk.iter().all(is_quick) {
                copy.extend_from_slice(chunk);
                continue;
            }
            for item in chunk {
                copy.push(self.copy_item(item)?);
            }
        }
        Ok(copy)
    }

    fn copy_map(&mut self, map: &Map) -> Result<Map, Error> {
        self.reserve(map.len() * ENTRY_BYTES)?;
        self.charge(map.len())?;
        if map.values().all(is_quick) {
            return Ok(map.clone()); // several times as fast as to build it entry by entry
        }
        map.iter().map(|(key, item)| Ok((key.clone(), self.copy_item(item)?))).collect()
    }

    /// A pointer is copied by rhai (its parts are private), after its curried values were weighed.
    fn copy_pointer(&mut self, pointer: &FnPtr) -> Result<FnPtr, Error> {
        let mut weight = 0;
        for item in pointer.curry().iter().filter(|item| !item.is_shared()) {
            weight += self.weigh(item)?;
        }
        self.reserve(weight)?;
        Ok(pointer.clone())
    }

    /// Charges a look at everything in the value.
    #[inline]
    pub(crate) fn charge_walk(&mut self, d: &Dynamic) -> Result<(), Error> {
        if is_light(d) || d.is_shared() {
            return Ok(());
        }
        self.weigh(d).map(drop)
    }

    /// Bytes a copy of the value would take.
    fn weigh(&mut self, d: &Dynamic) -> Result<usize, Error> {
        if d.is_shared() || is_light(d) {
            return Ok(ITEM_BYTES);
        }
        let mut bytes = ITEM_BYTES + CONTAINER_BYTES;
        if let Ok(array) = d.as_array_ref() {
            self.charge_items(array.len() + 1)?;
            for item in array.iter() {
                bytes += self.weigh(item)?;
            }
        } else if let Ok(map) = d.as_map_ref() {
            self.charge(map.len())?;
            for item in map.values() {
                bytes += ENTRY_BYTES + self.weigh(item)?;
            }
        } else if let Ok(blob) = d.as_blob_ref() {
            bytes += blob.len();
        } else if let Some(pointer) = d.read_lock::<FnPtr>() {
            for item in pointer.curry() {
                bytes += self.weigh(item)?;
            }
        }
        Ok(bytes)
    }

    /// Inside a value a captured variable stays the same variable.
    #[inline]
    pub(crate) fn copy_item(&mut self, d: &Dynamic) -> Result<Dynamic, Error> {
        if is_quick(d) {
            return Ok(d.clone());
        }
        self.copy_heavy(d)
    }
}

/// Whether an element is copied in a few instructions: it is light, or shared and so not copied at all.
#[inline]
fn is_quick(d: &Dynamic) -> bool {
    d.is_shared() || is_light(d)
}

/// Whether a copy is a few instructions.
#[inline]
pub(crate) fn is_light(d: &Dynamic) -> bool {
    !(d.is_shared() || d.is_array() || d.is_map() || d.is_blob() || d.is_fnptr())
}
