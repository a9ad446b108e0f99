//! The core's own scope: the variables that `eval` reads and writes (only the home core has any).
//!
//! A run takes a copy and merges its variables back when it ends. Runs may nest (a host function calls `eval`):
//! where both changed a variable the outer run, which ends last, wins; what only the inner one changed stays.
//! So every write has a revision, and while runs are live the values they started from are kept when displaced.

use crate::codec::Encoder;
use crate::message::Id;
use rhai::{Dynamic, ImmutableString};
use rhai_bridge_vm::Binding;
use std::collections::HashMap;

/// A value that was overwritten or cleared while a run was live.
#[derive(Debug)]
struct Displaced {
    name: ImmutableString,
    value: Dynamic,
    /// When it was displaced.
    revision: u64,
}

/// A run that works on a copy of this scope.
#[derive(Debug)]
struct Borrower {
    run: Id,
    /// The revision its copy is of.
    since: u64,
    /// Variables of the run alone: not merged back.
    private: Box<[ImmutableString]>,
    /// Variables it had changed when others were let in: its own value of these wins.
    changed: Vec<ImmutableString>,
}

/// Variables by name, in the order they were made.
#[derive(Debug, Default)]
pub struct OwnScope {
    entries: Vec<Binding>,
    places: HashMap<ImmutableString, usize>,
    revision: u64,
    displaced: Vec<Displaced>,
    borrowers: Vec<Borrower>,
}

impl OwnScope {
    /// Sets a variable.
    pub fn set(&mut self, binding: Binding) {
        self.revision += 1;
        self.write(binding);
    }

    fn write(&mut self, binding: Binding) {
        if let Some(&place) = self.places.get(&binding.name) {
            let old = std::mem::replace(&mut self.entries[place], binding);
            self.displace(old);
        } else {
            self.places.insert(binding.name.clone(), self.entries.len());
            self.entries.push(binding);
        }
    }

    fn displace(&mut self, old: Binding) {
        if !self.borrowers.is_empty() {
            self.displaced.push(Displaced {
                name: old.name,
                value: old.value,
                revision: self.revision,
            });
        }
    }

    /// Forgets all variables.
    pub fn clear(&mut self) {
        self.revision += 1;
        self.places.clear();
        for old in std::mem::take(&mut self.entries) {
            self.displace(old);
        }
    }

    /// All variables.
    pub fn bindings(&self) -> impl ExactSizeIterator<Item = &Binding> {
        self.entries.iter()
    }

    /// Lends a copy to `run`, with variables of its own behind it.
    pub fn lend(&mut self, run: Id, private: Vec<Binding>) -> Vec<Binding> {
        let names = private.iter().map(|binding| binding.name.clone()).collect();
        self.borrowers.push(Borrower {
            run,
            since: self.revision,
            private: names,
            changed: Vec::new(),
        });
        self.bindings().cloned().chain(private).collect()
    }

    /// Runs that hold a copy, outermost first.
    pub fn borrowers(&self) -> Vec<Id> {
        self.borrowers.iter().map(|borrower| borrower.run).collect()
    }

    /// Merges what a live run has changed so far, so that others see it; its copy then counts as fresh.
    pub fn sync(&mut self, run: Id, bindings: Vec<Binding>) {
        let Some(at) = self.find(run) else { return };
        let mut borrower = self.borrowers.remove(at);
        let (since, now) = (borrower.since, self.revision + 1);
        let (others, own): (Vec<_>, Vec<_>) = bindings
            .iter()
            .filter(|binding| self.differs(binding))
            .partition(|binding| self.is_others_change(since, now, binding));
        // What others have changed must still be told from what this run changes later.
        let is_fresh = others.is_empty();
        borrower.changed.extend(own.iter().map(|binding| binding.name.clone()));
        self.merge(&borrower, bindings);
        self.borrowers.insert(
            at,
            Borrower {
                since: if is_fresh { self.revision } else { since },
                ..borrower
            },
        );
        self.forget_displaced();
    }

    /// Takes a run's copy back; `None` when the run never started.
    pub fn give_back(&mut self, run: Id, bindings: Option<Vec<Binding>>) {
        let Some(at) = self.find(run) else { return };
        let borrower = self.borrowers.remove(at);
        if let Some(bindings) = bindings {
            self.merge(&borrower, bindings);
        }
        self.forget_displaced();
    }

    fn find(&self, run: Id) -> Option<usize> {
        self.borrowers.iter().position(|borrower| borrower.run == run)
    }

    fn merge(&mut self, borrower: &Borrower, bindings: Vec<Binding>) {
        self.revision += 1;
        for binding in bindings {
            let others = !borrower.changed.contains(&binding.name) && self.is_others_change(borrower.since, self.revision, &binding);
            if !borrower.private.contains(&binding.name) && !others {
                self.write(binding);
            }
        }
    }

    /// Whether the scope has another value of this variable, or none.
    fn differs(&self, binding: &Binding) -> bool {
        match self.places.get(&binding.name) {
            Some(&place) => !is_same(&self.entries[place].value, &binding.value),
            None => true,
        }
    }

