//! The check every function passes before it can run: `machine/registers.rs` reads registers and code without bounds
//! checks, and this is why it may.
//!
//! Checked: each instruction names only registers of the frame, each relative jump lands inside the code, and the last
//! instruction does not run off its end. (Tables, constants and sites are read with bounds checks.)

use crate::bytecode::Op;
use crate::program::Function;

/// What an instruction touches.
struct Reach {
    /// The highest register it names.
    highest: usize,
    /// Distance of its jump.
    jump: Option<i32>,
}

/// Whether the loop may run this function unchecked.
pub(crate) fn verify(function: &Function) -> bool {
    let (length, registers) = (function.code.len(), usize::from(function.registers));
    let fits = |(at, op): (usize, &Op)| {
        let reach = reach(*op);
        let lands = reach.jump.is_none_or(|distance| {
            let to = at as i64 + 1 + i64::from(distance);
            usize::try_from(to).is_ok_and(|to| to < length)
        });
        reach.highest < registers && lands
    };
    function.this.is_none_or(|this| usize::from(this) < registers)
        && function.sites.len() == length
        && function.positions.len() == length
        && function.code.last().is_some_and(ends)
        && function.code.iter().enumerate().all(fits)
}

/// Whether control never goes on behind the instruction.
fn ends(op: &Op) -> bool {
    matches!(op, Op::Return(_) | Op::Jump(_) | Op::Loop(_) | Op::Throw(_) | Op::Fail(_))
}

/// An instruction without a jump.
fn plain(registers: &[u16]) -> Reach {
    let highest = registers.iter().copied().max().unwrap_or(0);
    Reach {
        highest: usize::from(highest),
        jump: None,
    }
}

fn jumping(registers: &[u16], distance: impl Into<i32>) -> Reach {
    Reach {
        jump: Some(distance.into()),
        ..plain(registers)
    }
}

/// An instruction over `n` registers from `base`, and one more.
fn over(other: u16, base: u16, n: u16) -> Reach {
    let last = usize::from(base) + usize::from(n.max(1)) - 1;
    Reach {
        highest: last.max(usize::from(other)),
        jump: None,
    }
}

