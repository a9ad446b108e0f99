//! The modules that scripts of the corpus may import: `corpus/modules`, one file each, the same for both sides.

use rhai::{Dynamic, Engine, EvalAltResult, Module, ModuleResolver, Position, Scope, Shared};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

/// The text of the module at `path`.
pub fn source(path: &str) -> Option<String> {
    let plain = path.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/modules");
    std::fs::read_to_string(folder.join(format!("{path}.rhai"))).ok().filter(|_| plain)
}

/// The machine's side: what the host answers to an `import`.
pub fn answer(mut args: Vec<Dynamic>) -> Dynamic {
    let path = args.remove(0).into_immutable_string().unwrap_or_default();
    source(&path).map_or(Dynamic::UNIT, Into::into)
}

/// rhai's side: a module is evaluated once per script.
#[derive(Clone, Default)]
pub struct Library {
    evaluated: Rc<RefCell<BTreeMap<String, Shared<Module>>>>,
}

impl Library {
    /// Forgets what was evaluated.
    pub fn clear(&self) {
        self.evaluated.borrow_mut().clear();
    }
}

impl ModuleResolver for Library {
    fn resolve(&self, engine: &Engine, _: Option<&str>, path: &str, at: Position) -> Result<Shared<Module>, Box<EvalAltResult>> {
        if let Some(module) = self.evaluated.borrow().get(path) {
            return Ok(module.clone());
        }
        let in_module = |error| Box::new(EvalAltResult::ErrorInModule(path.to_owned(), error, at));
        let Some(text) = source(path) else {
            return Err(EvalAltResult::ErrorModuleNotFound(path.to_owned(), at).into());
        };
        let mut ast = engine.compile(text).map_err(|error| in_module(Box::new(error.into())))?;
        ast.set_source(path);
        let module = Module::eval_ast_as_new(Scope::new(), &ast, engine).map_err(in_module)?;
        let module = Shared::new(module);
        self.evaluated.borrow_mut().insert(path.to_owned(), module.clone());
        Ok(module)
    }
}
