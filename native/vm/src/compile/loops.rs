//! Loops, `break` and `continue`, conditions, and `switch`.

use super::function::{FunctionBuilder, LoopScope};
use super::stmt::small_integer;
use super::{unsupported, Compiled, Compiler};
use crate::bytecode::{Op, Reg};
use rhai::{Expr, FlowControl, Ident, Position, Token};

impl Compiler {
    /// Code that jumps (the returned instruction) when the condition does not hold.
    pub(super) fn condition(&mut self, f: &mut FunctionBuilder, e: &Expr) -> Compiled<usize> {
        let mark = f.mark();
        let jump = match e {
            Expr::FnCall(call, position) if call.args.len() == 2 && call.op_token.is_some() => {
                match fused(call.op_token.as_ref(), small_integer(&call.args[1]).is_some()) {
                    Some(_) => self.comparison(f, call.op_token.as_ref(), &call.name, &call.args, *position)?,
                    None => self.plain_condition(f, e)?,
                }
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

    fn open_loop(f: &mut FunctionBuilder, result: Option<Reg>) {
        let (tries, iterators, depth) = (f.tries, f.iterators, f.depth);
        f.loops.push(LoopScope {
            breaks: Vec::new(),
            continues: Vec::new(),
            result,
            tries,
            iterators,
            depth,
        });
    }

    /// Lands `continue` at `again`, jumps there, lands the exits here with the loop's plain value.
    fn close_loop(&mut self, f: &mut FunctionBuilder, again: usize, exits: &[usize], want: Option<Reg>) -> Compiled {
        let Some(scope) = f.loops.pop() else { return Ok(()) };
        for jump in scope.continues {
            f.jump_to(jump, again)?;
        }
        for exit in exits {
            f.land(*exit)?;
        }
        self.no_value(f, want)?;
        for jump in scope.breaks {
            f.land(jump)?;
        }
        Ok(())
    }

    /// The jump stands where the loop does: a limit that ends the run there shall say so.
    fn jump_back(f: &mut FunctionBuilder, to: usize, loop_position: Position) -> Compiled {
        f.position = loop_position;
        let jump = f.emit(Op::Loop(0));
        f.jump_to(jump, to)
    }

    pub(super) fn while_loop(&mut self, f: &mut FunctionBuilder, x: &FlowControl, want: Option<Reg>) -> Compiled {
        let (top, at) = (f.label(), f.position);
        let endless = matches!(x.expr, Expr::Unit(_) | Expr::BoolConstant(true, _));
        let exit = if endless { None } else { Some(self.condition(f, &x.expr)?) };
        Self::open_loop(f, want);
        self.block(f, x.body.statements(), None)?;
        Self::jump_back(f, top, at)?;
        self.close_loop(f, top, exit.as_slice(), want)
    }

    pub(super) fn do_loop(&mut self, f: &mut FunctionBuilder, x: &FlowControl, until: bool, want: Option<Reg>) -> Compiled {
        let (top, at) = (f.label(), f.position);
        Self::open_loop(f, want);
        self.block(f, x.body.statements(), None)?;
        // rhai's `continue` in a do loop skips the condition.
        let exit = if until {
            let stay = self.condition(f, &x.expr)?;
            let exit = f.emit(Op::Jump(0));
            f.land(stay)?;
            exit
        } else {
            self.condition(f, &x.expr)?
        };
        Self::jump_back(f, top, at)?;
        self.close_loop(f, top, &[exit], want)
    }

    pub(super) fn for_loop(
        &mut self,
        f: &mut FunctionBuilder,
        name: &Ident,
        counter: Option<&Ident>,
        x: &FlowControl,
        want: Option<Reg>,
    ) -> Compiled {
        f.block(|f| match &x.expr {
            Expr::FnCall(call, position) if is_range(call.op_token.as_ref()) && call.args.len() == 2 => {
                let inclusive = call.op_token == Some(Token::InclusiveRange);
                let start = f.temporary()?;
                let end = f.temporary()?;
                self.expression(f, &call.args[0], start)?;
                self.expression(f, &call.args[1], end)?;
                f.position = *position;
                let site = self.native_site(&call.name, 2, *position);
                f.emit_at(Op::RangeInit(start, inclusive), site);
                self.for_body(f, name, counter, x, want, |f, variable| f.emit(Op::RangeNext(variable, start, 0)))
            }
            e => {
                let source = f.temporary()?;
                self.expression(f, e, source)?;
                f.position = e.start_position();
                f.emit(Op::IterInit(source));
                f.iterators += 1;
                self.for_body(f, name, counter, x, want, |f, variable| f.emit(Op::IterNext(variable, 0)))?;
                f.iterators -= 1;
                f.emit(Op::IterDrop);
                Ok(())
            }
        })
    }

    fn for_body(
        &mut self,
        f: &mut FunctionBuilder,
        name: &Ident,
        counter: Option<&Ident>,
        x: &FlowControl,
        want: Option<Reg>,
        next: impl FnOnce(&mut FunctionBuilder, Reg) -> usize,
    ) -> Compiled {
        let counting = match counter {
            Some(counter) => {
                let hidden = f.temporary()?;
                let visible = f.variable(&counter.name, false)?;
                f.emit(Op::Int(hidden, 0));
                f.emit(Op::Int(visible, 0));
                Some((hidden, visible))
            }
            None => None,
        };
        let variable = f.variable(&name.name, false)?;
        f.emit(Op::Unit(variable));
        let (top, at) = (f.label(), f.position);
        let exit = next(f, variable);
        if let Some((hidden, visible)) = counting {
            f.emit(Op::Count(visible, hidden));
        }
        Self::open_loop(f, want);
        self.block(f, x.body.statements(), None)?;
        Self::jump_back(f, top, at)?;
        self.close_loop(f, top, &[exit], want)
    }

    pub(super) fn leave_loop(&mut self, f: &mut FunctionBuilder, value: Option<&Expr>, is_break: bool, position: Position) -> Compiled {
        let Some(scope) = f.loops.last() else {
            return unsupported("break outside of a loop", position);
        };
        let (tries, iterators, depth, result) = (scope.tries, scope.iterators, scope.depth, scope.result);
        if let Some(e) = value {
            let d = if is_break { super::stmt::wanted(f, result)? } else { f.temporary()? };
            self.expression(f, e, d)?;
        } else if let (Some(d), true) = (result, is_break) {
            f.emit(Op::Unit(d));
        }
        f.end_scope(depth);
        for _ in tries..f.tries {
            f.emit(Op::EndTry);
        }
        for _ in iterators..f.iterators {
            f.emit(Op::IterDrop);
        }
        // A `continue` goes back, so it is metered like the end of the body.
        let jump = f.emit(if is_break { Op::Jump(0) } else { Op::Loop(0) });
        if let Some(scope) = f.loops.last_mut() {
            if is_break {
                scope.breaks.push(jump)
            } else {
                scope.continues.push(jump)
            }
        }
        Ok(())
    }
}

fn is_range(token: Option<&Token>) -> bool {
    matches!(token, Some(Token::ExclusiveRange | Token::InclusiveRange))
}

/// Whether the comparison has a fused jump.
fn fused(token: Option<&Token>, _immediate: bool) -> Option<()> {
    matches!(
        token,
        Some(Token::LessThan | Token::LessThanEqualsTo | Token::GreaterThan | Token::GreaterThanEqualsTo | Token::EqualsTo | Token::NotEqualsTo)
    )
    .then_some(())
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
