//! The names a script may call in the host. The compiler turns a call of such a name into a suspension.

use std::collections::HashMap;

/// Host functions by name. Names only: arity and types are the host's business.
#[derive(Debug, Clone, Default)]
pub struct HostNames {
    ids: HashMap<String, u32>,
}

impl HostNames {
    /// No host functions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes `name` a host function; replaces an earlier id.
    pub fn insert(&mut self, name: &str, id: u32) {
        self.ids.insert(name.to_owned(), id);
    }

    /// Forgets `name`; returns whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        self.ids.remove(name).is_some()
    }

    /// The id of `name`, if the host has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<u32> {
        self.ids.get(name).copied()
    }
}
