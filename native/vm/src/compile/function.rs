//! One function under construction: its code, its registers, its names.
//!
//! Registers are a stack: variables and temporaries of a block are freed at its end. Variables of the top level and
//! outer variables are never freed, so that they can be read when the run is over.

use super::{line_column, scan::Facts, Compiled, Stop};
use crate::bytecode::{Op, Reg};
use crate::program::{Function, Names, Range, NO_SITE};
use crate::CompileError;
use rhai::{ImmutableString, Position};
use std::collections::HashSet;

/// A loop being compiled: where `break` and `continue` go.
pub(super) struct LoopScope {
    pub(super) breaks: Vec<usize>,
    pub(super) continues: Vec<usize>,
    /// `continue` jumps back to the loop's beginning (and not on to its condition): it is metered itself.
    pub(super) continues_back: bool,
    /// Where the value of `break` goes.
    pub(super) result: Option<Reg>,
    /// Try blocks and iterators open outside of the loop's body.
    pub(super) tries: u32,
    pub(super) iterators: u32,
    /// Depth of blocks outside of the body.
    pub(super) depth: u32,
}

/// A visible variable.
pub(super) struct Local {
    pub(super) name: ImmutableString,
    pub(super) register: Reg,
    /// Where it is visible.
    pub(super) range: usize,
}

pub(super) struct FunctionBuilder {
    name: ImmutableString,
    pub(super) code: Vec<Op>,
    positions: Vec<Position>,
    sites: Vec<u32>,
    pub(super) next: usize,
    pub(super) most: usize,
    /// Registers that are the caller's.
    pub(super) shared: Reg,
    /// Position given to the next instructions.
    pub(super) position: Position,
    pub(super) locals: Vec<Local>,
    /// Variables the script expects from outside (top level only).
    pub(super) outer: Vec<(ImmutableString, Reg)>,
    /// Where each of them stands in that list.
    pub(super) outer_places: Names<usize>,
    /// Names some closure captures: they may become shared at any time.
    pub(super) captured: HashSet<ImmutableString>,
    pub(super) this: Option<Reg>,
    pub(super) loops: Vec<LoopScope>,
    pub(super) tries: u32,
    pub(super) iterators: u32,
    /// Depth of blocks; 0 = directly in the body.
    pub(super) depth: u32,
    pub(super) is_root: bool,
    /// Its variables are the top level's.
    pub(super) in_root: bool,
    /// It runs inside another function's frame.
    pub(super) is_inside: bool,
    /// Blocks have ends that the run must know of: modules are imported here, or texts are run.
    pub(super) scoped: bool,
    /// Texts of `eval` may declare variables here: names are resolved by the run.
    pub(super) dynamic: bool,
    /// Depth at which the code began: what is deeper ends with it.
    pub(super) base_depth: u32,
    /// Variables declared at this depth outlive the code: it is the text of an `eval`.
    pub(super) publishes: Option<u32>,
    /// Where each variable is visible; kept only where code may run inside this function.
    pub(super) ranges: Vec<Range>,
    pub(super) keeps_names: bool,
    /// How many variables are lent to the instruction being compiled.
    pub(super) lent: u32,
    /// The instruction some jump lands on: the one before it is not the only way here.
    landing: usize,
}

impl FunctionBuilder {
    pub(super) fn new(name: ImmutableString, facts: &Facts, is_root: bool) -> Self {
        Self {
            name,
            code: Vec::new(),
            positions: Vec::new(),
            sites: Vec::new(),
            next: 0,
            most: 0,
            shared: 0,
            position: Position::NONE,
            locals: Vec::new(),
            outer: Vec::new(),
            outer_places: Names::default(),
            captured: facts.captured.clone(),
            this: None,
            loops: Vec::new(),
            tries: 0,
            iterators: 0,
            depth: 0,
            is_root,
            in_root: is_root,
            is_inside: false,
            scoped: facts.evaluates || facts.imports,
            dynamic: facts.evaluates,
            base_depth: 0,
            publishes: None,
            ranges: Vec::new(),
            keeps_names: facts.evaluates || facts.lends_scope || facts.asks_names,
            lent: 0,
            landing: 0,
        }
    }

    pub(super) fn finish(self) -> Function {
        Function {
            name: self.name,
            code: self.code,
            positions: self.positions,
            sites: self.sites,
            registers: self.most as u16,
            parameters: 0,
            shared: self.shared,
            this: self.this,
            names: if self.keeps_names { self.ranges } else { Vec::new() },
        }
    }

    // ---- code

    pub(super) fn emit(&mut self, op: Op) -> usize {
        self.emit_at(op, NO_SITE)
    }

    pub(super) fn emit_at(&mut self, op: Op, site: u32) -> usize {
        self.code.push(op);
        self.positions.push(self.position);
        self.sites.push(site);
        self.code.len() - 1
    }

    /// The last instruction, when it is the only way to here.
    pub(super) fn last(&mut self) -> Option<&mut Op> {
        if self.landing == self.code.len() {
            return None;
        }
        self.code.last_mut()
    }

