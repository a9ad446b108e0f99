//! Statements. `want` is the register that takes the statement's value, when somebody wants it.

use super::function::FunctionBuilder;
use super::{unsupported, Compiled, Compiler};
use crate::bytecode::{Op, Reg};
use crate::program::NO_SITE;
use rhai::{ASTFlags, EvalAltResult, Expr, FlowControl, Ident, ImmutableString, OpAssignment, Position, Stmt};

impl Compiler {
    /// Statements of a block; the last one's value is wanted.
    pub(super) fn statements(&mut self, f: &mut FunctionBuilder, statements: &[Stmt], want: Option<Reg>) -> Compiled {
        if let (Some(d), true) = (want, statements.is_empty()) {
            f.emit(Op::Unit(d));
        }
        for (i, statement) in statements.iter().enumerate() {
            let last = i + 1 == statements.len();
            self.statement(f, statement, want.filter(|_| last))?;
        }
        Ok(())
    }

    /// A block with its own names.
    pub(super) fn block(&mut self, f: &mut FunctionBuilder, statements: &[Stmt], want: Option<Reg>) -> Compiled {
        f.block(|f| self.statements(f, statements, want))
    }

    fn statement(&mut self, f: &mut FunctionBuilder, statement: &Stmt, want: Option<Reg>) -> Compiled {
        let position = statement.position();
        if !position.is_none() {
            f.position = position;
        }
        if let Stmt::Var(x, flags, _) = statement {
            self.declaration(f, &x.0, &x.1, *flags)?;
            return self.no_value(f, want);
        }
        let mark = f.mark();
        self.plain_statement(f, statement, want)?;
        f.release(mark);
        Ok(())
    }

    /// A statement that declares nothing.
    fn plain_statement(&mut self, f: &mut FunctionBuilder, statement: &Stmt, want: Option<Reg>) -> Compiled {
        match statement {
            Stmt::Noop(_) => self.no_value(f, want),
            Stmt::Expr(e) => {
                let d = wanted(f, want)?;
                self.expression(f, e, d)
            }
            Stmt::FnCall(call, position) => {
                let d = wanted(f, want)?;
                self.call(f, call, *position, d)
            }
            Stmt::Block(block) => self.block(f, block.statements(), want),
            Stmt::If(x, _) => self.if_statement(f, x, want),
            Stmt::Switch(x, _) => {
                let d = wanted(f, want)?;
                self.switch(f, &x.0, &x.1, d)
            }
            Stmt::While(x, _) => self.while_loop(f, x, want),
            Stmt::Do(x, flags, _) => self.do_loop(f, x, flags.contains(ASTFlags::NEGATED), want),
            Stmt::For(x, _) => self.for_loop(f, &x.0, x.1.as_ref(), &x.2, want),
            Stmt::BreakLoop(value, flags, position) => self.leave_loop(f, value.as_deref(), flags.contains(ASTFlags::BREAK), *position),
            Stmt::Return(value, flags, position) => self.return_or_throw(f, value.as_deref(), flags.contains(ASTFlags::BREAK), *position),
            Stmt::TryCatch(x, _) => self.try_catch(f, x, want),
            Stmt::Assignment(x) => {
                self.assignment(f, &x.0, &x.1.lhs, &x.1.rhs)?;
                self.no_value(f, want)
            }
            Stmt::Share(variables) => {
                for (variable, _) in variables.iter() {
                    self.share(f, variable)?;
                }
                self.no_value(f, want)
            }
            Stmt::Import(x, position) => {
                if let Expr::StringConstant(path, at) = &x.0 {
                    let (line, column) = super::line_column(*at);
                    self.program.paths.push((path.to_string(), line, column));
                }
                unsupported("import", *position)
            }
            Stmt::Export(_, position) => unsupported("export", *position),
            other => unsupported(&format!("{other:?}"), other.position()),
        }
    }

    /// The value of a statement that has none.
    pub(super) fn no_value(&mut self, f: &mut FunctionBuilder, want: Option<Reg>) -> Compiled {
        if let Some(d) = want {
            f.emit(Op::Unit(d));
        }
        Ok(())
    }

