//! Operators of one and two operands, with an instruction of their own or a call site.

use super::function::FunctionBuilder;
use super::stmt::small_integer;
use super::{Compiled, Compiler};
use crate::bytecode::{Op, Reg};
use rhai::{Expr, ImmutableString, Position, Token};

impl Compiler {
    /// Operators of two operands.
    pub(super) fn binary(
        &mut self,
        f: &mut FunctionBuilder,
        token: &Token,
        name: &ImmutableString,
        args: &[Expr],
        position: Position,
        d: Reg,
    ) -> Compiled {
        let site = self.native_site(name, 2, position);
        if let Some(i) = small_integer(&args[1]) {
            if let Some(make) = immediate(token) {
                let a = self.operand(f, &args[0])?;
                f.position = position;
                f.emit_at(make(d, a, i), site);
                return Ok(());
            }
        }
        let (a, b) = self.operands(f, &args[0], &args[1])?;
        f.position = position;
        f.emit_at(plain(token)(d, a, b), site);
        Ok(())
    }

    /// Operators of one operand.
    pub(super) fn unary(&mut self, f: &mut FunctionBuilder, token: &Token, name: &ImmutableString, e: &Expr, position: Position, d: Reg) -> Compiled {
        let site = self.native_site(name, 1, position);
        let a = self.operand(f, e)?;
        f.position = position;
        f.emit_at(
            match token {
                Token::Bang => Op::Not(d, a),
                Token::Minus | Token::UnaryMinus => Op::Neg(d, a),
                _ => Op::Unary(d, a),
            },
            site,
        );
        Ok(())
    }
}

fn immediate(token: &Token) -> Option<fn(Reg, Reg, i16) -> Op> {
    Some(match token {
        Token::Plus => Op::AddI,
        Token::Minus => Op::SubI,
        Token::Multiply => Op::MulI,
        Token::Modulo => Op::RemI,
        _ => return None,
    })
}

fn plain(token: &Token) -> fn(Reg, Reg, Reg) -> Op {
    match token {
        Token::Plus => Op::Add,
        Token::Minus => Op::Sub,
        Token::Multiply => Op::Mul,
        Token::Divide => Op::Div,
        Token::Modulo => Op::Rem,
        Token::LessThan => Op::Lt,
        Token::LessThanEqualsTo => Op::Le,
        Token::GreaterThan => Op::Gt,
        Token::GreaterThanEqualsTo => Op::Ge,
        Token::EqualsTo => Op::Eq,
        Token::NotEqualsTo => Op::Ne,
        _ => Op::Binary,
    }
}
