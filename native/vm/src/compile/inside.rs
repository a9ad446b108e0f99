//! Code that runs inside a function: the text of an `eval`, a function called with `!`. Compiled when it is called.

use super::definition::body_of;
use super::function::FunctionBuilder;
use super::stop::{by_short_jumps, Compiled, Refusal};
use super::{scan, Compiler};
use crate::bytecode::Reg;
use crate::parse::Within;
use crate::program::{Program, ScopeView};
use rhai::{ImmutableString, ScriptFuncDef, Stmt};
use std::rc::Rc;

/// What runs inside a function of `caller`, in the scope it has at one place.
pub(crate) enum Inner<'a> {
    /// The statements of an `eval`.
    Text(&'a [Stmt]),
    /// A function called with `!`.
    Function(&'a Rc<ScriptFuncDef>),
}

/// Compiles code that runs inside a function of `caller`: it shares its registers, names and functions.
pub(crate) fn compile_inside(
    inner: &Inner<'_>,
    caller: &Rc<Program>,
    view: &ScopeView,
    names: &[(ImmutableString, Reg)],
    limits: Within,
) -> Result<Program, Refusal> {
    by_short_jumps(|short_jumps| compile_inner(inner, caller, view, names, limits, short_jumps))
}

fn compile_inner(
    inner: &Inner<'_>,
    caller: &Rc<Program>,
    view: &ScopeView,
    names: &[(ImmutableString, Reg)],
    limits: Within,
    short_jumps: bool,
) -> Compiled<Program> {
    let home = Program::home(caller);
    let program = Program {
        name: caller.name.clone(),
        hosts: caller.hosts.clone(),
        home: Some(home.clone()),
        aliases: caller.aliases.clone(),
        ..Program::default()
    };
    let mut compiler = Compiler::new(program, limits, short_jumps);
    compiler.has_functions = home.functions.len() > 1;
    let function = match inner {
        Inner::Text(statements) => {
            let facts = scan::scan(statements);
            let mut builder = FunctionBuilder::inside("eval".into(), &facts, view, names);
            builder.publishes = Some(builder.depth);
            compiler.inside(builder, &facts, statements)?
        }
        Inner::Function(definition) => {
            let body = body_of(definition);
            let facts = scan::scan(&body);
            let mut builder = FunctionBuilder::inside(definition.name.clone(), &facts, view, names);
            builder.depth += 1;
            for parameter in &definition.params {
                builder.variable(parameter, false)?;
            }
            compiler.inside(builder, &facts, &body)?
        }
    };
    compiler.program.functions.push(function);
    Ok(compiler.program)
}
