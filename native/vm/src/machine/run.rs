//! The loop. Each instruction does its common case here in a few lines and calls a neighbour for the rest.
//!
//! long because: one `match` over all instructions, so that the compiler makes one jump table and keeps `pc`, `fuel`
//! and the registers in machine registers.
//!
//! The frame's `pc` is written back (`save!`) before anything that can fail, call, or stop.

use super::invoke::{self, Flow};
use super::iterate::Iter;
use super::operators::{self, mismatch, Operand};
use super::registers::Window;
use super::routine::Turn;
use super::units::UnitNumber;
use super::{floats, iterate, origin, path, seldom, text, units, waiting, walk, Code, Error, Frame, Handler, Kind, Machine, Place, State, Target};
use crate::bytecode::Op;
use crate::light::Light;
use crate::program::Program;
use crate::value::Value;
use crate::{Meter, Vm};
use rhai::{Dynamic, EvalAltResult, ImmutableString};
use std::rc::Rc;

/// `d op= s` through the slow path; the source temporary is left as it is.
macro_rules! op_set {
    ($vm:expr, $program:expr, $function:expr, $pc:expr, $regs:expr, $d:expr, $s:expr, $tri:ident) => {{
        let value = $tri!($vm.ledger.read_dynamic(&$regs[$s]));
        let result = operators::op_set($vm, $program, $function.site($pc - 1), &mut $regs[$d], value);
        $tri!(result);
    }};
}
/// Why the loop ended. (No value inside, and as long as an error: so it comes back in two of the processor's registers.)
#[derive(Debug, Clone, Copy)]
#[repr(usize)]
pub(super) enum Exit {
    /// The run's value is in `done`.
    Done,
    Suspended,
    OutOfFuel,
    /// The frame on top is another unit's code.
    OtherUnit,
}

