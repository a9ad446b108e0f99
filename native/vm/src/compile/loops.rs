//! Loops, `break` and `continue`.

use super::function::{FunctionBuilder, LoopScope};
use super::{unsupported, Compiled, Compiler};
use crate::bytecode::{Op, Reg};
use rhai::{Expr, FlowControl, Ident, Position, Token};

impl Compiler {
    /// Code at the end of a loop's body that jumps back to `body` while the condition holds; the returned jumps leave.
    fn jump_back_while(&mut self, f: &mut FunctionBuilder, e: &Expr, body: usize, loop_position: Position) -> Compiled<Vec<usize>> {
        let mut branches = self.branches(f, e)?;
        for jump in branches.yes {
            f.meter(jump);
            f.jump_to(jump, body)?;
        }
        match branches.no.pop() {
            Some(last) if f.turn_back(last, body) => {}
            last => {
                branches.no.extend(last);
                Self::jump_back(f, body, loop_position)?;
            }
        }
        Ok(branches.no)
    }

    fn open_loop(f: &mut FunctionBuilder, result: Option<Reg>, continues_back: bool) {
        let (tries, iterators, depth) = (f.tries, f.iterators, f.depth);
        f.loops.push(LoopScope {
            breaks: Vec::new(),
            continues: Vec::new(),
            continues_back,
            result,
            tries,
            iterators,
            depth,
        });
    }

    /// Ends the loop's scope: `continue` goes to `again`. Returns the jumps of `break`.
    fn close_scope(f: &mut FunctionBuilder, again: usize) -> Compiled<Vec<usize>> {
        let Some(scope) = f.loops.pop() else { return Ok(Vec::new()) };
        for jump in scope.continues {
            f.jump_to(jump, again)?;
        }
        Ok(scope.breaks)
    }

    /// Lands the exits here, with the loop's plain value, and then the breaks, which bring theirs.
    fn land_exits(&mut self, f: &mut FunctionBuilder, exits: &[usize], breaks: &[usize], want: Option<Reg>) -> Compiled {
        for exit in exits {
            f.land(*exit)?;
        }
        self.no_value(f, want)?;
        for jump in breaks {
            f.land(*jump)?;
        }
        Ok(())
    }

    /// The jump stands where the loop does: a limit that ends the run there shall say so.
    fn jump_back(f: &mut FunctionBuilder, to: usize, loop_position: Position) -> Compiled {
        f.position = loop_position;
        let jump = f.emit(Op::Loop(0));
        f.jump_to(jump, to)
    }

    /// The condition stands behind the body, so that a turn of the loop makes one jump.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub(super) fn while_loop(&mut self, f: &mut FunctionBuilder, x: &FlowControl, want: Option<Reg>) -> Compiled {
        let at = f.position;
        if matches!(x.expr, Expr::Unit(_) | Expr::BoolConstant(true, _)) {
            return self.endless_loop(f, x, want);
        }
        let enter = f.emit(Op::Jump(0));
        let body = f.label();
        Self::open_loop(f, want, false);
        self.block(f, x.body.statements(), None)?;
        f.land(enter)?;
        let breaks = Self::close_scope(f, f.here())?;
        let exits = self.jump_back_while(f, &x.expr, body, at)?;
        self.land_exits(f, &exits, &breaks, want)
    }

    fn endless_loop(&mut self, f: &mut FunctionBuilder, x: &FlowControl, want: Option<Reg>) -> Compiled {
        let (top, at) = (f.label(), f.position);
        Self::open_loop(f, want, true);
        self.block(f, x.body.statements(), None)?;
        Self::jump_back(f, top, at)?;
        let breaks = Self::close_scope(f, top)?;
        self.land_exits(f, &[], &breaks, want)
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub(super) fn do_loop(&mut self, f: &mut FunctionBuilder, x: &FlowControl, until: bool, want: Option<Reg>) -> Compiled {
        let (top, at) = (f.label(), f.position);
        Self::open_loop(f, want, true);
        self.block(f, x.body.statements(), None)?;
        // rhai's `continue` in a do loop skips the condition.
        let exits = if until {
            let stay = self.condition(f, &x.expr)?;
            let exit = f.emit(Op::Jump(0));
            for jump in stay {
                f.land(jump)?;
            }
            Self::jump_back(f, top, at)?;
            vec![exit]
        } else {
            self.jump_back_while(f, &x.expr, top, at)?
        };
        let breaks = Self::close_scope(f, top)?;
        self.land_exits(f, &exits, &breaks, want)
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
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
                self.for_body(f, name, counter, x, want, |variable| Op::RangeLoop(variable, start, 0))
            }
            e => {
                let source = f.temporary()?;
                self.expression(f, e, source)?;
                f.position = e.start_position();
                f.emit(Op::IterInit(source));
                f.iterators += 1;
                self.for_body(f, name, counter, x, want, |variable| Op::IterLoop(variable, 0))?;
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
        next: impl FnOnce(Reg) -> Op,
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
        // Taking the next item stands behind the body: a turn of the loop makes one jump.
        let at = f.position;
        let enter = f.emit(Op::Jump(0));
        let body = f.label();
        if let Some((hidden, visible)) = counting {
            f.emit(Op::Count(visible, hidden));
        }
        Self::open_loop(f, want, false);
        self.block(f, x.body.statements(), None)?;
        f.land(enter)?;
        let breaks = Self::close_scope(f, f.here())?;
        f.position = at;
        let again = f.emit(next(variable));
        if f.reaches(again, body) {
            f.jump_to(again, body)?;
            return self.land_exits(f, &[], &breaks, want);
        }
        // Too far for the instruction: it jumps over the way out, to a jump that reaches.
        f.jump_to(again, again + 2)?;
        let exit = f.emit(Op::Jump(0));
        let back = f.emit(Op::Jump(0));
        f.jump_to(back, body)?;
        self.land_exits(f, &[exit], &breaks, want)
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub(super) fn leave_loop(&mut self, f: &mut FunctionBuilder, value: Option<&Expr>, is_break: bool, position: Position) -> Compiled {
        let Some(scope) = f.loops.last() else {
            return unsupported("break outside of a loop", position);
        };
        let (tries, iterators, depth, result, back) = (scope.tries, scope.iterators, scope.depth, scope.result, scope.continues_back);
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
        // A `continue` that goes back is metered like the end of the body.
        let jump = f.emit(if back && !is_break { Op::Loop(0) } else { Op::Jump(0) });
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
