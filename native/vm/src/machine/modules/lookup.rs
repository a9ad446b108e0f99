//! Finding what a module brings: by namespace, or as a method of a type.

use super::super::{Code, Error, Machine};
use super::{Import, Module};
use crate::program::{Namespace, Site};
use rhai::{Dynamic, EvalAltResult, ImmutableString, Position};
use std::rc::Rc;

/// A typed method of an imported module: methods need no namespace.
#[derive(Debug)]
pub(crate) struct ForeignMethod {
    this: ImmutableString,
    name: ImmutableString,
    argc: u16,
    code: Code,
}

/// Finds a typed method among those of imported modules.
pub(in crate::machine) fn foreign_method(methods: Option<&[ForeignMethod]>, this: &str, name: &str, argc: usize) -> Option<Code> {
    let fits = |m: &&ForeignMethod| m.this == this && m.name == name && usize::from(m.argc) == argc;
    methods?.iter().rev().find(fits).map(|m| m.code)
}

/// What a call of a module's function is.
pub(in crate::machine) enum Found {
    Script(Code),
    Host(u32),
}

impl Machine {
    /// The typed methods of all imports in force.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub(in crate::machine) fn foreign_methods(&mut self) -> Option<Rc<[ForeignMethod]>> {
        let extra = self.extra.as_ref()?;
        let programs: Vec<_> = extra.modules.imports.iter().filter_map(|i| i.module.program.clone()).collect();
        let mut list = Vec::new();
        for program in programs.into_iter().filter(|p| !p.typed.is_empty()) {
            let unit = self.unit_of(&program);
            list.extend(program.typed.iter().map(|((this, name, argc), function)| ForeignMethod {
                this: this.clone(),
                name: name.clone(),
                argc: *argc,
                code: Code { unit, function: *function },
            }));
        }
        (!list.is_empty()).then(|| list.into())
    }

    /// The module that a namespace means to the code on top; an error when not even its root is one.
    fn resolve(&self, space: &Namespace, position: Position) -> Result<Option<Rc<Module>>, Error> {
        let (root, rest) = space.path.split_first().map_or(("", &[][..]), |(root, rest)| (root.as_str(), rest));
        let missing = || Error::from(EvalAltResult::ErrorModuleNotFound(space.text(), position));
        let module = self.find_import(root).ok_or_else(missing)?;
        Ok(rest.iter().try_fold(module, |module, name| module.inner(name).cloned()))
    }

    fn find_import(&self, name: &str) -> Option<Rc<Module>> {
        let modules = &self.extra.as_ref()?.modules;
        let owner = self.owner();
        let found = |i: &&Import| i.name == name;
        let (callers, own): (Vec<&Import>, Vec<&Import>) = modules.imports.iter().partition(|i| (i.owner as usize) < owner);
        if let Some(import) = own.into_iter().rev().find(found) {
            return Some(import.module.clone());
        }
        let home = self.frames.last().map_or(0, |f| self.unit(f.unit).1);
        let module = modules.of_unit.iter().find(|(unit, _)| *unit == home);
        let inside = module.and_then(|(_, module)| module.inner(name));
        inside
            .cloned()
            .or_else(|| callers.into_iter().rev().find(found).map(|i| i.module.clone()))
    }

    /// `space::name`, a constant of a module.
    pub(in crate::machine) fn module_variable(&self, space: &Namespace, site: &Site) -> Result<Dynamic, Error> {
        let (name, position) = (&site.name, site.position);
        let module = self.resolve(space, position)?;
        let value = module.and_then(|m| m.variable(name).map(Dynamic::flatten_clone));
        value.map(Dynamic::into_read_only).ok_or_else(|| {
            let full = format!("{}::{name}", space.text());
            EvalAltResult::ErrorVariableNotFound(full, position).into()
        })
    }

    /// `space::name(argc arguments)`; `None`: the module has no such function.
    pub(in crate::machine) fn module_function(&mut self, space: &Namespace, site: &Site) -> Result<Option<Found>, Error> {
        let (name, argc) = (&site.name, usize::from(site.argc));
        let Some(module) = self.resolve(space, site.argument_position)? else {
            return Ok(None);
        };
        if let Some((_, host)) = module.functions.iter().find(|(n, _)| n == name) {
            return Ok(Some(Found::Host(*host)));
        }
        let Some(program) = &module.program else { return Ok(None) };
        let function = program.find(name, argc).filter(|f| !program.infos[usize::from(*f) - 1].private);
        Ok(function.map(|function| {
            Found::Script(Code {
                unit: self.unit_of(program),
                function,
            })
        }))
    }
}