    fn declaration(&mut self, f: &mut FunctionBuilder, name: &Ident, value: &Expr, flags: ASTFlags) -> Compiled {
        if flags.contains(ASTFlags::EXPORTED) {
            return unsupported("export", name.pos);
        }
        let constant = flags.contains(ASTFlags::CONSTANT);
        let register = f.temporary()?;
        let mark = f.mark();
        self.expression(f, value, register)?;
        f.release(mark);
        if constant {
            f.emit(Op::Freeze(register));
        }
        f.declare(&name.name, register);
        if f.is_root && f.depth == 0 {
            self.root_variable(&name.name, register, constant, false);
            if constant && self.has_functions {
                let site = self.native_site(&name.name, 0, name.pos);
                f.emit_at(Op::StoreGlobal(register), site);
            }
        }
        Ok(())
    }

    fn if_statement(&mut self, f: &mut FunctionBuilder, x: &FlowControl, want: Option<Reg>) -> Compiled {
        let otherwise = self.condition(f, &x.expr)?;
        self.block(f, x.body.statements(), want)?;
        if x.branch.is_empty() && want.is_none() {
            return f.land(otherwise);
        }
        let end = f.emit(Op::Jump(0));
        f.land(otherwise)?;
        self.block(f, x.branch.statements(), want)?;
        f.land(end)
    }

    fn return_or_throw(&mut self, f: &mut FunctionBuilder, value: Option<&Expr>, throw: bool, position: Position) -> Compiled {
        let r = f.temporary()?;
        match value {
            Some(e) => self.expression(f, e, r)?,
            None => drop(f.emit(Op::Unit(r))),
        }
        f.position = position;
        if throw {
            f.emit(Op::Throw(r));
            return Ok(());
        }
        for _ in 0..f.tries {
            f.emit(Op::EndTry);
        }
        for _ in 0..f.iterators {
            f.emit(Op::IterDrop);
        }
        f.emit(Op::Return(r));
        Ok(())
    }

    /// The body's value when it succeeds, `()` after the handler.
    fn try_catch(&mut self, f: &mut FunctionBuilder, x: &FlowControl, want: Option<Reg>) -> Compiled {
        let error = f.temporary()?;
        let handler = f.emit_at(Op::Try(error, 0), if x.expr.is_unit() { NO_SITE } else { 0 });
        f.tries += 1;
        self.block(f, x.body.statements(), want)?;
        f.emit(Op::EndTry);
        let end = f.emit(Op::Jump(0));
        f.land(handler)?;
        f.block(|f| {
            if let Expr::Variable(v, ..) = &x.expr {
                f.declare(&v.1, error);
            }
            self.statements(f, x.branch.statements(), None)
        })?;
        f.tries -= 1;
        f.emit(Op::EndTry);
        self.no_value(f, want)?;
        f.land(end)
    }

    fn share(&mut self, f: &mut FunctionBuilder, variable: &Ident) -> Compiled {
        f.position = variable.pos;
        if let Some(register) = f.find(&variable.name) {
            f.emit(Op::Share(register));
        } else if let Some(register) = f.find_outer(&variable.name) {
            self.check_outer(f, &variable.name, register, variable.pos);
            f.emit(Op::Share(register));
        } else {
            self.unknown_variable(f, &variable.name, variable.pos);
        }
        Ok(())
    }

    pub(super) fn check_outer(&mut self, f: &mut FunctionBuilder, name: &ImmutableString, register: Reg, position: Position) {
        let site = self.native_site(name, 0, position);
        f.position = position;
        f.emit_at(Op::CheckOuter(register), site);
    }

    pub(super) fn fail(&mut self, f: &mut FunctionBuilder, error: EvalAltResult) {
        self.program.errors.push(error);
        let k = super::index(self.program.errors.len());
        f.emit(Op::Fail(k));
    }

    pub(super) fn unknown_variable(&mut self, f: &mut FunctionBuilder, name: &str, position: Position) {
        f.position = position;
        self.fail(f, EvalAltResult::ErrorVariableNotFound(name.to_owned(), position));
    }

    fn assignment(&mut self, f: &mut FunctionBuilder, op: &OpAssignment, left: &Expr, right: &Expr) -> Compiled {
        match left {
            Expr::ThisPtr(position) => {
                let value = f.temporary()?;
                self.expression(f, right, value)?;
                let Some(this) = f.this else { return unsupported("this", *position) };
                f.position = *position;
                f.emit(Op::CheckThis(this));
                self.assign_register(f, op, this, &"".into(), *position, value)
            }
            Expr::Variable(v, _, position) if v.2.is_empty() => self.assign_variable(f, op, &v.1, *position, right),
            Expr::Variable(_, _, position) => unsupported("assignment to a module's variable", *position),
            chain => self.assign_chain(f, op, chain, right),
        }
    }