#[allow(clippy::too_many_lines, clippy::cognitive_complexity)]
pub(super) fn run<const EACH: bool>(
    m: &mut Machine,
    vm: &mut Vm,
    program: &Rc<Program>,
    unit: UnitNumber,
    meter: &mut Meter,
    done: &mut Value,
) -> Result<Exit, Error> {
    macro_rules! cx {
        () => {
            invoke::Context { vm, program, unit, meter }
        };
    }
    let mut fuel = meter.fuel;
    let mut stepped = false;
    // Where values travel that are no scalars.
    let mut spare = Value::Unit;
    let max_depth = if meter.limits.max_call_depth == 0 {
        usize::MAX
    } else {
        meter.limits.max_call_depth as usize
    };

    // A routine on top waits for a value it was given from outside (a host's reply).
    if m.frames.last().is_some_and(|f| f.routine.is_some()) {
        match invoke::continue_routine(m, &mut cx!())? {
            Flow::Suspended => return Ok(Exit::Suspended),
            Flow::OutOfFuel => return Ok(Exit::OutOfFuel),
            Flow::Next | Flow::Entered => fuel = meter.fuel,
        }
    }
    let Some(frame) = m.frames.last() else {
        return Ok(Exit::Done);
    };
    if frame.unit != unit.own {
        return Ok(Exit::OtherUnit); // the routine called, or returned to, a function of another program
    }
    let mut base = frame.base as usize;
    let mut function = &program.functions[usize::from(frame.function)];
    let start = frame.pc as usize;
    let mut regs = Window::new(&mut m.stack, base, function);
    let mut pc = regs.start_at(start);

    macro_rules! r {
        ($i:expr) => {
            regs[$i]
        };
    }
    macro_rules! save {
        () => {{
            if let Some(frame) = m.frames.last_mut() {
                frame.pc = pc as u32;
            }
            meter.fuel = fuel;
        }};
    }
    macro_rules! load {
        () => {{
            let Some(frame) = m.frames.last() else {
                return Ok(Exit::Done);
            };
            if frame.unit != unit.own {
                meter.fuel = fuel;
                return Ok(Exit::OtherUnit);
            }
            base = frame.base as usize;
            function = &program.functions[usize::from(frame.function)];
            let start = frame.pc as usize;
            regs = Window::new(&mut m.stack, base, function);
            pc = regs.start_at(start);
        }};
    }
    let end = 'run: loop {
        // (Here, for a macro sees only the labels around it.)
        macro_rules! tri {
            ($e:expr) => {
                match $e {
                    Ok(value) => value,
                    Err(error) => break 'run Err(error),
                }
            };
        }
        // What natives owe comes off the fuel. For the end of an instruction.
        macro_rules! settle {
            () => {
                if vm.ledger.settle(&mut fuel) {
                    break 'run Ok(Exit::OutOfFuel);
                }
            };
        }
        macro_rules! site {
            () => {
                &program.sites[function.site(pc - 1)]
            };
        }
        macro_rules! jump {
            ($to:expr) => {
                pc = pc.wrapping_add_signed($to as isize)
            };
        }
        macro_rules! direct {
            ($target:expr, $at:expr, $dst:expr) => {
                if let Some(native) = site!().meaning.direct {
                    if let Some([target, arg, result]) = regs.three($target, $at, $dst) {
                        if native.call(target, arg, result, vm) {
                            continue 'run;
                        }
                    }
                }
            };
        }
        macro_rules! slow {
            ($d:expr, $a:expr, $b:expr) => {{
                let at = (program.as_ref(), function, pc - 1);
                tri!(operators::binary_into(vm, at, regs.all(), $d, ($a, $b)));
                settle!();
            }};
        }
        macro_rules! arithmetic {
        ($d:expr, $a:expr, $b:expr, $int:ident, $op:tt) => {{
            if let Value::Int(x) = &r!($a) {
                if let Value::Int(y) = &r!($b) {
                    if let Some(z) = x.$int(*y) {
                        r!($d) = Value::Int(z);
                        continue 'run;
                    }
                }
            } else if let Value::Float(x) = &r!($a) {
                if let Value::Float(y) = &r!($b) {
                    r!($d) = Value::Float(x $op y);
                    continue 'run;
                }
            }
            slow!($d, $a, Operand::Register($b));
        }};
    }
        macro_rules! arithmetic_immediate {
            ($d:expr, $a:expr, $i:expr, $int:ident) => {{
                if let Value::Int(x) = &r!($a) {
                    if let Some(z) = x.$int(i64::from($i)) {
                        r!($d) = Value::Int(z);
                        continue 'run;
                    }
                }
                slow!($d, $a, Operand::Int($i));
            }};
        }
        // In place: the variable keeps its kind.
        macro_rules! arithmetic_set {
        ($d:expr, $s:expr, $int:ident, $op:tt) => {{
            if let Value::Int(y) = r!($s) {
                if let Value::Int(x) = &mut r!($d) {
                    if let Some(z) = x.$int(y) {
                        *x = z;
                        continue 'run;
                    }
                }
            } else if let Value::Float(y) = r!($s) {
                if let Value::Float(x) = &mut r!($d) {
                    *x $op y;
                    continue 'run;
                }
            }
        }};
    }
        macro_rules! compare {
        ($d:expr, $a:expr, $b:expr, $op:tt, $float:ident) => {{
            if let Value::Int(x) = &r!($a) {
                if let Value::Int(y) = &r!($b) {
                    let z = x $op y;
                    r!($d) = Value::Bool(z);
                    continue 'run;
                }
            } else if let Value::Float(x) = &r!($a) {
                if let Value::Float(y) = &r!($b) {
                    let z = floats::$float(*x, *y);
                    r!($d) = Value::Bool(z);
                    continue 'run;
                }
            }
            slow!($d, $a, Operand::Register($b));
        }};
    }
        macro_rules! truth {
            ($a:expr) => {
                if let Value::Bool(b) = r!($a) {
                    b
                } else {
                    tri!(operators::truth(vm, &r!($a), function.positions[pc - 1]))
                }
            };
        }
        // A comparison without a fast path.
        macro_rules! holds_slowly {
            ($a:expr, $b:expr) => {{
                let holds = tri!(operators::holds(vm, (program.as_ref(), function, pc - 1), regs.every(), $a, $b));
                vm.ledger.settle(&mut fuel);
                holds
            }};
        }
        macro_rules! holds {
        ($a:expr, $b:expr, $op:tt, $float:ident) => {
            'found: {
                if let Value::Int(x) = &r!($a) {
                    if let Value::Int(y) = &r!($b) {
                        break 'found x $op y;
                    }
                } else if let Value::Float(x) = &r!($a) {
                    if let Value::Float(y) = &r!($b) {
                        break 'found floats::$float(*x, *y);
                    }
                }
                holds_slowly!($a, Operand::Register($b))
            }
        };
    }
        macro_rules! holds_immediate {
        ($a:expr, $i:expr, $op:tt) => {
            if let Value::Int(x) = &r!($a) {
                *x $op i64::from($i)
            } else {
                holds_slowly!($a, Operand::Int($i))
            }
        };
    }
        macro_rules! jump_compare {
            ($a:expr, $b:expr, $to:expr, $op:tt, $float:ident) => {
                if !holds!($a, $b, $op, $float) {
                    jump!($to);
                }
            };
        }
        macro_rules! jump_compare_immediate {
            ($a:expr, $i:expr, $to:expr, $op:tt) => {
                if !holds_immediate!($a, $i, $op) {
                    jump!($to);
                }
            };
        }
        // A jump back costs one operation and may end the slice.
        macro_rules! back {
            ($to:expr) => {{
                jump!($to);
                fuel -= 1;
                if fuel < 0 {
                    break 'run Ok(Exit::OutOfFuel);
                }
            }};
        }
        macro_rules! loop_compare {
            ($a:expr, $b:expr, $to:expr, $op:tt, $float:ident) => {
                if holds!($a, $b, $op, $float) {
                    back!($to);
                }
            };
        }
        macro_rules! loop_compare_immediate {
            ($a:expr, $i:expr, $to:expr, $op:tt) => {
                if holds_immediate!($a, $i, $op) {
                    back!($to);
                }
            };
        }

        if EACH {
            if stepped {
                break 'run Ok(Exit::OutOfFuel);
            }
            stepped = true;
        }
        let op = regs.fetch(pc);
        pc += 1;
        let flow = 'flow: {
            // A call may have pushed a frame, stopped, or just stored its value: what follows stands once, at the loop's end.
            macro_rules! flow {
                ($e:expr) => {{
                    save!();
                    break 'flow $e;
                }};
            }

            match op {
                Op::Move(d, a) => {
                    if let Value::Int(i) = r!(a) {
                        r!(d) = Value::Int(i);
                    } else if let Value::Dyn(value) = &r!(a) {
                        if lent_or_locked(&r!(a)) {
                            break 'run Err(operators::data_race(function.positions[pc - 1]));
                        }
                        spare = Value::from(tri!(vm.ledger.copy(value)));
                        r!(d) = spare.take();
                        settle!();
                    } else {
                        let light = r!(a).lift_clone(&mut spare);
                        r!(d).put(light, &mut spare);
                    }
                }
                Op::MoveRaw(d, a) => r!(d) = r!(a).clone(),
                Op::Take(d, a) => {
                    let light = r!(a).lift(&mut spare);
                    r!(d).put(light, &mut spare);
                }
                Op::Const(d, k) => {
                    let light = program.constants[k as usize].lift_clone(&mut spare);
                    r!(d).put(light, &mut spare);
                }
                Op::Pointer(d, n) => {
                    let pointers = units::pointers(&mut m.extra, unit.own);
                    let known = pointers.get(usize::from(n)).filter(|p| !p.is_unit());
                    r!(d) = match known {
                        Some(pointer) => Value::Dyn(pointer.clone()),
                        None => Value::Dyn(tri!(units::make_pointer(pointers, program, n))),
                    };
                }
                Op::Int(d, i) => r!(d) = Value::Int(i64::from(i)),
                Op::Unit(d) => r!(d) = Value::Unit,
                Op::Bool(d, b) => r!(d) = Value::Bool(b),
                Op::LoadOuter(d, a) => {
                    let site = site!();
                    r!(d) = match (&r!(a), site.meaning.function) {
                        (Value::Unbound, Some(_)) => Value::Dyn(tri!(origin::pointer(&site.name, Program::home(program))).into()),
                        (Value::Unbound, None) => {
                            break 'run Err(seldom::unknown(site));
                        }
                        (value, _) => tri!(vm.ledger.read(value)),
                    };
                    settle!();
                }
                Op::EndScope(depth) => {
                    save!();
                    if m.end_scope(depth) {
                        return Ok(Exit::OtherUnit); // their methods end too
                    }
                    load!();
                }
                Op::Import(a, _) => {
                    let path = r!(a).read_dynamic().into_immutable_string();
                    let path = tri!(path.map_err(|t| mismatch(vm, std::any::type_name::<ImmutableString>(), t, function.positions[pc - 1])));
                    fuel -= 1;
                    save!();
                    if !m.import(path, function.positions[pc - 1])? {
                        return Ok(Exit::Suspended);
                    }
                    return Ok(Exit::OtherUnit); // the module may bring methods
                }
                Op::CheckOuter(a) => {
                    if matches!(r!(a), Value::Unbound) {
                        break 'run Err(seldom::unknown(site!()));
                    }
                }
                Op::CheckThis(a) => {
                    if matches!(r!(a), Value::Unbound) {
                        break 'run Err(EvalAltResult::ErrorUnboundThis(function.positions[pc - 1]).into());
                    }
                }
                Op::Add(d, a, b) => arithmetic!(d, a, b, checked_add, +),
                Op::Sub(d, a, b) => arithmetic!(d, a, b, checked_sub, -),
                Op::Mul(d, a, b) => arithmetic!(d, a, b, checked_mul, *),
                Op::Div(d, a, b) => arithmetic!(d, a, b, checked_div, /),
                Op::Rem(d, a, b) => arithmetic!(d, a, b, checked_rem, %),
                Op::AddI(d, a, i) => arithmetic_immediate!(d, a, i, checked_add),
                Op::SubI(d, a, i) => arithmetic_immediate!(d, a, i, checked_sub),
                Op::MulI(d, a, i) => arithmetic_immediate!(d, a, i, checked_mul),
                Op::RemI(d, a, i) => arithmetic_immediate!(d, a, i, checked_rem),
                Op::Lt(d, a, b) => compare!(d, a, b, <, less),
                Op::Le(d, a, b) => compare!(d, a, b, <=, less_or_equal),
                Op::Gt(d, a, b) => compare!(d, a, b, >, greater),
                Op::Ge(d, a, b) => compare!(d, a, b, >=, greater_or_equal),
                Op::Eq(d, a, b) => compare!(d, a, b, ==, equal),
                Op::Ne(d, a, b) => compare!(d, a, b, !=, different),
                Op::Binary(d, a, b) => slow!(d, a, Operand::Register(b)),
                Op::Not(d, a) => match r!(a) {
                    Value::Bool(b) => r!(d) = Value::Bool(!b),
                    _ => {
                        let value = tri!(operators::unary(vm, site!(), &r!(a)));
                        r!(d) = value;
                        settle!();
                    }
                },
                Op::Neg(d, a) | Op::Unary(d, a) => {
                    let value = tri!(operators::unary(vm, site!(), &r!(a)));
                    r!(d) = value;
                }

                Op::Set(d, s) => {
                    if let Value::Dyn(_) = r!(d) {
                        let value = r!(s).take();
                        tri!(operators::set(site!(), &mut r!(d), value));
                    } else {
                        let light = r!(s).lift(&mut spare);
                        r!(d).put(light, &mut spare);
                    }
                }
                Op::AddSet(d, s) => {
                    arithmetic_set!(d, s, checked_add, +=);
                    let done = match regs.two(d, s) {
                        Some([place, more]) => text::append_value(place, more, vm),
                        None => false,
                    };
                    if !done {
                        op_set!(vm, program, function, pc, regs, d, s, tri);
                        settle!();
                    }
                }
                Op::SubSet(d, s) => {
                    arithmetic_set!(d, s, checked_sub, -=);
                    op_set!(vm, program, function, pc, regs, d, s, tri);
                    settle!();
                }
                Op::MulSet(d, s) => {
                    arithmetic_set!(d, s, checked_mul, *=);
                    op_set!(vm, program, function, pc, regs, d, s, tri);
                    settle!();
                }
                Op::SetBy(d, s) => {
                    op_set!(vm, program, function, pc, regs, d, s, tri);
                    settle!();
                }
                Op::AddSetI(d, i) => {
                    if let Value::Int(x) = &mut r!(d) {
                        if let Some(z) = x.checked_add(i64::from(i)) {
                            *x = z;
                            continue 'run;
                        }
                    }
                    let result = operators::op_set(vm, program, function.site(pc - 1), &mut r!(d), Dynamic::from_int(i64::from(i)));
                    tri!(result);
                }

                Op::AddSetK(d, k) => {
                    let suffix = &program.suffixes[k as usize];
                    if let Value::Dyn(place) = &mut r!(d) {
                        if text::append_text(place, &suffix.text, vm) {
                            continue 'run;
                        }
                    }
                    let operand = suffix.operand.clone();
                    tri!(operators::op_set(vm, program, function.site(pc - 1), &mut r!(d), operand));
                    settle!();
                }

                Op::Jump(to) => jump!(to),
                Op::Loop(to) => back!(to),
                Op::JumpIfNot(a, to) => {
                    if !truth!(a) {
                        jump!(to);
                    }
                }
                Op::JumpIf(a, to) => {
                    if truth!(a) {
                        jump!(to);
                    }
                }
                Op::JumpIfSome(a, to) => {
                    if !r!(a).is_unit() {
                        jump!(to);
                    }
                }
                Op::JumpNotLt(a, b, to) => jump_compare!(a, b, to, <, less),
                Op::JumpNotLe(a, b, to) => jump_compare!(a, b, to, <=, less_or_equal),
                Op::JumpNotGt(a, b, to) => jump_compare!(a, b, to, >, greater),
                Op::JumpNotGe(a, b, to) => jump_compare!(a, b, to, >=, greater_or_equal),
                Op::JumpNotEq(a, b, to) => jump_compare!(a, b, to, ==, equal),
                Op::JumpNotNe(a, b, to) => jump_compare!(a, b, to, !=, different),
                Op::JumpNotLtI(a, i, to) => jump_compare_immediate!(a, i, to, <),
                Op::JumpNotLeI(a, i, to) => jump_compare_immediate!(a, i, to, <=),
                Op::JumpNotGtI(a, i, to) => jump_compare_immediate!(a, i, to, >),
                Op::JumpNotGeI(a, i, to) => jump_compare_immediate!(a, i, to, >=),
                Op::JumpNotEqI(a, i, to) => jump_compare_immediate!(a, i, to, ==),
                Op::JumpNotNeI(a, i, to) => jump_compare_immediate!(a, i, to, !=),
                Op::LoopLt(a, b, to) => loop_compare!(a, b, to, <, less),
                Op::LoopLe(a, b, to) => loop_compare!(a, b, to, <=, less_or_equal),
                Op::LoopGt(a, b, to) => loop_compare!(a, b, to, >, greater),
                Op::LoopGe(a, b, to) => loop_compare!(a, b, to, >=, greater_or_equal),
                Op::LoopEq(a, b, to) => loop_compare!(a, b, to, ==, equal),
                Op::LoopNe(a, b, to) => loop_compare!(a, b, to, !=, different),
                Op::LoopLtI(a, i, to) => loop_compare_immediate!(a, i, to, <),
                Op::LoopLeI(a, i, to) => loop_compare_immediate!(a, i, to, <=),
                Op::LoopGtI(a, i, to) => loop_compare_immediate!(a, i, to, >),
                Op::LoopGeI(a, i, to) => loop_compare_immediate!(a, i, to, >=),
                Op::LoopEqI(a, i, to) => loop_compare_immediate!(a, i, to, ==),
                Op::LoopNeI(a, i, to) => loop_compare_immediate!(a, i, to, !=),
                Op::Switch(a, table) => {
                    if let Value::Dyn(d) = &r!(a) {
                        tri!(vm.ledger.charge_walk(d));
                    }
                    let target = iterate::switch_target(&program.switches[table as usize], &r!(a));
                    pc = regs.start_at(target as usize);
                }
                Op::InRange(d, a) => {
                    let inside = program.ranges[function.site(pc - 1)].contains(&r!(a));
                    r!(d) = Value::Bool(inside);
                }

                Op::Call(index, at, dst) => {
                    fuel -= 1;
                    if fuel < 0 {
                        // The call is not begun: it runs when the fiber is stepped again.
                        pc -= 1;
                        break 'run Ok(Exit::OutOfFuel);
                    }
                    save!();
                    if m.frames.len() >= max_depth {
                        return Err(EvalAltResult::ErrorStackOverflow(function.positions[pc - 1]).into());
                    }
                    let callee = &program.functions[usize::from(index)];
                    base += usize::from(at);
                    let end = base + usize::from(callee.registers);
                    if m.stack.len() < end {
                        invoke::grow(&mut m.stack, end);
                    }
                    let code_of_callee = Code {
                        unit: unit.own,
                        function: index,
                    };
                    m.frames.push(Frame::call(code_of_callee, base as u32, dst));
                    function = callee;
                    pc = 0;
                    regs = Window::new(&mut m.stack, base, function);
                    if let Some(this) = callee.this {
                        r!(this) = Value::Unbound;
                    }
                }
                Op::Return(a) => {
                    let depth = m.frames.len();
                    if depth == 1 {
                        // The top level's variables stay: `bindings` reads them.
                        meter.fuel = fuel;
                        *done = r!(a).take();
                        return Ok(Exit::Done);
                    }
                    let light = r!(a).lift(&mut spare);
                    let (place, kind, dst) = m.frames.last().map_or((Place::None, Kind::Call, 0), |f| (f.place, f.kind, f.dst));
                    // A callback's result: the routine below takes it and, mostly, calls again at once.
                    if let (Place::None, Kind::Call, Some(routine)) = (place, kind, &mut m.frames[depth - 2].routine) {
                        if fuel >= 0 {
                            for register in regs.all() {
                                if let Value::Dyn(_) = register {
                                    *register = Value::Unit;
                                }
                            }
                            match routine.turn(light, &mut spare, regs.all()) {
                                Turn::Called => {
                                    fuel -= 1;
                                    pc = 0;
                                    if let Some(this) = function.this {
                                        r!(this) = Value::Unbound;
                                    }
                                    continue 'run;
                                }
                                Turn::Used => {
                                    meter.fuel = fuel;
                                    m.frames.pop();
                                    break 'flow invoke::continue_routine(m, &mut cx!());
                                }
                                Turn::Left => {}
                            }
                        }
                    }
                    let lent = match (place, function.this) {
                        (Place::None, _) => Some(None),
                        (Place::Variable(home), Some(this)) => Some(Some((home, this))),
                        _ => None,
                    };
                    if let (Some(lent), Kind::Call, None) = (lent, kind, &m.frames[depth - 2].routine) {
                        let back = lent.map(|(home, this)| (home, r!(this).take()));
                        for register in regs.all() {
                            if let Value::Dyn(_) = register {
                                *register = Value::Unit;
                            }
                        }
                        m.frames.pop();
                        if let Some((home, object)) = back {
                            invoke::give_back_value(&mut m.registers()[usize::from(home)], object);
                        }
                        if m.frames[depth - 2].unit != unit.own {
                            let mut value = Value::Unit;
                            value.put(light, &mut spare);
                            m.set_register(dst, value);
                            meter.fuel = fuel;
                            return Ok(Exit::OtherUnit);
                        }
                        load!();
                        regs.all()[usize::from(dst)].put(light, &mut spare);
                    } else {
                        meter.fuel = fuel;
                        let mut value = Value::Unit;
                        value.put(light, &mut spare);
                        break 'flow invoke::leave(m, &mut cx!(), value);
                    }
                }
                Op::CallNamed(at, dst, argc) => flow!(invoke::named(m, &mut cx!(), function.site(pc - 1), None, (at, argc), dst)),
                Op::CallNamedRef(target, at, dst) => {
                    direct!(target, at, dst);
                    let argc = site!().argc;
                    flow!(invoke::named(m, &mut cx!(), function.site(pc - 1), Some(target), (at, argc), dst));
                }
                Op::Method(target, at, dst) => {
                    fuel -= 1;
                    if vm.foreign_methods.is_none() {
                        direct!(target, at, dst);
                    }
                    // A method of the script: the object becomes the callee's `this`, the arguments stand where they are.
                    let site = site!();
                    if let (Some(index), Value::Dyn(object), true) = (site.meaning.own_method, &r!(target), m.frames.len() < max_depth) {
                        let callee = &program.functions[usize::from(index)];
                        if let (Some(this), true) = (callee.this, unit.own == unit.home && invoke::is_plain_object(object, &site.name)) {
                            save!();
                            let object = r!(target).take();
                            base += usize::from(at);
                            let end = base + usize::from(callee.registers);
                            if m.stack.len() < end {
                                invoke::grow(&mut m.stack, end);
                            }
                            let code_of_callee = Code {
                                unit: unit.own,
                                function: index,
                            };
                            m.frames.push(Frame {
                                place: Place::Variable(target),
                                ..Frame::call(code_of_callee, base as u32, dst)
                            });
                            function = callee;
                            pc = 0;
                            regs = Window::new(&mut m.stack, base, function);
                            r!(this) = object;
                            continue 'run;
                        }
                    }
                    flow!(invoke::method(m, &mut cx!(), function.site(pc - 1), target, at, dst, false));
                }
                Op::Host(at, argc, dst) => {
                    save!();
                    let site = function.site(pc - 1);
                    let host = program.sites[site].meaning.host.unwrap_or(u32::MAX);
                    m.state = State::Waiting {
                        function: host,
                        site: site as u32,
                        first: base as u32 + u32::from(at),
                        argc,
                        dst: Target::Register(base as u32 + u32::from(dst)),
                    };
                    return Ok(Exit::Suspended);
                }
                Op::Offer(a) => {
                    if let Some(container) = waiting::offered(&r!(a)) {
                        tri!(vm.ledger.charge_walk(container));
                        pc += 1;
                        settle!();
                    }
                }
                Op::IsShared(d, a) => {
                    let shared = r!(a).is_shared();
                    r!(d) = Value::Bool(shared);
                }

                Op::Chain(d, chain) => {
                    if walk::run(&program.chains[chain as usize], regs.all(), vm, &mut spare, d) {
                        continue 'run;
                    }
                    flow!(path::run(m, &mut cx!(), chain, d));
                }
                Op::Attempt(chain) => {
                    if !walk::run(&program.chains[chain as usize], regs.all(), vm, &mut spare, 0) {
                        pc += 1;
                    }
                }
                Op::Index(d, a, i) => {
                    if let (Value::Dyn(target), Value::Int(index)) = (&r!(a), &r!(i)) {
                        if let Some(light) = path::element(target, *index, &mut spare) {
                            r!(d).put(light, &mut spare);
                            continue 'run;
                        }
                    }
                    let chain = function.site(pc - 1) as u32;
                    if walk::run(&program.chains[chain as usize], regs.all(), vm, &mut spare, d) {
                        continue 'run;
                    }
                    flow!(path::run(m, &mut cx!(), chain, d));
                }
                Op::SetIndex(a, i, s) => {
                    if let Value::Int(index) = r!(i) {
                        if let Some([Value::Dyn(target), value]) = regs.two(a, s) {
                            if path::set_element(target, index, value) {
                                continue 'run;
                            }
                        }
                    }
                    let chain = function.site(pc - 1) as u32;
                    if walk::run(&program.chains[chain as usize], regs.all(), vm, &mut spare, s) {
                        continue 'run;
                    }
                    flow!(path::run(m, &mut cx!(), chain, s));
                }
                Op::Property(d, a) => {
                    let chain = function.site(pc - 1) as u32;
                    if let Value::Dyn(target) = &r!(a) {
                        if let Some(light) = walk::read(target, &program.chains[chain as usize].links, regs.every(), &mut spare) {
                            r!(d).put(light, &mut spare);
                            continue 'run;
                        }
                    }
                    flow!(path::run(m, &mut cx!(), chain, d));
                }
                Op::SetProperty(s) => {
                    let chain = function.site(pc - 1) as u32;
                    if walk::run(&program.chains[chain as usize], regs.all(), vm, &mut spare, s) {
                        continue 'run;
                    }
                    flow!(path::run(m, &mut cx!(), chain, s));
                }

                Op::Push(d, a) => {
                    tri!(vm.ledger.store_value(&r!(a), 0));
                    let value = r!(a).take_dynamic();
                    let length = match &mut r!(d) {
                        Value::Dyn(array) => array.as_array_mut().map_or(0, |mut array| {
                            array.push(value);
                            array.len()
                        }),
                        _ => 0,
                    };
                    tri!(vm.limits.check_array(length));
                }
                Op::Interpolate(d, at, n) => {
                    let first = usize::from(at);
                    let value = tri!(operators::interpolate(vm, site!(), &mut regs.all()[first..first + usize::from(n)]));
                    r!(d) = value;
                    settle!();
                }
                Op::Share(a) => {
                    if !r!(a).is_shared() {
                        let value = r!(a).take_dynamic();
                        r!(a) = Value::Dyn(super::share(&mut m.cells, vm, value));
                    }
                }

                Op::RangeInit(a, inclusive) => {
                    let second = a + 1;
                    match iterate::range(&r!(a), &r!(second), inclusive) {
                        Some((next, count)) => {
                            r!(a) = Value::Int(next);
                            r!(second) = Value::Int(count);
                        }
                        None => {
                            // Not a range of integers: rhai says what is wrong.
                            let error = match operators::binary(vm, site!(), &r!(a), &r!(second)) {
                                Err(error) => error,
                                Ok(_) => EvalAltResult::ErrorFor(function.positions[pc - 1]).into(),
                            };
                            break 'run Err(error);
                        }
                    }
                }
                Op::RangeLoop(d, a, to) => {
                    if let Value::Int(left) = &mut r!(a + 1) {
                        if *left == 0 {
                            continue 'run;
                        }
                        *left = left.wrapping_sub(1);
                    }
                    if let Value::Int(next) = &mut r!(a) {
                        let value = *next;
                        *next = value.wrapping_add(1);
                        if let Value::Dyn(_) = r!(d) {
                            operators::set_loop_variable(&mut r!(d), Value::Int(value));
                        } else {
                            r!(d) = Value::Int(value);
                        }
                    }
                    back!(to);
                }
                Op::IterLoop(d, to) => {
                    if let Some(Iter::Array(items)) = m.iterators.last_mut() {
                        let Some(item) = items.next() else { continue 'run };
                        if r!(d).is_shared() {
                            operators::set_loop_variable(&mut r!(d), Value::from_item(item));
                        } else if item.is_string() && !item.is_shared() {
                            r!(d) = Value::Dyn(item);
                        } else {
                            let light = Light::of_item(item, &mut spare);
                            r!(d).put(light, &mut spare);
                        }
                        back!(to);
                        continue 'run;
                    }
                    let next = match m.iterators.last_mut() {
                        Some(iterator) => tri!(iterator.next(function.positions[pc - 1])),
                        None => None,
                    };
                    let Some(value) = next else { continue 'run };
                    if let Value::Dyn(_) = r!(d) {
                        operators::set_loop_variable(&mut r!(d), value);
                    } else {
                        r!(d) = value;
                    }
                    back!(to);
                }
                Op::IterDrop => drop(m.iterators.pop()),
                Op::Count(d, a) => {
                    let Value::Int(count) = r!(a) else { unreachable!("the counter is ours") };
                    operators::set_loop_variable(&mut r!(d), Value::Int(count));
                    r!(a) = Value::Int(count + 1);
                }

                Op::Try(d, to) => m.handlers.push(Handler {
                    frame: m.frames.len() as u32 - 1,
                    pc: pc.wrapping_add_signed(to as isize) as u32,
                    iterators: m.iterators.len() as u32,
                    register: d,
                    named: function.sites[pc - 1] != crate::program::NO_SITE,
                    caught: None,
                }),
                Op::EndTry => drop(m.handlers.pop()),
                Op::Throw(a) => {
                    let value = r!(a).take_dynamic();
                    break 'run Err(EvalAltResult::ErrorRuntime(value.flatten(), function.positions[pc - 1]).into());
                }
                Op::Fail(k) => break 'run Err(copy_error(&program.errors[k as usize])),
                seldom => flow!(seldom::run(m, &mut cx!(), (function, pc - 1), seldom)),
            }
            continue 'run;
        };
        match flow? {
            Flow::Suspended => return Ok(Exit::Suspended),
            Flow::OutOfFuel => return Ok(Exit::OutOfFuel),
            Flow::Next | Flow::Entered => {
                fuel = meter.fuel;
                load!();
            }
        }
        settle!();
    };
    save!();
    end
}

/// Whether the variable is captured and its value in use by a callee.
#[inline]
pub(super) fn lent_or_locked(value: &Value) -> bool {
    matches!(value, Value::Dyn(d) if d.is_shared() && d.read_lock::<Dynamic>().is_none_or(|v| crate::value::is_lent(&v)))
}

/// Errors in a program's table are made anew at each throw.
fn copy_error(error: &EvalAltResult) -> Error {
    match error {
        EvalAltResult::ErrorVariableNotFound(name, at) => EvalAltResult::ErrorVariableNotFound(name.clone(), *at).into(),
        EvalAltResult::ErrorAssignmentToConstant(name, at) => EvalAltResult::ErrorAssignmentToConstant(name.clone(), *at).into(),
        other => EvalAltResult::ErrorRuntime(other.to_string().into(), other.position()).into(),
    }
}
