//! Conditions as jumps: comparisons, `&&` and `||` become branches, no Boolean is made on the way.

use super::function::FunctionBuilder;
use super::stmt::small_integer;
use super::{Compiled, Compiler};
use crate::bytecode::{Op, Reg};
use rhai::{Expr, Position, Token};

/// Jumps of a condition; the code goes on where it holds.
#[derive(Default)]
pub(super) struct Branches {
    /// Taken when it does not hold.
    pub(super) no: Vec<usize>,
    /// Taken when it holds before its end.
    pub(super) yes: Vec<usize>,
}

impl Compiler {
    /// Code that jumps (the returned instructions) when the condition does not hold.
    pub(super) fn condition(&mut self, f: &mut FunctionBuilder, e: &Expr) -> Compiled<Vec<usize>> {
        let branches = self.branches(f, e)?;
        for jump in branches.yes {
            f.land(jump)?;
        }
        Ok(branches.no)
    }

    pub(super) fn branches(&mut self, f: &mut FunctionBuilder, e: &Expr) -> Compiled<Branches> {
        match e {
            Expr::And(parts, _) => self.all_hold(f, parts),
            Expr::Or(parts, _) => self.one_holds(f, parts),
            e => Ok(Branches {
                no: vec![self.test(f, e)?],
                yes: Vec::new(),
            }),
        }
    }

    fn all_hold(&mut self, f: &mut FunctionBuilder, parts: &[Expr]) -> Compiled<Branches> {
        let mut all = Branches::default();
        for part in parts {
            for jump in std::mem::take(&mut all.yes) {
                f.land(jump)?;
            }
            let branches = self.branches(f, part)?;
            all.no.extend(branches.no);
            all.yes = branches.yes;
        }
        Ok(all)
    }

    fn one_holds(&mut self, f: &mut FunctionBuilder, parts: &[Expr]) -> Compiled<Branches> {
        let mut all = Branches::default();
        for (i, part) in parts.iter().enumerate() {
            let branches = self.branches(f, part)?;
            all.yes.extend(branches.yes);
            if i + 1 == parts.len() {
                all.no = branches.no;
                break;
            }
            all.yes.push(f.emit(Op::Jump(0)));
            for jump in branches.no {
                f.land(jump)?;
            }
        }
        Ok(all)
    }

    /// A jump that is taken when one part of a condition does not hold.
    fn test(&mut self, f: &mut FunctionBuilder, e: &Expr) -> Compiled<usize> {
        let mark = f.mark();
        let jump = match e {
            Expr::FnCall(call, position) if call.args.len() == 2 && self.short_jumps && fused(call.op_token.as_ref()) => {
                self.comparison(f, call.op_token.as_ref(), &call.name, &call.args, *position)?
            }
            _ => self.plain_condition(f, e)?,
        };
        f.release(mark);
        Ok(jump)
    }

    fn plain_condition(&mut self, f: &mut FunctionBuilder, e: &Expr) -> Compiled<usize> {
        let r = self.operand(f, e)?;
        f.position = e.position();
        Ok(f.emit(Op::JumpIfNot(r, 0)))
    }

    fn comparison(
        &mut self,
        f: &mut FunctionBuilder,
        token: Option<&Token>,
        name: &rhai::ImmutableString,
        args: &[Expr],
        position: Position,
    ) -> Compiled<usize> {
        let site = self.native_site(name, 2, position);
        if let Some(i) = small_integer(&args[1]) {
            let a = self.operand(f, &args[0])?;
            f.position = position;
            return Ok(f.emit_at(compare_immediate(token, a, i), site));
        }
        let (a, b) = self.operands(f, &args[0], &args[1])?;
        f.position = position;
        Ok(f.emit_at(compare(token, a, b), site))
    }
}

/// Whether the comparison has a fused jump.
fn fused(token: Option<&Token>) -> bool {
    matches!(
        token,
        Some(Token::LessThan | Token::LessThanEqualsTo | Token::GreaterThan | Token::GreaterThanEqualsTo | Token::EqualsTo | Token::NotEqualsTo)
    )
}

fn compare(token: Option<&Token>, a: Reg, b: Reg) -> Op {
    match token {
        Some(Token::LessThan) => Op::JumpNotLt(a, b, 0),
        Some(Token::LessThanEqualsTo) => Op::JumpNotLe(a, b, 0),
        Some(Token::GreaterThan) => Op::JumpNotGt(a, b, 0),
        Some(Token::GreaterThanEqualsTo) => Op::JumpNotGe(a, b, 0),
        Some(Token::EqualsTo) => Op::JumpNotEq(a, b, 0),
        _ => Op::JumpNotNe(a, b, 0),
    }
}

fn compare_immediate(token: Option<&Token>, a: Reg, i: i16) -> Op {
    match token {
        Some(Token::LessThan) => Op::JumpNotLtI(a, i, 0),
        Some(Token::LessThanEqualsTo) => Op::JumpNotLeI(a, i, 0),
        Some(Token::GreaterThan) => Op::JumpNotGtI(a, i, 0),
        Some(Token::GreaterThanEqualsTo) => Op::JumpNotGeI(a, i, 0),
        Some(Token::EqualsTo) => Op::JumpNotEqI(a, i, 0),
        _ => Op::JumpNotNeI(a, i, 0),
    }
}
