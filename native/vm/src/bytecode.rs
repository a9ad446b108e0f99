//! The instructions. Eight bytes each; operands are registers of the current frame unless said.
//!
//! `d` = destination (overwritten), `a b s` = sources, `to` = jump distance from the next instruction.
//! What an instruction needs besides (a call site, a chain, a table) stands beside the code, one entry per
//! instruction: [`crate::program::Function::site`] and `positions`.

/// Register of the current frame.
pub(crate) type Reg = u16;

/// One instruction.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Op {
    // ---- values
    /// d = value of a (copied, unshared).
    Move(Reg, Reg),
    /// The host will read the array or map in a where it stands: skips the next instruction, which would copy it.
    Offer(Reg),
    /// d = a as it stands, a shared variable stays shared (arguments of `curry`).
    MoveRaw(Reg, Reg),
    /// d = a, and a is left empty (a is a temporary).
    Take(Reg, Reg),
    /// d = constant k.
    Const(Reg, u32),
    /// d = pointer n of the program.
    Pointer(Reg, u16),
    /// d = integer.
    Int(Reg, i32),
    /// d = ().
    Unit(Reg),
    /// d = Boolean.
    Bool(Reg, bool),
    /// d = value of the outer variable in a; an error when there is none (site: its name).
    LoadOuter(Reg, Reg),
    /// An error when the outer variable in a is not there (site: its name).
    CheckOuter(Reg),
    /// An error when `this` (in a) is not bound.
    CheckThis(Reg),
    /// d = global constant (site: its name).
    LoadGlobal(Reg),
    /// Publishes a as a global constant (site: its name).
    StoreGlobal(Reg),
    /// d = a made read-only, in place.
    Freeze(Reg),
    // ---- names that only the run can resolve: beside `eval`, a variable may have been declared by a text
    /// d = the variable of the site's name: one that a text declared, or else the one in a (`Reg::MAX` = none).
    LoadNamed(Reg, Reg),
    /// Moves that variable into d for the next instruction, which works on it in place.
    Lend(Reg, Reg),
    /// Gives the variable that was lent last back.
    GiveBack,
    /// Declares a variable of the site's name with the value of a, at this depth of blocks.
    Declare(Reg, u16),
    /// Forgets the variables that texts declared deeper than this (all of them: `u16::MAX`).
    EndScope(u16),
    /// d = the value of the text in a, run inside this function (site: the scope it sees).
    Eval(Reg, Reg),
    /// d = whether a variable of the name in a is visible (site: the scope).
    IsDefined(Reg, Reg),
    /// d = function `name!` with this scope: arguments from base, the name's site follows the scope's.
    CallInside(Reg, Reg),
    // ---- modules
    /// Imports the module whose path is in a, at this depth of blocks (site: the name it gets).
    Import(Reg, u16),
    /// The variable a is a module's under the site's name (the next site: its own name).
    Export(Reg),
    /// d = variable of namespace n (site: its name), read-only.
    ModuleVariable(Reg, u16),
    /// dst = function of namespace n, named by the site (base, dst, n).
    CallModule(Reg, Reg, u16),
    // ---- operators; the site is the operator's call site for operands without a fast path
    Add(Reg, Reg, Reg),
    Sub(Reg, Reg, Reg),
    Mul(Reg, Reg, Reg),
    Div(Reg, Reg, Reg),
    Rem(Reg, Reg, Reg),
    AddI(Reg, Reg, i16),
    SubI(Reg, Reg, i16),
    MulI(Reg, Reg, i16),
    RemI(Reg, Reg, i16),
    Lt(Reg, Reg, Reg),
    Le(Reg, Reg, Reg),
    Gt(Reg, Reg, Reg),
    Ge(Reg, Reg, Reg),
    Eq(Reg, Reg, Reg),
    Ne(Reg, Reg, Reg),
    /// d = a op b for any other operator.
    Binary(Reg, Reg, Reg),
    /// d = !a.
    Not(Reg, Reg),
    /// d = -a.
    Neg(Reg, Reg),
    /// d = op a for any other operator.
    Unary(Reg, Reg),
    // ---- assignment to a variable (writes through when it is shared; site: name, operator)
    /// d = s, s is left empty.
    Set(Reg, Reg),
    /// d += s, and so on.
    AddSet(Reg, Reg),
    SubSet(Reg, Reg),
    MulSet(Reg, Reg),
    AddSetI(Reg, i16),
    /// d += suffix k: text behind text.
    AddSetK(Reg, u32),
    /// d op= s for any other operator.
    SetBy(Reg, Reg),
    // ---- jumps
    Jump(i32),
    /// A jump back: costs one operation and may end the slice.
    Loop(i32),
    JumpIfNot(Reg, i32),
    JumpIf(Reg, i32),
    /// Jumps when a is not ().
    JumpIfSome(Reg, i32),
    /// Jump when the comparison does not hold.
    JumpNotLt(Reg, Reg, i16),
    JumpNotLe(Reg, Reg, i16),
    JumpNotGt(Reg, Reg, i16),
    JumpNotGe(Reg, Reg, i16),
    JumpNotEq(Reg, Reg, i16),
    JumpNotNe(Reg, Reg, i16),
    JumpNotLtI(Reg, i16, i16),
    JumpNotLeI(Reg, i16, i16),
    JumpNotGtI(Reg, i16, i16),
    JumpNotGeI(Reg, i16, i16),
    JumpNotEqI(Reg, i16, i16),
    JumpNotNeI(Reg, i16, i16),
    // The end of a loop's body: jump back when the comparison holds. Costs one operation when it does.
    LoopLt(Reg, Reg, i16),
    LoopLe(Reg, Reg, i16),
    LoopGt(Reg, Reg, i16),
    LoopGe(Reg, Reg, i16),
    LoopEq(Reg, Reg, i16),
    LoopNe(Reg, Reg, i16),
    LoopLtI(Reg, i16, i16),
    LoopLeI(Reg, i16, i16),
    LoopGtI(Reg, i16, i16),
    LoopGeI(Reg, i16, i16),
    LoopEqI(Reg, i16, i16),
    LoopNeI(Reg, i16, i16),
    /// Jumps into a switch table (its index) by the value of a.
    Switch(Reg, u32),
    /// d = whether a lies in a range of the program (site).
    InRange(Reg, Reg),
    // ---- calls; arguments stand in consecutive registers from `base`
    /// dst = function f (base, dst).
    Call(u16, Reg, Reg),
    /// dst = function f of the home unit (base, dst).
    CallHome(u16, Reg, Reg),
    /// dst = native or late-bound function of the site (base, dst, number of arguments).
    CallNamed(Reg, Reg, u16),
    /// The same with the variable `target` as first argument, by reference (target, base, dst).
    CallNamedRef(Reg, Reg, Reg),
    /// dst = target.method(arguments) (target, base, dst); the target is a variable or a temporary.
    Method(Reg, Reg, Reg),
    /// dst = call(target, arguments) (target, base, dst).
    CallPtr(Reg, Reg, Reg),
    /// dst = host function (base, number of arguments, dst).
    Host(Reg, u16, Reg),
    /// d = the function pointer in the first of n registers from base, with the others curried (d, base, n).
    Curry(Reg, Reg, u16),
    /// d = Fn(a).
    MakeFn(Reg, Reg),
    /// d = is_shared(variable a).
    IsShared(Reg, Reg),
    /// Leaves the frame with a.
    Return(Reg),
    // ---- chains: property and index paths
    /// d = chain c.
    Chain(Reg, u32),
    /// Tries chain c (an op-assignment) on plain values. The next instruction, a jump over the long way, is left out
    /// when nothing happened.
    Attempt(u32),
    /// d = a[b] (the chain of the site when it is no array or map).
    Index(Reg, Reg, Reg),
    /// a[b] = s.
    SetIndex(Reg, Reg, Reg),
    /// d = a.property.
    Property(Reg, Reg),
    /// The chain's root .property = s.
    SetProperty(Reg),
    // ---- construction
    /// d = [n registers from base].
    Array(Reg, Reg, u16),
    /// d.push(a): a long literal continues.
    Push(Reg, Reg),
    /// d = #{keys of a shape (site): n registers from base}.
    Map(Reg, Reg, u16),
    /// d = text of n registers from base.
    Interpolate(Reg, Reg, u16),
    /// The variable a becomes shared.
    Share(Reg),
    // ---- loops
    /// Turns (start, end) in a, a+1 into (next, remaining); `true` = inclusive.
    RangeInit(Reg, bool),
    /// variable d = next of a, and jump back (one operation); the range's end goes on.
    RangeLoop(Reg, Reg, i16),
    /// Pushes an iterator over a (which is left empty).
    IterInit(Reg),
    /// variable d = next of the top iterator, and jump back (one operation); the iterator's end goes on.
    IterLoop(Reg, i32),
    /// Drops the top iterator.
    IterDrop,
    /// variable d = a, and a += 1: the counter of a `for`.
    Count(Reg, Reg),
    // ---- errors
    /// Opens a try block: its handler is at `to`, the error goes to register d.
    Try(Reg, i32),
    /// Closes the innermost try or catch block.
    EndTry,
    /// Throws a.
    Throw(Reg),
    /// Fails with the error in constant table `errors`.
    Fail(u32),
}

