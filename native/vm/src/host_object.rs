//! Host objects: things of the host that a script can hold and pass on, and use as far as their class declares.
//!
//! The machine turns the use of a declared member into a host call with one of the numbers below as its function;
//! what is not declared fails as it does in rhai. When no value of the script holds an object any more, its number
//! goes to the list it was made with, and whoever made it tells the host.

use rhai::{Engine, ImmutableString};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// Host call `(object, name)`: a property is read.
pub const GET_MEMBER: u32 = 0xffff_fff0;
/// Host call `(object, name, value)`: a property is written.
pub const SET_MEMBER: u32 = 0xffff_fff1;
/// Host call `(object, name, arguments…)`: a method is called.
pub const CALL_MEMBER: u32 = 0xffff_fff2;

/// What may be done with a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Member {
    /// A property that can be read.
    pub readable: bool,
    /// A property that can be written.
    pub writable: bool,
    /// A method.
    pub callable: bool,
}

/// What scripts may do with the objects of one class.
#[derive(Debug, Default)]
pub struct HostClass {
    /// Its name for `type_of`, printing and errors.
    pub name: ImmutableString,
    /// Everything that is declared.
    pub members: HashMap<ImmutableString, Member>,
}

impl HostClass {
    pub(crate) fn member(&self, name: &str) -> Member {
        self.members.get(name).copied().unwrap_or_default()
    }
}

/// Objects that no script holds any more: their number, and how often each was received.
pub type Released = Rc<RefCell<Vec<(u32, u32)>>>;

#[derive(Debug)]
struct Held {
    handle: u32,
    class: Rc<HostClass>,
    /// How often the host has sent it: it counts the same, so that a release and a new sending may cross.
    received: Cell<u32>,
    released: Released,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Ok(mut list) = self.released.try_borrow_mut() {
            list.push((self.handle, self.received.get()));
        }
    }
}

/// An object of the host, by its number. Copies are the same object.
#[derive(Debug, Clone)]
pub struct HostObject(Rc<Held>);

/// The same without holding it.
#[derive(Debug, Clone)]
pub struct WeakHostObject(std::rc::Weak<Held>);

impl WeakHostObject {
    /// The object, if a script still holds it.
    #[must_use]
    pub fn upgrade(&self) -> Option<HostObject> {
        self.0.upgrade().map(HostObject)
    }
}

impl PartialEq for HostObject {
    fn eq(&self, other: &Self) -> bool {
        self.0.handle == other.0.handle
    }
}

impl HostObject {
    /// Object `handle`, not received yet.
    #[must_use]
    pub fn new(handle: u32, class: Rc<HostClass>, released: Released) -> Self {
        Self(Rc::new(Held {
            handle,
            class,
            received: Cell::new(0),
            released,
        }))
    }

    /// The host's number for it.
    #[must_use]
    pub fn handle(&self) -> u32 {
        self.0.handle
    }

    /// What scripts may do with it.
    #[must_use]
    pub fn class(&self) -> &Rc<HostClass> {
        &self.0.class
    }

    /// The host has sent it once more.
    pub fn receive(&self) {
        self.0.received.set(self.0.received.get().saturating_add(1));
    }

    /// The same without holding it.
    #[must_use]
    pub fn downgrade(&self) -> WeakHostObject {
        WeakHostObject(Rc::downgrade(&self.0))
    }

    /// `Class.member`, as errors and traces name it.
    pub(crate) fn member_name(&self, member: &str) -> ImmutableString {
        format!("{}.{member}", self.0.class.name).into()
    }
}

/// What every script can do with any host object.
pub(crate) fn register(engine: &mut Engine) {
    let name = |object: &mut HostObject| object.0.class.name.clone();
    engine
        .register_type_with_name::<HostObject>("HostObject")
        .register_fn("to_string", name)
        .register_fn("to_debug", name)
        .register_fn("==", |a: HostObject, b: HostObject| a == b)
        .register_fn("!=", |a: HostObject, b: HostObject| a != b);
}
