//! The host's functions as a core knows them: a name, a number, a time-out.

use crate::codec::Malformed;
use rhai_bridge_vm::HostNames;
use std::rc::Rc;

const MAX_FUNCTIONS: usize = 1 << 16;

/// One host function.
#[derive(Debug, Clone)]
pub struct HostFunction {
    /// Its name in scripts.
    pub name: Rc<str>,
    /// Its own time-out in milliseconds: -1 = the run's, 0 = none.
    pub timeout_ms: f64,
}

/// All host functions of a core.
#[derive(Debug, Default)]
pub struct Hosts {
    names: HostNames,
    functions: Vec<Option<HostFunction>>,
    /// Grows whenever a name means something else: programs compiled before are compiled again.
    version: u64,
}

impl Hosts {
    /// Makes `name` call function `id`.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub fn define(&mut self, id: u32, name: &str, timeout_ms: f64) -> Result<(), Malformed> {
        let place = id as usize;
        if place >= MAX_FUNCTIONS {
            return Err(Malformed("function id out of range"));
        }
        if place >= self.functions.len() {
            self.functions.resize(place + 1, None);
        }
        if self.names.get(name) != Some(id) {
            self.undefine(id);
            self.names.insert(name, id);
            self.version += 1;
        }
        self.functions[place] = Some(HostFunction {
            name: name.into(),
            timeout_ms,
        });
        Ok(())
    }

    /// Forgets function `id`. A name that was given to another function since stays with it.
    pub fn undefine(&mut self, id: u32) {
        let Some(function) = self.functions.get_mut(id as usize).and_then(Option::take) else {
            return;
        };
        if self.names.get(&function.name) == Some(id) {
            self.names.remove(&function.name);
            self.version += 1;
        }
    }

    /// Function `id`, if it is still there.
    #[must_use]
    pub fn get(&self, id: u32) -> Option<&HostFunction> {
        self.functions.get(id as usize)?.as_ref()
    }

    /// The names for the compiler.
    #[must_use]
    pub fn names(&self) -> &HostNames {
        &self.names
    }

    /// Which set of names this is.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_grows_only_when_a_name_changes_its_meaning() {
        let mut hosts = Hosts::default();
        hosts.define(0, "fetch", -1.0).expect("defined");
        let version = hosts.version();
        hosts.define(0, "fetch", 50.0).expect("defined");
        assert_eq!(hosts.version(), version);
        hosts.define(1, "fetch", -1.0).expect("defined");
        assert!(hosts.version() > version);
    }

    #[test]
    fn undefining_a_replaced_function_leaves_its_successor() {
        let mut hosts = Hosts::default();
        hosts.define(0, "fetch", -1.0).expect("defined");
        hosts.define(1, "fetch", -1.0).expect("defined");
        hosts.undefine(0);
        assert_eq!(hosts.names().get("fetch"), Some(1));
        hosts.undefine(1);
        assert_eq!(hosts.names().get("fetch"), None);
    }
}