impl Op {
    /// A jump taken when a comparison does not hold, turned into a jump back taken when it does.
    pub(crate) fn looping(self, to: i16) -> Option<Self> {
        Some(match self {
            Self::JumpNotLt(a, b, _) => Self::LoopLt(a, b, to),
            Self::JumpNotLe(a, b, _) => Self::LoopLe(a, b, to),
            Self::JumpNotGt(a, b, _) => Self::LoopGt(a, b, to),
            Self::JumpNotGe(a, b, _) => Self::LoopGe(a, b, to),
            Self::JumpNotEq(a, b, _) => Self::LoopEq(a, b, to),
            Self::JumpNotNe(a, b, _) => Self::LoopNe(a, b, to),
            Self::JumpNotLtI(a, i, _) => Self::LoopLtI(a, i, to),
            Self::JumpNotLeI(a, i, _) => Self::LoopLeI(a, i, to),
            Self::JumpNotGtI(a, i, _) => Self::LoopGtI(a, i, to),
            Self::JumpNotGeI(a, i, _) => Self::LoopGeI(a, i, to),
            Self::JumpNotEqI(a, i, _) => Self::LoopEqI(a, i, to),
            Self::JumpNotNeI(a, i, _) => Self::LoopNeI(a, i, to),
            _ => return None,
        })
    }
}

const _: () = assert!(std::mem::size_of::<Op>() == 8);
