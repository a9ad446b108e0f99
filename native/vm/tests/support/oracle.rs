//! The oracle: rhai's own evaluator, optimiser off, on the same text.

use super::hosts;
use super::modules::Library;
use super::outcome::{canonical, without_anonymous_names, End, Failed, Outcome};
use rhai::{Engine, EvalAltResult, OptimizationLevel, Position, Scope};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Script calls on top of each other, for both sides.
pub const MAX_CALL_DEPTH: u32 = 100;
/// A script of the corpus ends before this many of rhai's operations.
const MAX_OPERATIONS: u64 = 150_000;

/// An engine whose output is kept.
pub struct Oracle {
    engine: Engine,
    printed: Rc<RefCell<Vec<String>>>,
    library: Library,
    /// The limit of operations was met, though a script may have caught the error: a native with a callback wraps it.
    endless: Rc<Cell<bool>>,
}

impl Oracle {
    /// An oracle with the host functions as natives.
    pub fn new() -> Self {
        let printed = Rc::new(RefCell::new(Vec::new()));
        let mut engine = Engine::new();
        engine.set_optimization_level(OptimizationLevel::None);
        engine.set_max_expr_depths(0, 0);
        engine.set_max_call_levels(MAX_CALL_DEPTH as usize);
        let endless = Rc::new(Cell::new(false));
        let met = endless.clone();
        engine.on_progress(move |operations| {
            met.set(met.get() || operations > MAX_OPERATIONS);
            met.get().then_some(rhai::Dynamic::UNIT)
        });
        let library = Library::default();
        engine.set_module_resolver(library.clone());
        hosts::register(&mut engine);
        let prints = printed.clone();
        engine.on_print(move |text| prints.borrow_mut().push(without_anonymous_names(text)));
        let debugs = printed.clone();
        engine.on_debug(move |text, _source, at| debugs.borrow_mut().push(debug_line(text, at)));
        Self {
            engine,
            printed,
            library,
            endless,
        }
    }

    /// Whether rhai's parser takes `source`.
    pub fn parses(&self, source: &str) -> bool {
        self.engine.compile(source).is_ok()
    }

    /// Runs `source` to its end.
    pub fn run(&self, source: &str) -> Outcome {
        let mut scope = Scope::new();
        self.library.clear();
        self.endless.set(false);
        let result = match self.engine.compile(source) {
            Ok(ast) => self.engine.eval_ast_with_scope(&mut scope, &ast),
            Err(error) => Err(Box::new(error.into())),
        };
        let ended = result.is_ok();
        Outcome {
            end: match result {
                _ if self.endless.get() => End::Endless,
                Ok(value) => End::Value(canonical(&value)),
                Err(error) => End::Error(failed(&error)),
            },
            printed: self.printed.take(),
            scope: ended.then(|| scope_text(&scope)),
        }
    }
}

fn debug_line(text: &str, at: Position) -> String {
    let text = without_anonymous_names(text);
    format!("debug {}:{} {text}", at.line().unwrap_or(0), at.position().unwrap_or(0))
}

/// The last variable of each name, by name.
fn scope_text(scope: &Scope) -> String {
    let last: BTreeMap<_, _> = scope.iter().map(|(n, _, v)| (n.to_owned(), canonical(&v))).collect();
    format!("{last:?}")
}

fn failed(error: &EvalAltResult) -> Failed {
    let inner = error.unwrap_inner();
    let at = inner.position();
    Failed {
        class: class(inner),
        text: without_anonymous_names(&message(inner, at)),
        value: match inner {
            EvalAltResult::ErrorRuntime(value, _) => Some(canonical(value)),
            _ => None,
        },
        line: at.line().unwrap_or(0) as u32,
        column: at.position().unwrap_or(0) as u32,
    }
}

fn class(error: &EvalAltResult) -> String {
    format!("{error:?}").split('(').next().unwrap_or_default().to_owned()
}

fn message(error: &EvalAltResult, at: Position) -> String {
    let text = error.to_string();
    match text.strip_suffix(&format!(" ({at})")) {
        Some(bare) if !at.is_none() => bare.to_owned(),
        _ => text,
    }
}
