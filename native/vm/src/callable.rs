//! A function of a script outside of its run: a pointer, and what its code needs from the fiber it was made in.
//!
//! Whoever holds one can call it again and again, long after that fiber has ended: every call is a fiber of its own.
//! Captured variables are shared by all of them.

use crate::machine::Machine;
use crate::program::Program;
use crate::value::Value;
use rhai::{Dynamic, FnPtr, ImmutableString};
use std::rc::Rc;

/// A fiber's program and `global::` constants.
#[derive(Debug, Clone)]
pub struct Home {
    pub(crate) program: Rc<Program>,
    pub(crate) constants: Vec<(ImmutableString, Dynamic)>,
}

/// Two pointers with the same identity are the same function: its name, and where its captured variables live.
pub type Identity = (String, Vec<usize>);

/// A function pointer that can be called without the fiber it comes from.
#[derive(Debug, Clone)]
pub struct Callable {
    pointer: FnPtr,
    home: Option<Home>,
}

impl Callable {
    /// `value`, when it is a function pointer.
    #[must_use]
    pub fn of(value: &Dynamic) -> Option<Self> {
        let pointer = value.read_lock::<FnPtr>()?.clone();
        Some(Self { pointer, home: None })
    }

    /// Its name in the script; closures have generated ones.
    #[must_use]
    pub fn name(&self) -> &str {
        self.pointer.fn_name()
    }

    /// The value a script gets.
    #[must_use]
    pub fn value(&self) -> Dynamic {
        self.pointer.clone().into()
    }

    /// Where it comes from.
    pub fn set_home(&mut self, home: Home) {
        self.home = Some(home);
    }

    /// What makes it the same function as another; nothing when it carries values of its own.
    #[must_use]
    pub fn identity(&self) -> Option<Identity> {
        let captured = self.pointer.iter_curry().map(address).collect::<Option<_>>()?;
        Some((self.name().to_owned(), captured))
    }

    /// A fiber that calls it, when it is a function of a script with that many parameters.
    #[must_use]
    pub fn machine(&self, args: &[Dynamic]) -> Option<Machine> {
        let home = self.home.as_ref()?;
        let args = self.pointer.iter_curry().chain(args).map(|d| Value::Dyn(d.clone())).collect();
        Machine::pointer(home, self.name(), args)
    }
}

/// Where a captured variable lives.
fn address(captured: &Dynamic) -> Option<usize> {
    if !captured.is_shared() || captured.is_locked() {
        return None;
    }
    let place = captured.read_lock::<Dynamic>()?;
    Some(std::ptr::from_ref::<Dynamic>(&place) as usize)
}
