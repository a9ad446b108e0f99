//! What names mean in a function under construction.

use super::function::{FunctionBuilder, Local};
use super::{scan::Facts, Compiled};
use crate::bytecode::{Op, Reg};
use crate::program::{Range, ScopeView};
use rhai::ImmutableString;

impl FunctionBuilder {
    /// Declares a variable in a register of its own.
    pub(super) fn variable(&mut self, name: &ImmutableString, _constant: bool) -> Compiled<Reg> {
        let register = self.temporary()?;
        self.declare(name, register);
        Ok(register)
    }

    /// Makes `register` visible as `name`.
    pub(super) fn declare(&mut self, name: &ImmutableString, register: Reg) {
        self.ranges.push(Range {
            name: name.clone(),
            register,
            from: self.code.len() as u32,
            to: u32::MAX,
        });
        self.locals.push(Local {
            name: name.clone(),
            register,
            range: self.ranges.len() - 1,
        });
    }

    /// A variable that the script expects from outside.
    pub(super) fn expect(&mut self, name: &ImmutableString, register: Reg) {
        self.outer_places.insert(name.clone(), self.outer.len());
        self.outer.push((name.clone(), register));
    }

    /// The register that `name` means, whatever happens at run time.
    pub(super) fn find(&self, name: &str) -> Option<Reg> {
        if self.dynamic {
            return None;
        }
        self.locals.iter().rev().find(|l| l.name == name).map(|l| l.register)
    }

    pub(super) fn find_outer(&self, name: &str) -> Option<Reg> {
        if self.dynamic {
            return None;
        }
        self.outer_places.get(name).map(|place| self.outer[*place].1)
    }

    /// The register that `name` means unless a text declared such a variable since, and its number among all.
    pub(super) fn find_static(&self, name: &str) -> (Reg, usize) {
        let outer = self.outer.len();
        let local = self.locals.iter().enumerate().rev().find(|(_, l)| l.name == name);
        if let Some((index, local)) = local {
            return (local.register, outer + index);
        }
        let known = self.outer_places.get(name);
        known.map_or((Reg::MAX, 0), |place| (self.outer[*place].1, *place))
    }

    /// How many variables are visible.
    pub(super) fn visible(&self) -> usize {
        self.outer.len() + self.locals.len()
    }

    /// Variables that texts declared deeper than `depth` are gone from here on.
    pub(super) fn end_scope(&mut self, depth: u32) {
        if self.scoped {
            self.emit(Op::EndScope(depth as u16));
        }
    }

    /// The place where code that runs inside this function would start now.
    pub(super) fn view(&self, site: u32) -> ScopeView {
        ScopeView {
            free: self.next as Reg,
            depth: self.depth as u16,
            is_root: self.in_root,
            site,
        }
    }

    /// A function that runs inside another one, at this place of it.
    pub(super) fn inside(name: ImmutableString, facts: &Facts, view: &ScopeView, names: &[(ImmutableString, Reg)]) -> Self {
        let mut builder = Self::new(name, facts, false);
        builder.dynamic = true;
        builder.scoped = true;
        builder.in_root = view.is_root;
        builder.is_inside = true;
        builder.base_depth = u32::from(view.depth);
        builder.depth = builder.base_depth;
        builder.shared = view.free;
        builder.next = usize::from(view.free);
        builder.most = builder.next;
        for (name, register) in names {
            builder.declare(name, *register);
        }
        builder
    }
}