    /// Whether somebody else changed this variable since, and the run itself did not.
    fn is_others_change(&self, since: u64, now: u64, binding: &Binding) -> bool {
        let start = self.displaced.iter().find(|old| old.revision > since && old.name == binding.name);
        start.is_some_and(|old| old.revision < now && is_same(&old.value, &binding.value))
    }

    /// Keeps only what a live run may still have to be compared with.
    fn forget_displaced(&mut self) {
        match self.borrowers.iter().map(|borrower| borrower.since).min() {
            Some(oldest) => self.displaced.retain(|old| old.revision > oldest),
            None => self.displaced.clear(),
        }
    }
}

/// Equal as bytes; what has no bytes (a closure) counts as changed.
fn is_same(a: &Dynamic, b: &Dynamic) -> bool {
    let bytes = |value: &Dynamic| Encoder::standalone(std::slice::from_ref(value), 0).ok();
    bytes(a).is_some_and(|a| Some(a) == bytes(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTER: Id = Id { slot: 1, generation: 1 };
    const INNER: Id = Id { slot: 2, generation: 1 };

    fn binding(name: &str, value: i64) -> Binding {
        Binding {
            name: name.into(),
            value: value.into(),
            constant: false,
        }
    }

    fn scope(values: &[(&str, i64)]) -> OwnScope {
        let mut scope = OwnScope::default();
        values.iter().for_each(|&(name, value)| scope.set(binding(name, value)));
        scope
    }

    fn values(scope: &OwnScope) -> Vec<(String, i64)> {
        scope.bindings().map(|b| (b.name.to_string(), b.value.as_int().expect("int"))).collect()
    }

    fn pairs(values: &[(&str, i64)]) -> Vec<(String, i64)> {
        values.iter().map(|&(name, value)| (name.to_owned(), value)).collect()
    }

    fn bindings(values: &[(&str, i64)]) -> Option<Vec<Binding>> {
        Some(values.iter().map(|&(name, value)| binding(name, value)).collect())
    }

    #[test]
    fn what_a_run_changed_or_made_stays() {
        let mut scope = scope(&[("x", 1), ("y", 2)]);
        assert_eq!(scope.lend(OUTER, vec![]).len(), 2);
        scope.give_back(OUTER, bindings(&[("x", 10), ("y", 2), ("z", 3)]));
        assert_eq!(values(&scope), pairs(&[("x", 10), ("y", 2), ("z", 3)]));
    }

    #[test]
    fn variables_of_the_run_alone_do_not_stay() {
        let mut scope = scope(&[("x", 1)]);
        assert_eq!(scope.lend(OUTER, vec![binding("own", 5)]).len(), 2);
        scope.give_back(OUTER, bindings(&[("x", 2), ("own", 6)]));
        assert_eq!(values(&scope), pairs(&[("x", 2)]));
    }

    #[test]
    fn what_only_the_inner_run_changed_stays() {
        let mut scope = scope(&[("x", 1), ("y", 1)]);
        scope.lend(OUTER, vec![]);
        scope.lend(INNER, vec![]);
        scope.give_back(INNER, bindings(&[("x", 2), ("y", 1)]));
        scope.give_back(OUTER, bindings(&[("x", 1), ("y", 3)]));
        assert_eq!(values(&scope), pairs(&[("x", 2), ("y", 3)]));
    }

    #[test]
    fn the_outer_run_wins_where_both_changed() {
        let mut scope = scope(&[("x", 1)]);
        scope.lend(OUTER, vec![]);
        scope.lend(INNER, vec![]);
        scope.give_back(INNER, bindings(&[("x", 2)]));
        scope.give_back(OUTER, bindings(&[("x", 3)]));
        assert_eq!(values(&scope), pairs(&[("x", 3)]));
    }

    #[test]
    fn what_an_inner_run_changed_is_there_for_the_next_inner_run_and_stays() {
        let mut scope = scope(&[("x", 1), ("y", 1)]);
        scope.lend(OUTER, vec![]);
        for x in 2..5 {
            scope.sync(OUTER, bindings(&[("x", 1), ("y", x)]).expect("some"));
            let lent = scope.lend(INNER, vec![]);
            assert_eq!(lent[0].value.as_int(), Ok(x - 1));
            scope.give_back(INNER, bindings(&[("x", x), ("y", x)]));
        }
        scope.give_back(OUTER, bindings(&[("x", 1), ("y", 9)]));
        assert_eq!(values(&scope), pairs(&[("x", 4), ("y", 9)]));
    }

    #[test]
    fn a_cleared_scope_stays_clear_but_for_what_the_run_changed() {
        let mut scope = scope(&[("x", 1), ("y", 1)]);
        scope.lend(OUTER, vec![]);
        scope.clear();
        scope.give_back(OUTER, bindings(&[("x", 1), ("y", 2)]));
        assert_eq!(values(&scope), pairs(&[("y", 2)]));
    }

    #[test]
    fn looking_again_and_again_during_a_run_keeps_nothing() {
        let mut scope = scope(&[("x", 1)]);
        scope.lend(OUTER, vec![]);
        for value in 0..100 {
            scope.sync(OUTER, vec![binding("x", value)]);
        }
        assert_eq!((values(&scope), scope.displaced.len()), (pairs(&[("x", 99)]), 0));
        scope.give_back(OUTER, None);
        assert_eq!(values(&scope), pairs(&[("x", 99)]));
    }
}
