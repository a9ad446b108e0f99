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
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}
