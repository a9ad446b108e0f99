//! Variables whose place is known only at run time: those that texts of `eval` declare, and those of the engine's
//! scope that the script does not mention.
//!
//! They belong to the frame the text runs inside of, its *owner*, and stand on one stack in order of declaration; those
//! of the frame on top are always the last. A variable remembers how many of its owner's variables were visible when
//! it was declared: a variable that the compiler knows of shadows it when it was declared later.
//! An instruction that works on such a variable in place has it lent in a register; the loan ends with the next
//! instruction, or with the error that leaves it.

use super::frame::{Extra, Kind};
use super::modules::Import;
use super::{Error, Machine};
use crate::bytecode::Reg;
use crate::program::Site;
use crate::value::Value;
use crate::Vm;
use rhai::{EvalAltResult, ImmutableString};

/// A variable found by its name.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) name: ImmutableString,
    pub(super) value: Value,
    /// Index of the frame it belongs to.
    pub(super) owner: u32,
    /// How many variables of the owner were visible when it was declared.
    pub(super) after: u16,
    /// Depth of blocks where it was declared.
    depth: u16,
}

/// A variable that is away in a register.
#[derive(Debug)]
pub(super) struct Loan {
    /// Index of the frame whose instruction has it.
    frame: u32,
    /// Where it is.
    at: u32,
    from: Source,
}

/// Where a variable lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// An absolute register.
    Register(u32),
    /// Index among the named variables.
    Named(u32),
}

impl Extra {
    /// A variable of the root scope that the script does not mention.
    pub(super) fn add_outer(&mut self, name: ImmutableString, value: Value) {
        self.variables.push(Named {
            name,
            value,
            owner: 0,
            after: 0,
            depth: 0,
        });
    }

    fn find(&self, owner: u32, name: &str, number: u16) -> Option<usize> {
        let mine = self.variables.iter().enumerate().rev().take_while(|(_, v)| v.owner == owner);
        let mut found = mine.filter(|(_, v)| v.name == name);
        found.find(|(_, v)| v.after >= number).map(|(index, _)| index)
    }
}

impl Machine {
    /// The frame whose scope the code on top runs in.
    pub(super) fn owner(&self) -> usize {
        let mut index = self.frames.len().saturating_sub(1);
        while index > 0 && self.frames[index].kind == Kind::Inside {
            index -= 1;
        }
        index
    }

    /// Where the variable of the site's name lives.
    pub(super) fn locate(&self, site: &Site, register: Reg) -> Option<Source> {
        let owner = self.owner() as u32;
        let named = self.extra.as_ref().and_then(|e| e.find(owner, &site.name, site.argc));
        if let Some(index) = named {
            return Some(Source::Named(index as u32));
        }
        let base = self.frames.last().map_or(0, |f| f.base);
        let at = base + u32::from(register);
        let bound = register != Reg::MAX && !matches!(self.stack[at as usize], Value::Unbound);
        bound.then_some(Source::Register(at))
    }

    pub(super) fn slot(&mut self, source: Source) -> &mut Value {
        match (source, &mut self.extra) {
            (Source::Named(index), Some(extra)) => &mut extra.variables[index as usize].value,
            (Source::Named(index) | Source::Register(index), _) => &mut self.stack[index as usize],
        }
    }

    /// The value of a variable by name; `None`: there is none.
    pub(super) fn named_value(&mut self, vm: &mut Vm, site: &Site, register: Reg) -> Result<Option<Value>, Error> {
        let Some(source) = self.locate(site, register) else { return Ok(None) };
        let value = self.slot(source);
        if super::run::lent_or_locked(value) {
            return Err(super::operators::data_race(site.position));
        }
        vm.ledger.read(value).map(Some)
    }

    /// Moves a variable into register `to` of the frame on top, until [`Self::give_back_named`].
    pub(super) fn lend_named(&mut self, site: &Site, register: Reg, to: Reg) -> Result<(), Error> {
        let Some(source) = self.locate(site, register) else {
            return Err(match site.meaning.function {
                Some(_) => EvalAltResult::ErrorAssignmentToConstant(site.name.to_string(), site.position).into(),
                None => EvalAltResult::ErrorVariableNotFound(site.name.to_string(), site.position).into(),
            });
        };
        let value = self.slot(source).take();
        let at = self.frames.last().map_or(0, |f| f.base) + u32::from(to);
        self.stack[at as usize] = value;
        let loan = Loan {
            frame: self.frames.len() as u32 - 1,
            at,
            from: source,
        };
        self.extra.get_or_insert_with(Box::default).lent.push(loan);
        Ok(())
    }

    /// Ends the last loan.
    pub(super) fn give_back_named(&mut self) {
        let Some(loan) = self.extra.as_mut().and_then(|e| e.lent.pop()) else {
            return;
        };
        let value = self.stack[loan.at as usize].take();
        *self.slot(loan.from) = value;
    }

    /// Ends the loans of frame `index` and of those above: an error leaves them.
    pub(super) fn end_loans(&mut self, index: usize) {
        while self.extra.as_ref().and_then(|e| e.lent.last()).is_some_and(|l| l.frame as usize >= index) {
            self.give_back_named();
        }
    }

    /// Declares a variable in the scope of the code on top.
    pub(super) fn declare_named(&mut self, site: &Site, value: Value, depth: u16) {
        let owner = self.owner() as u32;
        self.extra.get_or_insert_with(Box::default).variables.push(Named {
            name: site.name.clone(),
            value,
            owner,
            after: site.argc,
            depth,
        });
    }

    /// Forgets what was declared and imported deeper than `depth` in the scope of the code on top; all of it:
    /// `u16::MAX`. Tells whether imports ended.
    #[inline(never)]
    pub(super) fn end_scope(&mut self, depth: u16) -> bool {
        let owner = self.owner() as u32;
        let Some(extra) = &mut self.extra else { return false };
        let imports = extra.modules.imports.len();
        let gone = |v: &Named| v.owner > owner || v.owner == owner && (v.depth > depth || depth == u16::MAX);
        while extra.variables.last().is_some_and(gone) {
            extra.variables.pop();
        }
        let gone = |i: &Import| i.owner > owner || i.owner == owner && (i.depth > depth || depth == u16::MAX);
        while extra.modules.imports.last().is_some_and(gone) {
            extra.modules.imports.pop();
        }
        extra.modules.imports.len() < imports
    }

    /// Forgets the names of frame `index` and of those above.
    pub(super) fn end_scopes_from(&mut self, index: usize) {
        let Some(extra) = &mut self.extra else { return };
        while extra.variables.last().is_some_and(|v| v.owner as usize >= index) {
            extra.variables.pop();
        }
        while extra.modules.imports.last().is_some_and(|i| i.owner as usize >= index) {
            extra.modules.imports.pop();
        }
    }

    /// Whether a variable of this name is visible to the code on top.
    pub(super) fn is_defined(&self, name: &str) -> bool {
        let owner = self.owner() as u32;
        if self.extra.as_ref().is_some_and(|e| e.find(owner, name, 0).is_some()) {
            return true;
        }
        let Some(frame) = self.frames.last() else { return false };
        let known = self.function_of(frame).visible((frame.pc as usize).saturating_sub(1));
        let bound = |register: Reg| !matches!(self.stack[frame.base as usize + usize::from(register)], Value::Unbound);
        known.iter().any(|(n, register)| n == name && bound(*register))
    }
}
