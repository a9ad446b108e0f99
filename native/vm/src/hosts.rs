//! The names a script may call in the host. The compiler turns a call of such a name into a suspension.
//!
//! An open set also takes names that nobody knows: the machine stops there as well, and whoever drives it answers.

use crate::natives::is_native;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Ids from here on are names that an open set took in.
const FOREIGN: u32 = 1 << 31;

/// Host functions by name. Names only: arity and types are the host's business. A copy is cheap until one is changed.
#[derive(Debug, Clone, Default)]
pub struct HostNames {
    ids: Rc<HashMap<String, u32>>,
    /// Unknown names met so far, when the set is open.
    foreign: Option<RefCell<Vec<String>>>,
}

impl HostNames {
    /// No host functions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same names, and every other one that is not rhai's.
    #[must_use]
    pub fn opened(&self) -> Self {
        Self {
            ids: self.ids.clone(),
            foreign: Some(RefCell::default()),
        }
    }

    /// Makes `name` a host function; replaces an earlier id.
    pub fn insert(&mut self, name: &str, id: u32) {
        Rc::make_mut(&mut self.ids).insert(name.to_owned(), id);
    }

    /// Forgets `name`; returns whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        Rc::make_mut(&mut self.ids).remove(name).is_some()
    }

    /// The id of `name`, if the host has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<u32> {
        self.ids.get(name).copied().or_else(|| self.take_in(name))
    }

    /// Whether some function is in a namespace.
    #[must_use]
    pub(crate) fn has_spaces(&self) -> bool {
        self.foreign.is_some() || self.ids.keys().any(|name| name.contains("::"))
    }

    /// The name of a function that only an open set has.
    #[must_use]
    pub fn foreign_name(&self, id: u32) -> Option<String> {
        let place = id.checked_sub(FOREIGN)?;
        self.foreign.as_ref()?.borrow().get(place as usize).cloned()
    }

    fn take_in(&self, name: &str) -> Option<u32> {
        let names = self.foreign.as_ref().filter(|_| is_callable(name))?;
        let mut names = names.borrow_mut();
        let place = names.iter().position(|known| known == name).unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        });
        Some(FOREIGN + place as u32)
    }
}

/// A plain name that is not rhai's; operators and names made by the compiler are no functions of a host.
fn is_callable(name: &str) -> bool {
    let starts_well = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let is_plain = name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ':');
    starts_well && is_plain && !is_native(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_open_set_takes_in_what_it_does_not_know() {
        let mut names = HostNames::new();
        names.insert("fetch", 7);
        assert_eq!((names.get("fetch"), names.get("read")), (Some(7), None));
        let open = names.opened();
        let read = open.get("read").expect("taken in");
        assert_eq!((open.get("fetch"), open.get("read")), (Some(7), Some(read)));
        assert_eq!(open.foreign_name(read).as_deref(), Some("read"));
        assert_eq!((open.foreign_name(7), names.foreign_name(read)), (None, None));
    }

    #[test]
    fn rhais_own_names_stay_rhais() {
        let open = HostNames::new().opened();
        assert_eq!(
            (open.get("len"), open.get("+"), open.get("anon$1"), open.get("get$x")),
            (None, None, None, None)
        );
        assert!(open.get("db::get").is_some());
    }
}
