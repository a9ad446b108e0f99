//! Calls of host functions. What stands in a variable need not be copied first: while the script waits nobody can change
//! it, so the host may read an array or a map in place.

use super::function::FunctionBuilder;
use super::{Compiled, Compiler};
use crate::bytecode::{Op, Reg};
use crate::program::{Meaning, NOT_OFFERED};
use rhai::{Expr, ImmutableString, Position};

impl Compiler {
    pub(super) fn host_call(
        &mut self,
        f: &mut FunctionBuilder,
        name: &ImmutableString,
        host: u32,
        args: &[Expr],
        position: Position,
        d: Reg,
    ) -> Compiled {
        let offers = self.offers(f, args);
        let base = if offers.is_empty() {
            self.arguments(f, args)?
        } else {
            self.offered_arguments(f, args, &offers)?
        };
        let meaning = Meaning {
            host: Some(host),
            ..Default::default()
        };
        let site = self.site(name, args.len(), meaning, position);
        self.program.sites[site as usize].offers = offers;
        self.host_use(name, host, position);
        f.position = position;
        f.emit_at(Op::Host(base, args.len() as u16, d), site);
        Ok(())
    }

    /// The variables among the arguments that the host may read where they are. Only where every argument is a variable
    /// or a constant: nothing can change one before the call.
    fn offers(&self, f: &FunctionBuilder, args: &[Expr]) -> Box<[Reg]> {
        let is_still = |e: &Expr| matches!(e, Expr::Variable(..)) || e.get_literal_value(None).is_some();
        let has_variable = args.iter().any(|e| matches!(e, Expr::Variable(..)));
        if f.dynamic || !has_variable || !args.iter().all(is_still) {
            return Box::default();
        }
        args.iter().map(|e| self.reference(f, e).unwrap_or(NOT_OFFERED)).collect()
    }

    fn offered_arguments(&mut self, f: &mut FunctionBuilder, args: &[Expr], offers: &[Reg]) -> Compiled<Reg> {
        let base = f.temporary()?;
        for _ in 1..args.len() {
            f.temporary()?;
        }
        let mut all: Vec<_> = args.iter().zip(offers).zip(base..).collect();
        all.rotate_left(1); // a variable in front is read last, as rhai does
        for ((argument, &offered), register) in all {
            if offered == NOT_OFFERED {
                self.expression(f, argument, register)?;
                continue;
            }
            f.emit(Op::Offer(offered));
            let copy = f.here();
            self.expression(f, argument, register)?;
            debug_assert_eq!(f.here(), copy + 1, "an offer skips one instruction");
            f.label();
        }
        Ok(base)
    }
}
