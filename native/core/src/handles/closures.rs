//! Functions of scripts that the host holds, by slot and generation. The same function has the same handle while the
//! host holds it. It keeps its program and its captured variables; it never leaves its core.

use crate::message::Id;
use rhai::{Dynamic, ImmutableString};
use rhai_bridge_vm::{Callable, Home, Identity, Origins};
use std::collections::HashMap;

#[derive(Debug)]
struct Slot {
    generation: u32,
    /// How often the host was sent it and has not given it back; 0 = free.
    sent: u32,
    function: Option<Callable>,
    identity: Option<Identity>,
}

/// The table of functions that the host holds.
#[derive(Debug, Default)]
pub struct Closures {
    slots: Vec<Slot>,
    free: Vec<u32>,
    by_identity: HashMap<Identity, u32>,
    /// Slots whose function does not know its home yet.
    homeless: Vec<u32>,
    origins: Origins,
}

impl Closures {
    /// Gives `value` a handle, or counts the one it has; none when it is no function.
    pub fn send(&mut self, value: &Dynamic) -> Option<(Id, ImmutableString)> {
        let function = Callable::of(value, &self.origins)?;
        let name = function.name();
        let identity = function.identity();
        let known = identity.as_ref().and_then(|identity| self.by_identity.get(identity).copied());
        let slot = known.unwrap_or_else(|| self.add(function, identity));
        let entry = &mut self.slots[slot as usize];
        entry.sent = entry.sent.saturating_add(1);
        let generation = entry.generation;
        Some((Id { slot, generation }, name))
    }

    fn add(&mut self, function: Callable, identity: Option<Identity>) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot {
                generation: 1,
                sent: 0,
                function: None,
                identity: None,
            });
            self.slots.len() as u32 - 1
        });
        if let Some(identity) = identity.clone() {
            self.by_identity.insert(identity, slot);
        }
        let entry = &mut self.slots[slot as usize];
        (entry.function, entry.identity) = (Some(function), identity);
        self.homeless.push(slot);
        slot
    }

    /// Tells functions that were sent since the last time which fiber they come from.
    pub fn settle(&mut self, home: impl FnOnce() -> Option<Home>) {
        if self.homeless.is_empty() {
            return;
        }
        let home = home();
        for slot in std::mem::take(&mut self.homeless) {
            if let (Some(function), Some(home)) = (&mut self.slots[slot as usize].function, &home) {
                function.set_home(home.clone());
            }
        }
    }

    /// The function behind a handle.
    #[must_use]
    pub fn get(&self, id: Id) -> Option<&Callable> {
        self.slots
            .get(id.slot as usize)
            .filter(|slot| slot.generation == id.generation)?
            .function
            .as_ref()
    }

    /// The host gives a handle back, as often as it was sent it. The function comes out when it was the last time:
    /// dropping it may drop anything, so the caller does that when this table is not borrowed.
    #[must_use]
    pub fn give_back(&mut self, id: Id, count: u32) -> Option<Callable> {
        let slot = self.slots.get_mut(id.slot as usize).filter(|slot| slot.generation == id.generation)?;
        slot.sent = slot.sent.saturating_sub(count);
        if slot.sent > 0 {
            return None;
        }
        let function = slot.function.take()?;
        // A slot whose generations are used up is never used again.
        if let Some(next) = slot.generation.checked_add(1) {
            slot.generation = next;
            self.free.push(id.slot);
        }
        if let Some(identity) = slot.identity.take() {
            self.by_identity.remove(&identity);
        }
        Some(function)
    }

    /// Functions in the table.
    #[must_use]
    pub fn live(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai::FnPtr;

    fn pointer(name: &str) -> Dynamic {
        FnPtr::new(name).expect("a name").into()
    }

    fn send(closures: &mut Closures, value: &Dynamic) -> Id {
        closures.send(value).expect("a function").0
    }

    #[test]
    fn the_same_function_has_the_same_handle_until_every_sending_is_given_back() {
        let mut closures = Closures::default();
        let id = send(&mut closures, &pointer("f"));
        assert_eq!(send(&mut closures, &pointer("f")), id);
        assert_ne!(send(&mut closures, &pointer("g")), id);
        assert!(closures.give_back(id, 1).is_none());
        assert!(closures.get(id).is_some());
        assert!(closures.give_back(id, 1).is_some());
        assert!(closures.get(id).is_none());
        assert_eq!(closures.live(), 1);
    }

    #[test]
    fn a_handle_that_was_given_back_finds_nothing_ever_again() {
        let mut closures = Closures::default();
        let id = send(&mut closures, &pointer("f"));
        drop(closures.give_back(id, 1));
        let next = send(&mut closures, &pointer("f"));
        assert_eq!(next.slot, id.slot);
        assert!(closures.get(id).is_none());
        assert!(closures.give_back(id, 1).is_none());
        assert!(closures.get(next).is_some());
    }

    #[test]
    fn functions_are_the_same_by_their_captured_variables_not_by_equal_values() {
        let mut closures = Closures::default();
        let shared = Dynamic::from_int(1).into_shared();
        let with = |value: &Dynamic| {
            let mut pointer = FnPtr::new("f").expect("a name");
            pointer.add_curry(value.clone());
            Dynamic::from(pointer)
        };
        let one = send(&mut closures, &with(&shared));
        assert_eq!(send(&mut closures, &with(&shared)), one);
        assert_ne!(send(&mut closures, &with(&Dynamic::from_int(1).into_shared())), one);
        let plain = send(&mut closures, &with(&Dynamic::from_int(1)));
        assert_ne!(send(&mut closures, &with(&Dynamic::from_int(1))), plain);
    }

    #[test]
    fn what_is_no_function_has_no_handle() {
        assert!(Closures::default().send(&Dynamic::from_int(1)).is_none());
    }
}