    /// Replaces the last instruction by one that jumps back to `to`, when it can reach so far.
    pub(super) fn turn_back(&mut self, from: usize, to: usize) -> bool {
        let is_last = self.landing != self.code.len() && from + 1 == self.code.len();
        let distance = i16::try_from(to as i64 - from as i64 - 1);
        match (is_last, distance) {
            (true, Ok(distance)) => match self.code[from].looping(distance) {
                Some(op) => {
                    self.code[from] = op;
                    true
                }
                None => false,
            },
            _ => false,
        }
    }

    /// Whether every kind of jump at `at` can go to instruction `to`.
    pub(super) fn reaches(&self, at: usize, to: usize) -> bool {
        i16::try_from(to as i64 - at as i64 - 1).is_ok()
    }

    /// Lets a plain jump count as a jump back.
    pub(super) fn meter(&mut self, at: usize) {
        if let Op::Jump(to) = self.code[at] {
            self.code[at] = Op::Loop(to);
        }
    }

    /// Index of the next instruction.
    pub(super) fn here(&self) -> usize {
        self.code.len()
    }

    /// Tells that a jump lands here (a switch table's entry).
    pub(super) fn label(&mut self) -> usize {
        self.landing = self.code.len();
        self.landing
    }

    /// Lets the jump at `at` go to the next instruction.
    pub(super) fn land(&mut self, at: usize) -> Compiled {
        let to = self.label();
        self.jump_to(at, to)
    }

    /// Lets the jump at `at` go to instruction `to`.
    pub(super) fn jump_to(&mut self, at: usize, to: usize) -> Compiled {
        let distance = to as i64 - at as i64 - 1;
        let position = self.positions[at];
        match &mut self.code[at] {
            Op::Jump(o) | Op::Loop(o) | Op::JumpIf(_, o) | Op::JumpIfNot(_, o) | Op::JumpIfSome(_, o) | Op::IterLoop(_, o) | Op::Try(_, o) => {
                *o = i32::try_from(distance).map_err(|_| too_large("function", position))?;
            }
            Op::JumpNotLt(_, _, o)
            | Op::JumpNotLe(_, _, o)
            | Op::JumpNotGt(_, _, o)
            | Op::JumpNotGe(_, _, o)
            | Op::JumpNotEq(_, _, o)
            | Op::JumpNotNe(_, _, o)
            | Op::JumpNotLtI(_, _, o)
            | Op::JumpNotLeI(_, _, o)
            | Op::JumpNotGtI(_, _, o)
            | Op::JumpNotGeI(_, _, o)
            | Op::JumpNotEqI(_, _, o)
            | Op::JumpNotNeI(_, _, o)
            | Op::RangeLoop(_, _, o) => {
                *o = i16::try_from(distance).map_err(|_| Stop::TooFar)?;
            }
            other => unreachable!("{other:?} does not jump"),
        }
        Ok(())
    }

    // ---- registers

    pub(super) fn temporary(&mut self) -> Compiled<Reg> {
        let register = Reg::try_from(self.next)
            .ok()
            .filter(|r| *r < Reg::MAX)
            .ok_or_else(|| too_large("function", self.position))?;
        self.next += 1;
        self.most = self.most.max(self.next);
        Ok(register)
    }

    /// Marks the place to free registers back to.
    pub(super) fn mark(&self) -> usize {
        self.next
    }

    /// Frees the registers taken since `mark`.
    pub(super) fn release(&mut self, mark: usize) {
        self.next = mark;
    }

    /// Runs `inner` in a block of its own: names and registers end with it.
    pub(super) fn block<T>(&mut self, inner: impl FnOnce(&mut Self) -> Compiled<T>) -> Compiled<T> {
        let (names, registers) = (self.locals.len(), self.mark());
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        self.end_scope(self.depth);
        let end = self.code.len() as u32;
        for local in self.locals.drain(names..) {
            self.ranges[local.range].to = end;
        }
        self.release(registers);
        result
    }
}

pub(super) fn too_large(what: &str, position: Position) -> CompileError {
    let (line, column) = line_column(position);
    CompileError {
        message: format!("{what} too large"),
        line,
        column,
        limit: None,
    }
}

/// Number of the last of `count` things that instructions name by sixteen bits.
pub(super) fn numbered(count: usize, f: &FunctionBuilder) -> Compiled<u16> {
    u16::try_from(count - 1).map_err(|_| too_large("script", f.position).into())
}

/// The machine reads registers and code unchecked, so no function gets past this that could reach outside.
pub(super) fn finish(builder: FunctionBuilder) -> Compiled<Function> {
    let position = builder.position;
    let function = builder.finish();
    if crate::verify::verify(&function) {
        return Ok(function);
    }
    debug_assert!(false, "{:?} does not verify: {:?}", function.name, function.code);
    let (line, column) = line_column(position);
    Err(CompileError {
        message: "internal error: the code made of this script does not verify".into(),
        line,
        column,
        limit: None,
    }
    .into())
}