/// No instruction is left out: a new one must say what it touches.
fn reach(op: Op) -> Reach {
    match op {
        Op::Move(d, a) | Op::MoveRaw(d, a) | Op::Take(d, a) | Op::LoadOuter(d, a) => plain(&[d, a]),
        Op::Not(d, a) | Op::Neg(d, a) | Op::Unary(d, a) | Op::MakeFn(d, a) | Op::IsShared(d, a) => plain(&[d, a]),
        Op::Set(d, a) | Op::AddSet(d, a) | Op::SubSet(d, a) | Op::MulSet(d, a) | Op::SetBy(d, a) => plain(&[d, a]),
        Op::Property(d, a) | Op::Push(d, a) | Op::Count(d, a) | Op::InRange(d, a) => plain(&[d, a]),
        Op::Const(d, _) | Op::Pointer(d, _) | Op::Int(d, _) | Op::Unit(d) | Op::Bool(d, _) => plain(&[d]),
        Op::CheckOuter(a) | Op::CheckThis(a) | Op::LoadGlobal(a) | Op::StoreGlobal(a) | Op::Freeze(a) => plain(&[a]),
        Op::AddSetK(a, _) | Op::AddSetI(a, _) | Op::Switch(a, _) | Op::Return(a) | Op::SetProperty(a) | Op::Share(a) => plain(&[a]),
        Op::IterInit(a) | Op::Throw(a) | Op::Chain(a, _) => plain(&[a]),
        Op::IterDrop | Op::EndTry | Op::Fail(_) | Op::GiveBack | Op::EndScope(_) => plain(&[]),
        // Without a register of its own, the variable is only looked up by name.
        Op::Export(u16::MAX) => plain(&[]),
        Op::LoadNamed(d, u16::MAX) | Op::Lend(d, u16::MAX) => plain(&[d]),
        Op::LoadNamed(d, a) | Op::Lend(d, a) | Op::Eval(d, a) | Op::IsDefined(d, a) | Op::CallInside(d, a) => plain(&[d, a]),
        Op::Declare(a, _) | Op::Import(a, _) | Op::Export(a) | Op::ModuleVariable(a, _) => plain(&[a]),
        Op::CallModule(base, dst, _) => plain(&[base, dst]),
        Op::AddI(d, a, _) | Op::SubI(d, a, _) | Op::MulI(d, a, _) | Op::RemI(d, a, _) => plain(&[d, a]),
        Op::Add(d, a, b) | Op::Sub(d, a, b) | Op::Mul(d, a, b) | Op::Div(d, a, b) | Op::Rem(d, a, b) => plain(&[d, a, b]),
        Op::Lt(d, a, b) | Op::Le(d, a, b) | Op::Gt(d, a, b) | Op::Ge(d, a, b) | Op::Eq(d, a, b) | Op::Ne(d, a, b) => plain(&[d, a, b]),
        Op::Binary(d, a, b) | Op::Index(d, a, b) | Op::SetIndex(d, a, b) => plain(&[d, a, b]),
        Op::Method(target, base, dst) | Op::CallNamedRef(target, base, dst) | Op::CallPtr(target, base, dst) => plain(&[target, base, dst]),
        Op::Call(_, base, dst) | Op::CallHome(_, base, dst) => plain(&[base, dst]),
        Op::CallNamed(base, dst, n) | Op::Host(base, n, dst) => over(dst, base, n),
        Op::Curry(d, base, n) | Op::Array(d, base, n) | Op::Interpolate(d, base, n) | Op::Map(d, base, n) => over(d, base, n),
        Op::Offer(a) => jumping(&[a], 1),
        Op::Attempt(_) => jumping(&[], 1),
        Op::RangeInit(a, _) => over(a, a, 2),
        Op::RangeLoop(d, a, to) => Reach {
            jump: Some(to.into()),
            ..over(d, a, 2)
        },
        Op::Jump(to) | Op::Loop(to) => jumping(&[], to),
        Op::JumpIf(a, to) | Op::JumpIfNot(a, to) | Op::JumpIfSome(a, to) | Op::IterLoop(a, to) | Op::Try(a, to) => jumping(&[a], to),
        Op::JumpNotLt(a, b, to) | Op::JumpNotLe(a, b, to) | Op::JumpNotGt(a, b, to) => jumping(&[a, b], to),
        Op::JumpNotGe(a, b, to) | Op::JumpNotEq(a, b, to) | Op::JumpNotNe(a, b, to) => jumping(&[a, b], to),
        Op::LoopLt(a, b, to) | Op::LoopLe(a, b, to) | Op::LoopGt(a, b, to) => jumping(&[a, b], to),
        Op::LoopGe(a, b, to) | Op::LoopEq(a, b, to) | Op::LoopNe(a, b, to) => jumping(&[a, b], to),
        Op::JumpNotLtI(a, _, to) | Op::JumpNotLeI(a, _, to) | Op::JumpNotGtI(a, _, to) => jumping(&[a], to),
        Op::JumpNotGeI(a, _, to) | Op::JumpNotEqI(a, _, to) | Op::JumpNotNeI(a, _, to) => jumping(&[a], to),
        Op::LoopLtI(a, _, to) | Op::LoopLeI(a, _, to) | Op::LoopGtI(a, _, to) => jumping(&[a], to),
        Op::LoopGeI(a, _, to) | Op::LoopEqI(a, _, to) | Op::LoopNeI(a, _, to) => jumping(&[a], to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(code: Vec<Op>, registers: u16) -> Function {
        Function {
            positions: vec![rhai::Position::NONE; code.len()],
            sites: vec![0; code.len()],
            code,
            registers,
            ..Function::default()
        }
    }

    #[test]
    fn a_function_that_stays_inside_its_frame_and_its_code_passes() {
        assert!(verify(&function(vec![Op::Int(0, 1), Op::JumpIf(0, -2), Op::Return(0)], 1)));
    }

    #[test]
    fn a_register_outside_of_the_frame_is_refused() {
        assert!(!verify(&function(vec![Op::Int(1, 1), Op::Return(0)], 1)));
        assert!(!verify(&function(vec![Op::RangeInit(0, false), Op::Return(0)], 1)));
        assert!(!verify(&function(vec![Op::Array(0, 0, 3), Op::Return(0)], 2)));
    }

    #[test]
    fn a_jump_out_of_the_code_is_refused() {
        assert!(!verify(&function(vec![Op::Jump(1), Op::Return(0)], 1)));
        assert!(!verify(&function(vec![Op::Jump(-2), Op::Return(0)], 1)));
    }

    #[test]
    fn code_without_an_end_is_refused() {
        assert!(!verify(&function(vec![Op::Int(0, 1)], 1)));
        assert!(!verify(&function(Vec::new(), 1)));
    }
}
