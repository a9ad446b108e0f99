//! Natives that call back (`map`, `sort`, …) as loops the machine can stop in.
//!
//! A routine is polled: it is given what the callback returned and asks for the next call, or is done. The container
//! it walks is lent to it for the time; items it hands to a callback as `this` come back changed.
//! Which parameters a callback gets depends on how many it takes, in rhai's order of trying.

mod answer;
mod ask;
mod kind;
mod sort;
mod turn;

pub(crate) use kind::Routine;
pub(in crate::machine) use turn::Turn;

use super::invoke::Args;
use super::{indexing, Code, Error};
use crate::ledger::Ledger;
use crate::value::Value;
use crate::HostNames;
use rhai::{Dynamic, EvalAltResult, FnPtr, ImmutableString, Map, Position};
use smallvec::SmallVec;
use sort::Merge;

/// What the callback is.
#[derive(Debug, Clone)]
pub(in crate::machine) enum Callee {
    Script(Code),
    Host(u32),
    Native(ImmutableString),
}

/// How the item and the extra argument are passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Passing {
    /// The item is `this`.
    Bound { extra: bool },
    /// The item is an argument.
    Argument { extra: bool },
}

/// Finds the script function that a pointer names when it is called with so many arguments.
type Find<'a> = dyn FnMut(&FnPtr, usize) -> Option<Code> + 'a;

/// What a routine wants.
pub(in crate::machine) enum Ask {
    Call { this: Option<Value>, args: Args, extra: Option<Value> },
    Done(Dynamic),
}

/// A routine in progress.
#[derive(Debug)]
pub(crate) struct RoutineState {
    pub(in crate::machine) kind: Routine,
    pub(in crate::machine) callee: Callee,
    /// What the callback returned last.
    pub(in crate::machine) returned: Option<Dynamic>,
    pointer: FnPtr,
    arguments: SmallVec<[Dynamic; 3]>,
    passing: Passing,
    is_map: bool,
    /// The container belongs to a constant.
    constant: bool,
    keys: Vec<ImmutableString>,
    items: Vec<Dynamic>,
    /// The items as `order` found them: it sorts a copy.
    original: Vec<Dynamic>,
    /// Next item, and where in `sort`'s merge.
    next: usize,
    output: Vec<Dynamic>,
    output_keys: Vec<ImmutableString>,
    carry: Dynamic,
    merge: Merge,
    /// Of `drain` and `retain`: items that stay so far.
    stayed: usize,
    /// Callbacks so far.
    calls: usize,
}

impl RoutineState {
    /// `arguments` as written, the target not among them.
    pub(in crate::machine) fn new(kind: Routine, arguments: SmallVec<[Dynamic; 3]>, position: Position) -> Result<Box<Self>, Error> {
        let at = usize::from(kind == Routine::Zip);
        let pointer = match arguments.get(at) {
            Some(d) if d.is_string() => d.as_immutable_string_ref().ok().and_then(|name| FnPtr::new(name.clone()).ok()),
            Some(d) => d.read_lock::<FnPtr>().map(|p| p.clone()),
            None => None,
        };
        let Some(pointer) = pointer else {
            return Err(EvalAltResult::ErrorFunctionNotFound(kind.name().into(), position).into());
        };
        let callee = Callee::Native(pointer.fn_name().into());
        Ok(Box::new(Self {
            kind,
            callee,
            returned: None,
            pointer,
            arguments,
            passing: Passing::Argument { extra: false },
            is_map: false,
            constant: false,
            keys: Vec::new(),
            items: Vec::new(),
            original: Vec::new(),
            next: 0,
            output: Vec::new(),
            output_keys: Vec::new(),
            carry: Dynamic::UNIT,
            merge: Merge::default(),
            stayed: 0,
            calls: 0,
        }))
    }

