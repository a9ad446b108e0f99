//! Code that runs inside the function that calls it: the text of `eval`, and functions called with `!`.
//!
//! It is compiled when it is called, against the names that are visible there, and its frame stands on its caller's
//! registers. A text may declare variables in its caller's scope; a function may not.

use super::super::operators::mismatch;
use super::super::{Error, Frame, Kind, Machine};
use super::{depth_left, grow, Context, Flow};
use crate::bytecode::Reg;
use crate::compile::{compile_inside, Inner, Refusal};
use crate::program::{Program, ScopeView};
use crate::value::Value;
use crate::CompileError;
use rhai::{EvalAltResult, ImmutableString, ParseErrorType, Position, AST};
use std::rc::Rc;

/// `eval(text)`.
pub(in crate::machine) fn eval(m: &mut Machine, cx: &mut Context<'_>, view: usize, text: Reg, dst: Reg) -> Result<Flow, Error> {
    let position = m.position();
    let text = m.registers()[usize::from(text)].read_dynamic().into_immutable_string();
    let text: ImmutableString = text.map_err(|t| mismatch(cx.vm, std::any::type_name::<ImmutableString>(), t, position))?;
    let in_eval = |error: Error, m: &Machine| -> Error {
        EvalAltResult::ErrorInFunctionCall("eval".into(), m.current_program().name.to_string(), error, position).into()
    };
    cx.vm.limits.check_source(text.len())?;
    let ast = parse(cx, text.trim()).map_err(|e| in_eval(e, m))?;
    if ast.statements().is_empty() {
        m.set_register(dst, Value::Unit);
        return Ok(Flow::Next);
    }
    let view = cx.program.scopes[view].clone();
    let program = compile(m, cx, &Inner::Text(ast.statements()), &view).map_err(|e| in_eval(e, m))?;
    enter_inside(m, cx, program, &view, Vec::new(), dst)
}

/// The text's statements. It may define no functions, as in rhai.
fn parse(cx: &mut Context<'_>, text: &str) -> Result<AST, Error> {
    let ast = cx.vm.parse_for_run(text)?;
    if ast.iter_fn_def().next().is_some() {
        return Err(EvalAltResult::ErrorParsing(ParseErrorType::WrongFnDefinition, Position::NONE).into());
    }
    Ok(ast)
}

/// `name!(arguments)` of a function of the script's own.
pub(in crate::machine) fn call_inside(m: &mut Machine, cx: &mut Context<'_>, view: usize, base: Reg, dst: Reg) -> Result<Flow, Error> {
    let view = cx.program.scopes[view].clone();
    let site = &cx.program.sites[view.site as usize];
    let home = Program::home(cx.program);
    let definition = home
        .find(&site.name, usize::from(site.argc))
        .and_then(|f| home.definitions.get(usize::from(f) - 1));
    let Some(definition) = definition.cloned() else {
        return Err(EvalAltResult::ErrorFunctionNotFound(site.name.to_string(), site.position).into());
    };
    let first = usize::from(base);
    let args = m.registers()[first..first + usize::from(site.argc)].iter_mut().map(Value::take).collect();
    let program = compile(m, cx, &Inner::Function(&definition), &view)?;
    enter_inside(m, cx, program, &view, args, dst)
}

fn compile(m: &Machine, cx: &Context<'_>, inner: &Inner<'_>, view: &ScopeView) -> Result<Rc<Program>, Error> {
    let Some(frame) = m.frames.last() else { return Err("no frame".into()) };
    let names = m.function_of(frame).visible((frame.pc as usize).saturating_sub(1));
    let program = compile_inside(inner, cx.program, view, &names, cx.vm.within_run());
    program.map(Rc::new).map_err(|refusal| match refusal {
        Refusal::Script(error) => failed(&error),
        Refusal::Over(error) => error,
    })
}

/// A text that parses and still cannot be compiled: it is too large for a function.
fn failed(error: &CompileError) -> Error {
    let line = u16::try_from(error.line).unwrap_or(u16::MAX);
    let column = u16::try_from(error.column).unwrap_or(u16::MAX);
    let position = if line == 0 { Position::NONE } else { Position::new(line, column) };
    EvalAltResult::ErrorRuntime(error.message.clone().into(), position).into()
}

fn enter_inside(m: &mut Machine, cx: &mut Context<'_>, program: Rc<Program>, view: &ScopeView, args: Vec<Value>, dst: Reg) -> Result<Flow, Error> {
    depth_left(m, cx.meter, m.position())?;
    cx.meter.fuel -= 1;
    let base = m.frames.last().map_or(0, |f| f.base);
    let function = &program.functions[0];
    let (registers, this) = (usize::from(function.registers), function.this);
    let code = m.add_inner(program, cx.unit.home);
    let end = base as usize + registers;
    if m.stack.len() < end {
        grow(&mut m.stack, end);
    }
    let first = base as usize + usize::from(view.free);
    for (register, value) in m.stack[first..].iter_mut().zip(args) {
        *register = value;
    }
    if let Some(this) = this {
        m.stack[base as usize + usize::from(this)] = Value::Unbound;
    }
    m.frames.push(Frame {
        kind: Kind::Inside,
        ..Frame::call(code, base, dst)
    });
    Ok(Flow::Entered)
}