    fn assign_variable(&mut self, f: &mut FunctionBuilder, op: &OpAssignment, name: &ImmutableString, position: Position, right: &Expr) -> Compiled {
        let local = f.find(name);
        if let (Some(register), Some(i), "+=") = (local, small_integer(right), operator(op)) {
            let site = self.op_sites(op, name, position);
            f.position = op.position();
            f.emit_at(Op::AddSetI(register, i), site);
            return Ok(());
        }
        let value = match (local, right) {
            (Some(_), Expr::Variable(v, ..)) if op.is_op_assignment() && v.2.is_empty() && f.find(&v.1).is_some() && f.find(&v.1) != local => {
                f.find(&v.1).unwrap_or(0)
            }
            _ => {
                let t = f.temporary()?;
                self.expression(f, right, t)?;
                t
            }
        };
        if let Some(register) = local {
            if !op.is_op_assignment() && !f.captured.contains(name) && retarget(f, value, register) {
                return Ok(());
            }
            return self.assign_register(f, op, register, name, position, value);
        }
        if let Some(register) = f.find_outer(name) {
            self.check_outer(f, name, register, position);
            return self.assign_register(f, op, register, name, position, value);
        }
        f.position = position;
        if self.program.by_name.contains_key(name) {
            self.fail(f, EvalAltResult::ErrorAssignmentToConstant(name.to_string(), position));
        } else {
            self.unknown_variable(f, name, position);
        }
        Ok(())
    }

    fn assign_register(
        &mut self,
        f: &mut FunctionBuilder,
        op: &OpAssignment,
        target: Reg,
        name: &ImmutableString,
        position: Position,
        value: Reg,
    ) -> Compiled {
        let site = self.op_sites(op, name, position);
        f.position = op.position();
        let instruction = match operator(op) {
            "=" => Op::Set(target, value),
            "+=" => Op::AddSet(target, value),
            "-=" => Op::SubSet(target, value),
            "*=" => Op::MulSet(target, value),
            _ => Op::SetBy(target, value),
        };
        f.emit_at(instruction, site);
        Ok(())
    }

    /// Sites of an assignment: the variable's name, then the op-assignment, then its operator.
    fn op_sites(&mut self, op: &OpAssignment, name: &ImmutableString, position: Position) -> u32 {
        let site = self.native_site(name, 0, position);
        self.operator_sites(op);
        site
    }

    /// Sites of an op-assignment: `+=`, then `+`.
    pub(super) fn operator_sites(&mut self, op: &OpAssignment) -> u32 {
        let Some((_, _, _, assign, _, plain)) = op.get_op_assignment_info() else {
            return NO_SITE;
        };
        let site = self.native_site(assign, 2, op.position());
        self.native_site(plain, 2, op.position());
        site
    }
}

/// The operator's text, `=` for a plain assignment.
fn operator(op: &OpAssignment) -> &'static str {
    op.get_op_assignment_info().map_or("=", |(_, _, _, text, ..)| text)
}

pub(super) fn wanted(f: &mut FunctionBuilder, want: Option<Reg>) -> Compiled<Reg> {
    match want {
        Some(d) => Ok(d),
        None => f.temporary(),
    }
}

pub(super) fn small_integer(e: &Expr) -> Option<i16> {
    match e {
        Expr::IntegerConstant(i, _) => i16::try_from(*i).ok(),
        _ => None,
    }
}

/// Lets the instruction that computed temporary `from` write variable `to` at once. Only for instructions that write
/// once, after they read.
fn retarget(f: &mut FunctionBuilder, from: Reg, to: Reg) -> bool {
    let Some(op) = f.last() else { return false };
    match op {
        Op::Add(d, ..) | Op::Sub(d, ..) | Op::Mul(d, ..) | Op::Div(d, ..) | Op::Rem(d, ..) if *d == from => *d = to,
        Op::AddI(d, ..) | Op::SubI(d, ..) | Op::MulI(d, ..) | Op::RemI(d, ..) if *d == from => *d = to,
        Op::Int(d, _) | Op::Unit(d) if *d == from => *d = to,
        _ => return false,
    }
    true
}
