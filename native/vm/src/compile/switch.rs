//! `switch`: cases by hash, ranges by comparison, guards as jumps; arms are compiled once.

use super::function::FunctionBuilder;
use super::{Compiled, Compiler};
use crate::bytecode::{Op, Reg};
use crate::switch_table::{SwitchRange, SwitchTable};
use rhai::{Expr, RangeCase, SwitchCasesCollection};

impl Compiler {
    /// Arms are compiled once; cases and ranges jump to lists of tests.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub(super) fn switch(&mut self, f: &mut FunctionBuilder, value: &Expr, x: &SwitchCasesCollection, d: Reg) -> Compiled {
        let subject = self.operand(f, value)?;
        let table_index = self.program.switches.len();
        self.program.switches.push(SwitchTable::new());
        f.emit(Op::Switch(subject, table_index as u32));
        let mut table = SwitchTable::new();
        let mut to_arms: Vec<(usize, usize)> = Vec::new();
        let mut to_otherwise = Vec::new();
        for (hash, case) in x.cases.iter() {
            table.cases.push((*hash, f.label() as u32));
            self.arm_tests(f, x, &case.blocks, &mut to_arms)?;
            to_otherwise.push(f.emit(Op::Jump(0)));
        }
        for jump in to_otherwise {
            f.land(jump)?;
        }
        table.otherwise = f.label() as u32;
        for range in &x.ranges {
            let mark = f.mark();
            let test = f.temporary()?;
            let number = self.range(range);
            f.emit_at(Op::InRange(test, subject), number);
            let skip = f.emit(Op::JumpIfNot(test, 0));
            f.release(mark);
            self.arm_tests(f, x, &[range.index()], &mut to_arms)?;
            f.land(skip)?;
        }
        table.default = f.label() as u32;
        match x.def_case {
            Some(arm) => to_arms.push((f.emit(Op::Jump(0)), arm)),
            None => drop(f.emit(Op::Unit(d))),
        }
        let mut ends = vec![f.emit(Op::Jump(0))];
        let mut jumps_to = vec![Vec::new(); x.expressions.len()];
        for (jump, arm) in to_arms {
            jumps_to[arm].push(jump);
        }
        for (block, jumps) in x.expressions.iter().zip(jumps_to) {
            if jumps.is_empty() {
                continue;
            }
            for jump in jumps {
                f.land(jump)?;
            }
            self.expression(f, &block.rhs, d)?;
            ends.push(f.emit(Op::Jump(0)));
        }
        for end in ends {
            f.land(end)?;
        }
        table.cases.sort_unstable();
        self.program.switches[table_index] = table;
        Ok(())
    }

    /// Jumps to the first arm whose guard holds.
    fn arm_tests(&mut self, f: &mut FunctionBuilder, x: &SwitchCasesCollection, arms: &[usize], to_arms: &mut Vec<(usize, usize)>) -> Compiled {
        for &arm in arms {
            match &x.expressions[arm].lhs {
                Expr::BoolConstant(true, _) => {
                    to_arms.push((f.emit(Op::Jump(0)), arm));
                    return Ok(());
                }
                Expr::BoolConstant(false, _) => {}
                guard => {
                    let skip = self.condition(f, guard)?;
                    to_arms.push((f.emit(Op::Jump(0)), arm));
                    skip.into_iter().try_for_each(|jump| f.land(jump))?;
                }
            }
        }
        Ok(())
    }

    fn range(&mut self, range: &RangeCase) -> u32 {
        self.program.ranges.push(match range {
            RangeCase::ExclusiveInt(r, _) => SwitchRange {
                start: r.start,
                end: r.end,
                inclusive: false,
            },
            RangeCase::InclusiveInt(r, _) => SwitchRange {
                start: *r.start(),
                end: *r.end(),
                inclusive: true,
            },
        });
        super::index(self.program.ranges.len())
    }
}
