//! Runs that can go on, in the order they do: first come first served inside a priority, higher priorities first.
//!
//! Every eighth turn goes to the lowest priority that waits, so that nothing starves. An entry may be stale (its run
//! ended or was stepped directly): whoever pops it looks at the run.

use crate::message::Id;
use std::collections::VecDeque;

const LOW_TURN: u32 = 8;

#[derive(Debug)]
struct Level {
    priority: i32,
    queue: VecDeque<Id>,
}

/// The ready queue.
#[derive(Debug, Default)]
pub struct Ready {
    /// Highest priority first; almost always one level. Empty levels are removed when another one is made.
    levels: Vec<Level>,
    length: usize,
    turn: u32,
}

impl Ready {
    /// Puts `id` at the end of its priority.
    pub fn push(&mut self, id: Id, priority: i32) {
        self.length += 1;
        self.level(priority).queue.push_back(id);
    }

    /// Puts `id` back where it was taken from.
    pub fn push_front(&mut self, id: Id, priority: i32) {
        self.length += 1;
        self.level(priority).queue.push_front(id);
    }

    fn level(&mut self, priority: i32) -> &mut Level {
        let at = match self.levels.iter().position(|level| level.priority <= priority) {
            Some(at) if self.levels[at].priority == priority => at,
            _ => self.make_level(priority),
        };
        &mut self.levels[at]
    }

    fn make_level(&mut self, priority: i32) -> usize {
        self.levels.retain(|level| !level.queue.is_empty());
        let at = self.levels.partition_point(|level| level.priority > priority);
        self.levels.insert(
            at,
            Level {
                priority,
                queue: VecDeque::new(),
            },
        );
        at
    }

    /// Takes the next run.
    pub fn pop(&mut self) -> Option<Id> {
        self.turn = self.turn.wrapping_add(1);
        let id = if self.turn.is_multiple_of(LOW_TURN) {
            self.levels.iter_mut().rev().find_map(|level| level.queue.pop_front())
        } else {
            self.levels.iter_mut().find_map(|level| level.queue.pop_front())
        };
        self.length -= usize::from(id.is_some());
        id
    }

    /// Takes `id` out if it is the last that came; keeps a run that is stepped directly from leaving stale entries.
    pub fn pop_last(&mut self, id: Id, priority: i32) -> bool {
        let queue = &mut self.level(priority).queue;
        let found = queue.back() == Some(&id);
        if found {
            queue.pop_back();
            self.length -= 1;
        }
        found
    }

    /// Entries, stale ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether nobody waits for a turn.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(slot: u32) -> Id {
        Id { slot, generation: 0 }
    }

    #[test]
    fn equals_take_turns_in_the_order_they_came() {
        let mut ready = Ready::default();
        (0..4).for_each(|slot| ready.push(id(slot), 0));
        let order: Vec<u32> = std::iter::from_fn(|| ready.pop()).map(|id| id.slot).collect();
        assert_eq!(order, [0, 1, 2, 3]);
        assert!(ready.is_empty());
    }

    #[test]
    fn a_higher_priority_goes_first_but_starves_nobody() {
        let mut ready = Ready::default();
        ready.push(id(100), -5);
        (0..20).for_each(|slot| ready.push(id(slot), 5));
        let order: Vec<u32> = std::iter::from_fn(|| ready.pop()).map(|id| id.slot).collect();
        assert_eq!(order[0], 0);
        assert!(order.iter().position(|&slot| slot == 100) < Some(8));
    }

    #[test]
    fn levels_do_not_pile_up() {
        let mut ready = Ready::default();
        for priority in 0..1000 {
            ready.push(id(1), priority);
            ready.pop();
        }
        assert!(ready.levels.len() <= 2);
    }
}
