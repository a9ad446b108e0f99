//! Host objects by their number, while scripts hold them; and their classes, one for each distinct declaration.

use crate::codec::{Malformed, Reader};
use rhai::ImmutableString;
use rhai_bridge_vm::{HostClass, HostObject, Member, Released, WeakHostObject};
use std::collections::HashMap;
use std::rc::{Rc, Weak};

/// The table is swept when it has doubled; this is its smallest size for that.
const SWEEP_FROM: usize = 64;

/// Host objects that scripts hold.
#[derive(Debug, Default)]
pub struct Objects {
    by_handle: HashMap<u32, WeakHostObject>,
    /// By the bytes that declare them.
    classes: HashMap<Box<[u8]>, Weak<HostClass>>,
    sweep_at: usize,
    released: Released,
}

impl Objects {
    /// Object `handle` as it was received: with the bytes that declare its class.
    pub fn receive(&mut self, handle: u32, class: &[u8]) -> Result<HostObject, Malformed> {
        let known = self.by_handle.get(&handle).and_then(WeakHostObject::upgrade);
        let object = match known {
            Some(object) => object,
            None => self.make(handle, class)?,
        };
        object.receive();
        Ok(object)
    }

    fn make(&mut self, handle: u32, class: &[u8]) -> Result<HostObject, Malformed> {
        let class = self.class(class)?;
        let object = HostObject::new(handle, class, self.released.clone());
        self.by_handle.insert(handle, object.downgrade());
        Ok(object)
    }

    fn class(&mut self, bytes: &[u8]) -> Result<Rc<HostClass>, Malformed> {
        if let Some(class) = self.classes.get(bytes).and_then(Weak::upgrade) {
            return Ok(class);
        }
        let class = Rc::new(read_class(&mut Reader::new(bytes, 0))?);
        if self.classes.len() >= self.sweep_at.max(SWEEP_FROM) {
            self.classes.retain(|_, class| class.strong_count() > 0);
            self.sweep_at = self.classes.len() * 2;
        }
        self.classes.insert(bytes.into(), Rc::downgrade(&class));
        Ok(class)
    }

    /// Objects that no script holds any more: number, and how often each was received.
    pub fn take_released(&mut self) -> Vec<(u32, u32)> {
        let released = std::mem::take(&mut *self.released.borrow_mut());
        for (handle, _) in &released {
            if self.by_handle.get(handle).is_some_and(|object| object.upgrade().is_none()) {
                self.by_handle.remove(handle);
            }
        }
        released
    }

    /// Whether [`Objects::take_released`] would give any.
    #[must_use]
    pub fn has_released(&self) -> bool {
        !self.released.borrow().is_empty()
    }

    /// Objects in the table.
    #[must_use]
    pub fn live(&self) -> usize {
        self.by_handle.len()
    }
}

const READABLE: u8 = 1;
const WRITABLE: u8 = 2;
const CALLABLE: u8 = 4;

/// Nothing at all for a class without members; else `name`, then for each member a byte that says what it is, and its name. All names are string values.
fn read_class(reader: &mut Reader<'_>) -> Result<HostClass, Malformed> {
    let mut class = HostClass {
        name: if reader.left() == 0 {
            "HostObject".into()
        } else {
            reader.string_value()?.into()
        },
        ..HostClass::default()
    };
    while reader.left() > 0 {
        let what = reader.u8()?;
        let name: ImmutableString = reader.string_value()?.into();
        let member = Member {
            readable: what & READABLE != 0,
            writable: what & WRITABLE != 0,
            callable: what & CALLABLE != 0,
        };
        class.members.insert(name, member);
    }
    Ok(class)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Class `User` with the readable property `id`.
    const USER: &[u8] = b"\x06\x04User\x01\x06\x02id";

    #[test]
    fn an_object_is_released_once_with_everything_it_was_received() {
        let mut objects = Objects::default();
        let first = objects.receive(7, USER).expect("read");
        let second = objects.receive(7, USER).expect("read");
        assert_eq!(first, second);
        drop((first, second));
        assert_eq!(objects.take_released(), [(7, 2)]);
        assert_eq!((objects.take_released(), objects.live()), (vec![], 0));
    }

    #[test]
    fn an_object_that_comes_again_before_its_release_was_told_is_counted_anew() {
        let mut objects = Objects::default();
        drop(objects.receive(7, USER));
        let again = objects.receive(7, USER).expect("read");
        assert_eq!(objects.take_released(), [(7, 1)]);
        assert_eq!(objects.live(), 1);
        drop(again);
        assert_eq!(objects.take_released(), [(7, 1)]);
    }

    #[test]
    fn classes_are_shared_and_forgotten() {
        let mut objects = Objects::default();
        let (one, two) = (objects.receive(1, USER).expect("read"), objects.receive(2, USER).expect("read"));
        assert!(Rc::ptr_eq(one.class(), two.class()));
        assert!(one.class().members["id"].readable);
        for number in 0..1000u32 {
            let class = [&b"\x06\x04"[..], format!("{number:04}").as_bytes()].concat();
            drop(objects.receive(3, &class));
            objects.take_released();
        }
        assert!(objects.classes.len() <= SWEEP_FROM);
    }

    #[test]
    fn a_class_that_is_cut_short_is_refused() {
        for length in 0..USER.len() {
            let read = Objects::default().receive(1, &USER[..length]);
            assert_eq!(read.is_ok(), matches!(length, 0 | 6), "{length}");
        }
    }
}
