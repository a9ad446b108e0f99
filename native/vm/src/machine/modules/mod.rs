//! Modules of one run: found by path, evaluated once, seen under the names that `import` gives them.
//!
//! A path that the run does not know yet is asked of the host, like a host function of id [`IMPORT`]; the answer is a
//! script's text, which runs here as a frame of its own, or a map of host functions and constants. Imports are a stack:
//! a name is looked for among the code's own imports, then those of its module, then its callers'.

mod lookup;

pub(crate) use lookup::ForeignMethod;
pub(super) use lookup::{foreign_method, Found};

use super::frame::{Frame, Kind, State, Target};
use super::invoke;
use super::native::at;
use super::scopes::Source;
use super::{Code, Error, Machine};
use crate::bytecode::{Op, Reg};
use crate::compile::Refusal;
use crate::program::{Program, Site};
use crate::value::Value;
use crate::{HostNames, Vm};
use rhai::{Dynamic, EvalAltResult, ImmutableString, Map, Position};
use std::rc::Rc;

/// The host function that knows modules: takes a path and the name of the script that imports it; gives a text, a map
/// `#{ functions: #{ name: id }, constants: #{ … } }`, or `()` when there is no such module.
pub const IMPORT: u32 = u32::MAX - 1;

/// What `import` brings in.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// Its program; none for a module of the host.
    program: Option<Rc<Program>>,
    functions: Vec<(ImmutableString, u32)>,
    variables: Vec<(ImmutableString, Dynamic)>,
    modules: Vec<(ImmutableString, Rc<Module>)>,
}

/// A module under a name.
#[derive(Debug)]
pub(super) struct Import {
    name: ImmutableString,
    module: Rc<Module>,
    /// Index of the frame it belongs to.
    pub(super) owner: u32,
    /// Depth of blocks.
    pub(super) depth: u16,
}

/// A variable that a module shows.
#[derive(Debug)]
pub(super) struct Export {
    owner: u32,
    alias: ImmutableString,
    at: Source,
}

/// The modules of a run.
#[derive(Debug, Default)]
pub(super) struct Modules {
    /// By path.
    known: Vec<(ImmutableString, Rc<Module>)>,
    pub(super) imports: Vec<Import>,
    exports: Vec<Export>,
    /// The module of each unit that is one.
    of_unit: Vec<(u32, Rc<Module>)>,
}

impl Module {
    fn variable(&self, name: &str) -> Option<&Dynamic> {
        self.variables.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }

    fn inner(&self, name: &str) -> Option<&Rc<Self>> {
        self.modules.iter().rev().find(|(n, _)| n == name).map(|(_, module)| module)
    }

    /// A module of the host, from what it answered.
    fn of_host(mut answer: Map) -> Self {
        let mut part = |key: &str| answer.remove(key).and_then(|d| d.try_cast::<Map>()).unwrap_or_default();
        let functions = part("functions").into_iter();
        Self {
            functions: functions
                .filter_map(|(name, id)| Some((name.into(), u32::try_from(id.as_int().ok()?).ok()?)))
                .collect(),
            variables: part("constants").into_iter().map(|(name, value)| (name.into(), value)).collect(),
            ..Self::default()
        }
    }
}

impl Machine {
    fn modules(&mut self) -> &mut Modules {
        &mut self.extra.get_or_insert_with(Box::default).modules
    }

    /// `import path`: binds a module the run knows (`true`), or stops for the host.
    #[inline(never)]
    pub(super) fn import(&mut self, path: ImmutableString, position: Position) -> Result<bool, Error> {
        let known = self.modules().known.iter().find(|(p, _)| *p == path).map(|(_, module)| module.clone());
        if let Some(module) = known {
            self.bind_import(module);
            return Ok(true);
        }
        self.refuse_cycle(&path, position)?;
        let from = self.current_program().name.clone();
        let first = self.top();
        if self.stack.len() < first + 2 {
            invoke::grow(&mut self.stack, first + 2);
        }
        self.extra.get_or_insert_with(Box::default).asked = path.clone();
        self.stack[first] = Value::Dyn(path.into());
        self.stack[first + 1] = Value::Dyn(from.into());
        self.state = State::Waiting {
            function: IMPORT,
            site: u32::MAX,
            first: first as u32,
            argc: 2,
            dst: Target::Import,
        };
        Ok(false)
    }

    /// A module that is being evaluated cannot be imported: it has no exports yet.
    fn refuse_cycle(&self, path: &ImmutableString, position: Position) -> Result<(), Error> {
        let loading = self.frames.iter().filter(|f| f.kind == Kind::Module);
        let names: Vec<_> = loading.map(|f| self.unit(f.unit).0.name.as_str()).collect();
        let Some(start) = names.iter().position(|n| n == path) else {
            return Ok(());
        };
        let circle = names[start..].iter().map(|n| format!("'{n}' -> ")).collect::<String>();
        let inner = EvalAltResult::ErrorRuntime(format!("modules import each other: {circle}'{path}'").into(), position);
        Err(EvalAltResult::ErrorInModule(path.to_string(), inner.into(), position).into())
    }

