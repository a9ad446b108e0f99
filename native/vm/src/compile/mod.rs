//! AST to bytecode: names become registers, calls get call sites, every instruction keeps its position.
//!
//! One pass per function, no optimiser. What the machine cannot run yet is refused here, by name.
//! Order of evaluation is rhai's: right side before left in assignments, all arguments of a chain before its root,
//! the first argument of a call last when it is a variable.

mod assign;
mod call;
mod chain;
mod condition;
mod definition;
mod expr;
mod function;
mod host;
mod inside;
mod loops;
mod named;
mod names;
mod operator;
mod scan;
mod shortcut;
mod stmt;
mod stop;
mod switch;

use crate::bytecode::Reg;
use crate::parse::Within;
use crate::program::{FunctionInfo, HostUse, Meaning, Names, Program, RootVariable, Site};
use crate::value::Value;
use crate::HostNames;
use definition::{body_of, first_position};
use function::{finish, FunctionBuilder};
pub(crate) use inside::{compile_inside, Inner};
use rhai::{Dynamic, ImmutableString, Position, ScriptFuncDef, Stmt, AST};
use std::rc::Rc;
pub(crate) use stop::Refusal;
use stop::{by_short_jumps, unsupported, Compiled, Stop};

/// 1-based line and column of a position, 0 = unknown.
pub(crate) fn line_column(position: Position) -> (u32, u32) {
    let line = position.line().unwrap_or(0);
    let column = position.position().unwrap_or(0);
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

/// Compiles a parsed script.
pub(crate) fn compile(ast: &AST, name: &str, hosts: &Rc<HostNames>, limits: Within) -> Result<Program, Refusal> {
    by_short_jumps(|short_jumps| {
        let program = Program {
            name: name.into(),
            hosts: hosts.clone(),
            ..Program::default()
        };
        let mut compiler = Compiler::new(program, limits, short_jumps);
        compiler.script(ast)?;
        Ok(compiler.program)
    })
}

/// The program being built.
struct Compiler {
    program: Program,
    /// Comparisons jump themselves; their jumps are short.
    short_jumps: bool,
    /// When compiling must end.
    limits: Within,
    /// Expressions until that is looked at again.
    until_look: u32,
    /// Numbers of the program's pointers and namespaces.
    pointers: Names<usize>,
    namespaces: Names<usize>,
    /// Constants of the top level are visible to functions as `global::`.
    has_functions: bool,
    /// Functions may be called with a caller's scope, so they are compiled anew for it.
    lends_scope: bool,
}

impl Compiler {
    fn new(program: Program, limits: Within, short_jumps: bool) -> Self {
        Self {
            program,
            short_jumps,
            limits,
            until_look: 0,
            pointers: Names::default(),
            namespaces: Names::default(),
            has_functions: false,
            lends_scope: false,
        }
    }

    fn script(&mut self, ast: &AST) -> Compiled {
        self.program.functions.push(Default::default());
        self.program.aliases = scan::imported_names(ast, &self.program.hosts);
        let definitions: Vec<_> = ast.iter_fn_def().cloned().collect();
        if !definitions.is_empty() {
            self.functions(&definitions)?;
        }
        let top = self.top_level(ast.statements())?;
        self.program.functions[0] = top;
        if self.lends_scope {
            self.program.definitions = definitions;
        }
        Ok(())
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn functions(&mut self, definitions: &[Rc<ScriptFuncDef>]) -> Compiled {
        self.has_functions = true;
        for definition in definitions {
            self.declare(definition)?;
        }
        for (index, definition) in definitions.iter().enumerate() {
            let body = body_of(definition);
            let function = self.function(definition, &body)?;
            self.program.functions[index + 1] = function;
        }
        Ok(())
    }

    /// Makes a function known before any body is compiled.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn declare(&mut self, definition: &Rc<ScriptFuncDef>) -> Compiled {
        let Ok(index) = u16::try_from(self.program.functions.len()) else {
            return Err(function::too_large("script", Position::new(1, 1)).into());
        };
        let arity = u16::try_from(definition.params.len()).unwrap_or(u16::MAX);
        self.program.functions.push(Default::default());
        match &definition.this_type {
            Some(this) => {
                self.program.typed_names.insert((definition.name.clone(), arity));
                self.program.typed.insert((this.clone(), definition.name.clone(), arity), index);
            }
            None => {
                self.program.by_name.entry(definition.name.clone()).or_default().push((arity, index));
                if definition.name.starts_with("anon$") {
                    let spelled = crate::machine::spelled(&definition.name);
                    self.program.by_name.entry(spelled).or_default().push((arity, index));
                }
            }
        }
        let (line, column) = first_position(definition);
        self.program.infos.push(FunctionInfo {
            name: definition.name.to_string(),
            params: definition.params.iter().map(ToString::to_string).collect(),
            private: definition.access == rhai::FnAccess::Private,
            line,
            column,
            doc: Vec::new(),
            this_type: definition.this_type.as_ref().map(ToString::to_string),
        });
        Ok(())
    }

    fn constant(&mut self, value: Dynamic) -> u32 {
        self.program.constants.push(Value::from(value));
        index(self.program.constants.len())
    }

    /// A call site; `argc` does not count the target of a method.
    fn site(&mut self, name: &ImmutableString, argc: usize, meaning: Meaning, position: Position) -> u32 {
        self.program.sites.push(Site::new(name.clone(), argc, meaning, position));
        index(self.program.sites.len())
    }

    /// A site that only calls natives: operators, getters, indexers.
    fn native_site(&mut self, name: &str, argc: usize, position: Position) -> u32 {
        self.site(&name.into(), argc, Meaning::default(), position)
    }

    fn host_use(&mut self, name: &str, function: u32, position: Position) {
        let (line, column) = line_column(position);
        self.program.uses.push(HostUse {
            name: name.to_owned(),
            function,
            line,
            column,
        });
    }

    fn root_variable(&mut self, name: &ImmutableString, register: Reg, constant: bool, outer: bool) {
        self.program.root.push(RootVariable {
            name: name.clone(),
            register,
            constant,
            outer,
        });
    }
}

/// Index of the element pushed last.
fn index(len: usize) -> u32 {
    u32::try_from(len - 1).unwrap_or(u32::MAX)
}

impl Compiler {
    fn top_level(&mut self, statements: &[Stmt]) -> Compiled<crate::program::Function> {
        let facts = scan::scan(statements);
        self.lends_scope |= facts.lends_scope || facts.evaluates;
        let mut builder = FunctionBuilder::new("".into(), &facts, true);
        for name in &facts.outer {
            let register = builder.variable(name, false)?;
            builder.locals.pop();
            builder.expect(name, register);
            self.root_variable(name, register, false, true);
        }
        self.body(&mut builder, statements)?;
        finish(builder)
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn function(&mut self, definition: &ScriptFuncDef, body: &[Stmt]) -> Compiled<crate::program::Function> {
        let facts = scan::scan(body);
        self.lends_scope |= facts.lends_scope || facts.evaluates;
        let mut builder = FunctionBuilder::new(definition.name.clone(), &facts, false);
        let anonymous = definition.name.starts_with("anon$");
        for parameter in &definition.params {
            builder.variable(parameter, false)?;
            if anonymous {
                builder.captured.insert(parameter.clone());
            }
        }
        if facts.this {
            builder.this = Some(builder.temporary()?);
        }
        self.body(&mut builder, body)?;
        let mut function = finish(builder)?;
        function.parameters = definition.params.len() as u16;
        Ok(function)
    }

    fn inside(&mut self, mut builder: FunctionBuilder, facts: &scan::Facts, statements: &[Stmt]) -> Compiled<crate::program::Function> {
        if facts.this {
            builder.this = Some(builder.temporary()?);
        }
        self.body(&mut builder, statements)?;
        finish(builder)
    }

    /// All statements, then `return` of the last one's value.
    fn body(&mut self, f: &mut FunctionBuilder, statements: &[Stmt]) -> Compiled {
        let result = f.temporary()?;
        self.statements(f, statements, Some(result))?;
        self.end_function(f);
        f.emit(crate::bytecode::Op::Return(result));
        Ok(())
    }
}
