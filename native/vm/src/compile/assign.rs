//! Assignments to variables and to `this`; those to chains stand in `chain`.

use super::function::FunctionBuilder;
use super::stmt::small_integer;
use super::{unsupported, Compiled, Compiler};
use crate::bytecode::{Op, Reg};
use crate::program::{Arithmetic, NO_SITE};
use rhai::{Dynamic, EvalAltResult, Expr, ImmutableString, OpAssignment, Position};

impl Compiler {
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub(super) fn assignment(&mut self, f: &mut FunctionBuilder, op: &OpAssignment, left: &Expr, right: &Expr) -> Compiled {
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
            Expr::Variable(v, _, position) => {
                let value = f.temporary()?;
                self.expression(f, right, value)?;
                let t = f.temporary()?;
                self.qualified_variable(f, &v.2, &v.1, t)?;
                self.assign_register(f, op, t, &v.1, *position, value)
            }
            chain => self.assign_chain(f, op, chain, right),
        }
    }

    fn assign_variable(&mut self, f: &mut FunctionBuilder, op: &OpAssignment, name: &ImmutableString, position: Position, right: &Expr) -> Compiled {
        if f.dynamic {
            let value = f.temporary()?;
            self.expression(f, right, value)?;
            let register = self.lend(f, name, position)?;
            self.assign_register(f, op, register, name, position, value)?;
            self.give_back(f);
            return Ok(());
        }
        let local = f.find(name);
        if let (Some(register), Some(i), "+=") = (local, small_integer(right), operator(op)) {
            let site = self.op_sites(op, name, position);
            f.position = op.position();
            f.emit_at(Op::AddSetI(register, i), site);
            return Ok(());
        }
        if let (Some(register), Expr::StringConstant(..) | Expr::CharConstant(..), "+=", Some(text)) =
            (local, right, operator(op), right.get_literal_value(None))
        {
            let site = self.op_sites(op, name, position);
            let k = self.suffix(text);
            f.position = op.position();
            f.emit_at(Op::AddSetK(register, k), site);
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
        if self.program.has_function(name) {
            self.fail(f, EvalAltResult::ErrorAssignmentToConstant(name.to_string(), position));
        } else {
            self.unknown_variable(f, name, position);
        }
        Ok(())
    }

    fn suffix(&mut self, operand: Dynamic) -> u32 {
        self.program.suffixes.push(operand.into());
        super::index(self.program.suffixes.len())
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

/// What the machine knows of the operator.
pub(super) fn arithmetic(op: &OpAssignment) -> Arithmetic {
    match operator(op) {
        "+=" => Arithmetic::Add,
        "-=" => Arithmetic::Sub,
        "*=" => Arithmetic::Mul,
        _ => Arithmetic::Other,
    }
}

/// Lets the instruction that computed temporary `from` write variable `to` at once. Only for instructions that write
/// once, after they read.
fn retarget(f: &mut FunctionBuilder, from: Reg, to: Reg) -> bool {
    let Some(op) = f.last() else { return false };
    match op {
        Op::Add(d, ..) | Op::Sub(d, ..) | Op::Mul(d, ..) | Op::Div(d, ..) | Op::Rem(d, ..) | Op::Binary(d, ..) if *d == from => *d = to,
        Op::AddI(d, ..) | Op::SubI(d, ..) | Op::MulI(d, ..) | Op::RemI(d, ..) if *d == from => *d = to,
        Op::Lt(d, ..) | Op::Le(d, ..) | Op::Gt(d, ..) | Op::Ge(d, ..) | Op::Eq(d, ..) | Op::Ne(d, ..) if *d == from => *d = to,
        Op::Int(d, _) | Op::Unit(d) | Op::Bool(d, _) | Op::Const(d, _) if *d == from => *d = to,
        Op::Move(d, _) | Op::Not(d, _) | Op::Neg(d, _) | Op::Index(d, ..) | Op::Property(d, _) if *d == from => *d = to,
        Op::Call(_, _, d) | Op::Method(_, _, d) | Op::CallNamed(_, d, _) | Op::Host(_, _, d) if *d == from => *d = to,
        _ => return false,
    }
    true
}