    /// The host's answer for the path asked last.
    pub(super) fn imported(&mut self, vm: &mut Vm, answer: Dynamic, limits: &crate::Limits) -> Result<(), Error> {
        let position = self.position();
        let path = self.asked_path();
        if let Ok(source) = answer.as_immutable_string_ref() {
            limits.check_source(source.len())?;
            let hosts = self.current_program().hosts.clone();
            let program = compile(vm, &source, &path, &hosts).map_err(|e| in_module(&path, e, position))?;
            invoke::depth_left_for(self, limits, position)?;
            return self.enter_module(Rc::new(program));
        }
        match answer.try_cast_result::<Map>() {
            Ok(map) => {
                let module = Rc::new(Module::of_host(map));
                self.modules().known.push((path, module.clone()));
                self.bind_import(module);
                Ok(())
            }
            Err(_) => Err(EvalAltResult::ErrorModuleNotFound(path.to_string(), position).into()),
        }
    }

    fn asked_path(&self) -> ImmutableString {
        self.extra.as_ref().map_or_else(ImmutableString::new, |e| e.asked.clone())
    }

    fn enter_module(&mut self, program: Rc<Program>) -> Result<(), Error> {
        let base = self.top();
        let end = base + usize::from(program.functions[0].registers);
        if self.stack.len() < end {
            invoke::grow(&mut self.stack, end);
        }
        for variable in &program.root {
            self.stack[base + usize::from(variable.register)] = Value::Unbound;
        }
        let unit = self.unit_of(&program);
        self.frames.push(Frame {
            kind: Kind::Module,
            ..Frame::call(Code { unit, function: 0 }, base as u32, 0)
        });
        Ok(())
    }

    /// The frame on top, a module's top level, has come to its end: makes the module of what it leaves.
    pub(super) fn finish_module(&mut self) -> Rc<Module> {
        let owner = self.frames.len() as u32 - 1;
        let unit = self.frames[owner as usize].unit;
        let program = self.unit(unit).0.clone();
        let mut module = Module {
            program: Some(program.clone()),
            ..Module::default()
        };
        let exports = std::mem::take(&mut self.modules().exports);
        let (mine, others) = exports.into_iter().partition::<Vec<_>, _>(|e| e.owner == owner);
        for export in mine.into_iter().rev() {
            if module.variable(&export.alias).is_none() {
                let value = self.slot(export.at).clone().into();
                module.variables.push((export.alias, value));
            }
        }
        let extra = self.extra.get_or_insert_with(Box::default);
        extra.modules.exports = others;
        let own = extra.modules.imports.iter().filter(|i| i.owner == owner && !i.name.is_empty());
        module.modules = own.map(|i| (i.name.clone(), i.module.clone())).collect();
        extra.modules.imports.retain(|i| i.owner < owner);
        let module = Rc::new(module);
        extra.modules.known.push((program.name.clone(), module.clone()));
        extra.modules.of_unit.push((unit, module.clone()));
        module
    }

    /// Binds a module as the `import` in progress says.
    pub(super) fn bind_import(&mut self, module: Rc<Module>) {
        let owner = self.owner() as u32;
        let Some(frame) = self.frames.last() else { return };
        let pc = (frame.pc as usize).saturating_sub(1);
        let function = self.function_of(frame);
        let Op::Import(_, depth) = function.code[pc] else { return };
        let name = self.current_program().sites[function.site(pc)].name.clone();
        self.modules().imports.push(Import { name, module, owner, depth });
    }

    /// Marks a variable as one that the module shows.
    pub(super) fn export(&mut self, alias: &Site, variable: &Site, register: Reg) -> Result<(), Error> {
        let Some(at) = self.locate(variable, register) else {
            return Err(EvalAltResult::ErrorVariableNotFound(variable.name.to_string(), variable.position).into());
        };
        let owner = self.owner() as u32;
        self.modules().exports.push(Export {
            owner,
            alias: alias.name.clone(),
            at,
        });
        Ok(())
    }
}

fn compile(vm: &mut Vm, source: &str, path: &ImmutableString, hosts: &Rc<HostNames>) -> Result<Program, Error> {
    let ast = vm.parse_for_run(source)?;
    crate::compile::compile(&ast, path, hosts, vm.within_run()).map_err(|refusal| match refusal {
        Refusal::Script(error) => error.message.into(),
        Refusal::Over(error) => error,
    })
}

/// An error of a module's text or of its evaluation.
pub(super) fn in_module(path: &str, error: Error, position: Position) -> Error {
    if error.is_system_exception() && !matches!(*error, EvalAltResult::ErrorParsing(..)) {
        return at(error, position);
    }
    EvalAltResult::ErrorInModule(path.to_owned(), error, position).into()
}
