//! Statements. `want` is the register that takes the statement's value, when somebody wants it.

use super::function::FunctionBuilder;
use super::{unsupported, Compiled, Compiler};
use crate::bytecode::{Op, Reg};
use crate::program::NO_SITE;
use rhai::{ASTFlags, EvalAltResult, Expr, FlowControl, Ident, ImmutableString, Position, Stmt};

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
                self.import(f, &x.0, &x.1.name, *position)?;
                self.no_value(f, want)
            }
            Stmt::Export(x, _) => {
                let alias = if x.1.name.is_empty() { &x.0.name } else { &x.1.name };
                self.export(f, &x.0.name, alias, x.0.pos);
                self.no_value(f, want)
            }
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

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn declaration(&mut self, f: &mut FunctionBuilder, name: &Ident, value: &Expr, flags: ASTFlags) -> Compiled {
        let constant = flags.contains(ASTFlags::CONSTANT);
        if f.publishes == Some(f.depth) {
            return self.published(f, name, value, flags);
        }
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
        if flags.contains(ASTFlags::EXPORTED) {
            self.export(f, &name.name, &name.name, name.pos);
        }
        Ok(())
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn if_statement(&mut self, f: &mut FunctionBuilder, x: &FlowControl, want: Option<Reg>) -> Compiled {
        let otherwise = self.condition(f, &x.expr)?;
        self.block(f, x.body.statements(), want)?;
        if x.branch.is_empty() && want.is_none() {
            return otherwise.into_iter().try_for_each(|jump| f.land(jump));
        }
        let end = f.emit(Op::Jump(0));
        otherwise.into_iter().try_for_each(|jump| f.land(jump))?;
        self.block(f, x.branch.statements(), want)?;
        f.land(end)
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
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
        self.end_function(f);
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
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn try_catch(&mut self, f: &mut FunctionBuilder, x: &FlowControl, want: Option<Reg>) -> Compiled {
        let error = f.temporary()?;
        let depth = f.depth;
        let handler = f.emit_at(Op::Try(error, 0), if x.expr.is_unit() { NO_SITE } else { 0 });
        f.tries += 1;
        self.block(f, x.body.statements(), want)?;
        f.emit(Op::EndTry);
        let end = f.emit(Op::Jump(0));
        f.land(handler)?;
        f.end_scope(depth);
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

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn share(&mut self, f: &mut FunctionBuilder, variable: &Ident) -> Compiled {
        f.position = variable.pos;
        if f.dynamic {
            let register = self.lend(f, &variable.name, variable.pos)?;
            f.emit(Op::Share(register));
            self.give_back(f);
        } else if let Some(register) = f.find(&variable.name) {
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
