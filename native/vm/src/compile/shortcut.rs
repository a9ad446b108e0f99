//! `place = place op value`: what people write for `place op= value`. The machine tries the one walk first; the two
//! walks of the long way follow, for everything that is not plain.

use super::expr::local_of;
use super::function::FunctionBuilder;
use super::{Compiled, Compiler};
use crate::bytecode::Op;
use crate::program::{Arithmetic, End, NO_SITE};
use rhai::{Expr, OpAssignment, Token};

impl Compiler {
    /// The returned jump, taken when the short way worked, leads over the long way.
    pub(super) fn shortcut(&mut self, f: &mut FunctionBuilder, op: &OpAssignment, left: &Expr, right: &Expr) -> Compiled<Option<usize>> {
        let Some((how, operand)) = self.own_change(f, op, left, right) else {
            return Ok(None);
        };
        if local_of(f, operand).is_none() && !operand.is_constant() {
            return Ok(None);
        }
        let value = f.temporary()?;
        self.expression(f, operand, value)?;
        let chain = self.chain(f, left, End::OpSet(NO_SITE, value, how), op.position())?;
        f.emit(Op::Attempt(chain));
        Ok(Some(f.emit(Op::Jump(0))))
    }

    /// The operator and the operand of `place = place op operand`.
    fn own_change<'a>(&self, f: &FunctionBuilder, op: &OpAssignment, left: &Expr, right: &'a Expr) -> Option<(Arithmetic, &'a Expr)> {
        let Expr::FnCall(call, _) = right else { return None };
        let how = match call.op_token {
            Some(Token::Plus) => Arithmetic::Add,
            Some(Token::Minus) => Arithmetic::Sub,
            Some(Token::Multiply) => Arithmetic::Mul,
            _ => return None,
        };
        let [first, second] = call.args.as_slice() else { return None };
        let plain = !op.is_op_assignment() && self.meaning(&call.name, 2).function.is_none();
        (plain && same_place(f, left, first)).then_some((how, second))
    }
}

/// Whether both name the same place: the same local variable, and on the way only properties, locals and constants.
fn same_place(f: &FunctionBuilder, a: &Expr, b: &Expr) -> bool {
    match (a, b) {
        (Expr::Dot(x, flags, _), Expr::Dot(y, others, _)) | (Expr::Index(x, flags, _), Expr::Index(y, others, _)) => {
            flags == others && same_place(f, &x.lhs, &y.lhs) && same_place(f, &x.rhs, &y.rhs)
        }
        (Expr::Variable(..), Expr::Variable(..)) => local_of(f, a).is_some() && local_of(f, a) == local_of(f, b),
        (Expr::Property(x, _), Expr::Property(y, _)) => x.2 == y.2,
        (Expr::IntegerConstant(x, _), Expr::IntegerConstant(y, _)) => x == y,
        (Expr::StringConstant(x, _), Expr::StringConstant(y, _)) => x == y,
        _ => false,
    }
}