    /// Tries the callback's possible numbers of parameters in rhai's order.
    fn resolve(&mut self, hosts: &HostNames, find: &mut Find<'_>) {
        let (fixed, extra, moves) = match self.kind {
            Routine::Sort | Routine::Order | Routine::Dedup | Routine::Zip => (2, usize::from(self.kind == Routine::Zip), None),
            kind => kind.shape(self.is_map),
        };
        let free = matches!(self.kind, Routine::Sort | Routine::Order | Routine::Dedup | Routine::Zip);
        let mut tries: Vec<(usize, Passing)> = Vec::new();
        if free {
            tries.push((fixed, Passing::Argument { extra: false }));
            tries.push((fixed + extra, Passing::Argument { extra: true }));
        } else {
            tries.push((fixed, Passing::Bound { extra: false }));
            if moves.is_some() {
                tries.push((fixed + 1, Passing::Argument { extra: false }));
                tries.push((fixed + 1 + extra, Passing::Argument { extra: true }));
            } else {
                tries.push((fixed + extra, Passing::Bound { extra: true }));
            }
        }
        for (argc, passing) in tries {
            if let Some(code) = find(&self.pointer, argc) {
                self.callee = Callee::Script(code);
                self.passing = passing;
                return;
            }
        }
        if let Some(host) = hosts.get(self.pointer.fn_name()) {
            self.callee = Callee::Host(host);
        }
    }

    /// The callback, for checks before it is called.
    pub(in crate::machine) fn pointer(&self) -> &FnPtr {
        &self.pointer
    }

    /// Takes the container to walk.
    pub(in crate::machine) fn begin(&mut self, hosts: &HostNames, target: Dynamic, find: &mut Find<'_>) {
        self.is_map = target.is_map();
        self.constant = target.is_read_only();
        self.resolve(hosts, find);
        if self.is_map {
            let map = target.try_cast_result::<Map>().unwrap_or_default();
            for (key, value) in map {
                self.keys.push(key.as_str().into());
                self.items.push(value);
            }
        } else {
            self.items = target.into_array().unwrap_or_default();
        }
        let length = self.items.len();
        self.next = match self.kind {
            Routine::Find | Routine::FindMap | Routine::IndexOf => self.start(length),
            _ => 0,
        };
        if let (Routine::Reduce | Routine::ReduceRev, Some(initial)) = (self.kind, self.arguments.get(1)) {
            self.carry = initial.clone();
        }
        self.merge = Merge {
            width: 1,
            low: 0,
            left: 0,
            right: 1.min(length),
        };
    }

    /// `order` sorts a copy.
    pub(in crate::machine) fn copy_original(&mut self, ledger: &mut Ledger) -> Result<(), Error> {
        if self.kind == Routine::Order {
            self.original = ledger.copy_array(&self.items)?;
        }
        Ok(())
    }

    fn start(&self, length: usize) -> usize {
        let Some(start) = self.arguments.get(1).and_then(|d| d.as_int().ok()) else {
            return 0;
        };
        match indexing::offset(length, start, true) {
            Some(at) => at,
            None if start < 0 => 0,
            None => length,
        }
    }

    /// Gives the container back.
    pub(in crate::machine) fn end(&mut self) -> Dynamic {
        self.close_gap();
        let mut items = std::mem::take(&mut self.items);
        if self.kind == Routine::Order {
            items = std::mem::take(&mut self.original);
        } else if self.kind == Routine::Sort && !self.output.is_empty() {
            // Stopped in the middle of a merge: nothing may be lost.
            items = self.unmerged(items);
        }
        let container = if self.is_map {
            Dynamic::from_map(self.keys.iter().map(|k| k.as_str().into()).zip(items).collect())
        } else {
            Dynamic::from_array(items)
        };
        if self.constant {
            container.into_read_only()
        } else {
            container
        }
    }

    /// Takes back the item that was lent as `this`.
    pub(in crate::machine) fn put_item(&mut self, value: Dynamic) {
        let at = self.current();
        if let Some(item) = self.items.get_mut(at) {
            *item = value;
        }
    }

    /// Index of the item given to the callback last.
    fn current(&self) -> usize {
        match self.kind {
            Routine::ReduceRev => self.items.len().saturating_sub(self.next),
            _ => self.next.saturating_sub(1),
        }
    }

    /// The next thing to do.
    pub(in crate::machine) fn advance(&mut self, ledger: &mut Ledger) -> Result<Ask, Error> {
        if let Some(value) = self.returned.take() {
            if let Some(done) = self.take(value.flatten(), ledger)? {
                return Ok(Ask::Done(done));
            }
        }
        if matches!(self.kind, Routine::Sort | Routine::Order) {
            return self.advance_sort(ledger);
        }
        if self.next >= self.items.len() {
            return Ok(Ask::Done(self.result()));
        }
        self.next += 1;
        match self.kind {
            Routine::Zip => self.ask_zip(ledger),
            Routine::Dedup => self.ask_dedup(ledger),
            _ => self.ask_item(ledger),
        }
    }
}
