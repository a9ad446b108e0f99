//! Sources by the id JavaScript gave them, and what they compiled to.
//!
//! A source is compiled when it is first needed, and again after the set of host functions has changed (a name that
//! is a host function compiles to a suspension). What does not compile is remembered as well.

use crate::codec::Malformed;
use crate::guard::guarded;
use crate::hosts::Hosts;
use crate::limits::RunLimits;
use rhai::Dynamic;
use rhai_bridge_vm::{Binding, Callable, CompileError, CompileOptions, Program, Vm};
use std::cell::RefCell;
use std::rc::Rc;

const MAX_PROGRAMS: usize = 1 << 20;
/// Callers kept: one per number of arguments.
const MAX_CALLERS: usize = 16;

/// What compiling gave.
pub type Compiled = Result<Rc<Program>, Rc<CompileError>>;

/// What one compile may take.
#[derive(Debug, Clone, Copy, Default)]
pub struct CompileBounds {
    /// Longest text accepted; 0 = unlimited.
    pub max_source_bytes: u64,
    /// Most bytes; 0 = unlimited.
    pub max_memory_bytes: u64,
    /// When it must have ended.
    pub deadline_ns: Option<u64>,
}

impl CompileBounds {
    /// What `limits` allow a compile that begins now.
    #[must_use]
    pub fn of(limits: &RunLimits, now_ns: u64) -> Self {
        let deadline_ns = crate::limits::deadline_ns(now_ns, limits.compute_ms);
        Self {
            max_source_bytes: limits.max_source_bytes,
            max_memory_bytes: limits.vm.max_memory_bytes,
            deadline_ns: (deadline_ns != crate::deadlines::NEVER).then_some(deadline_ns),
        }
    }
}

/// A source text with a name.
#[derive(Debug)]
pub struct Source {
    /// Name in errors.
    pub name: Box<str>,
    /// The script.
    pub text: Box<str>,
    /// Functions that nobody knows are requests.
    pub is_open: bool,
    /// The last compile: the host functions' version, and its outcome.
    cached: RefCell<Option<(u64, Compiled)>>,
}

impl Source {
    fn new(name: &str, text: &str, is_open: bool) -> Rc<Self> {
        Rc::new(Self {
            name: name.into(),
            text: text.into(),
            is_open,
            cached: RefCell::new(None),
        })
    }

    fn caller(arguments: usize) -> Rc<Self> {
        let names: Vec<String> = (0..arguments).map(|n| format!("a{n}")).collect();
        Self::new("", &format!("f.call({})", names.join(", ")), false)
    }

    /// What it was compiled to, if no compile is due.
    #[must_use]
    pub fn compiled(&self, hosts: &Hosts) -> Option<Compiled> {
        let cached = self.cached.borrow();
        let (version, compiled) = cached.as_ref()?;
        (*version == hosts.version()).then(|| compiled.clone())
    }

    /// The program; compiled if that is due. `Err(Err(_))` of a panic is an internal error's text.
    pub fn compile(&self, vm: &mut Vm, hosts: &Hosts, bounds: CompileBounds) -> Result<Compiled, String> {
        if let Some(compiled) = self.compiled(hosts) {
            return Ok(compiled);
        }
        let opened = self.is_open.then(|| hosts.names().opened());
        let options = CompileOptions {
            name: &self.name,
            hosts: opened.as_ref().unwrap_or(hosts.names()),
            max_source_bytes: bounds.max_source_bytes,
            deadline_ns: bounds.deadline_ns,
            max_memory_bytes: bounds.max_memory_bytes,
        };
        let compiled = guarded(|| vm.compile(&self.text, &options))?.map_err(Rc::new);
        if is_lasting(&compiled) {
            *self.cached.borrow_mut() = Some((hosts.version(), compiled.clone()));
        }
        Ok(compiled)
    }
}

/// A refusal by a limit holds for that limit only.
fn is_lasting(compiled: &Compiled) -> bool {
    !matches!(compiled, Err(error) if error.limit.is_some())
}

/// Sources by id.
#[derive(Debug, Default)]
pub struct Programs {
    sources: Vec<Option<Rc<Source>>>,
    /// Sources held.
    pub count: usize,
    /// Scripts that call a function with so many arguments.
    callers: Vec<Rc<Source>>,
}

impl Programs {
    /// Keeps a source under `id`.
    pub fn keep(&mut self, id: u32, name: &str, text: &str, is_open: bool) -> Result<(), Malformed> {
        let place = id as usize;
        if place >= MAX_PROGRAMS {
            return Err(Malformed("program id out of range"));
        }
        if place >= self.sources.len() {
            self.sources.resize(place + 1, None);
        }
        let is_known = |known: &Rc<Source>| *known.name == *name && *known.text == *text && known.is_open == is_open;
        if self.sources[place].as_ref().is_some_and(is_known) {
            return Ok(()); // with what it compiled to
        }
        self.count += usize::from(self.sources[place].replace(Source::new(name, text, is_open)).is_none());
        Ok(())
    }

    /// The script `f.call(a0, a1 …)`, for pointers that name no function of a script.
    pub fn caller(&mut self, arguments: usize) -> Rc<Source> {
        while self.callers.len() <= arguments.min(MAX_CALLERS) {
            self.callers.push(Source::caller(self.callers.len()));
        }
        self.callers.get(arguments).cloned().unwrap_or_else(|| Source::caller(arguments))
    }

    /// Forgets `id`; runs that use it keep it alive.
    pub fn drop_source(&mut self, id: u32) {
        if self.sources.get_mut(id as usize).and_then(Option::take).is_some() {
            self.count -= 1;
        }
    }

    /// The source under `id`.
    pub fn get(&self, id: u32) -> Result<Rc<Source>, Malformed> {
        self.sources.get(id as usize).cloned().flatten().ok_or(Malformed("unknown program"))
    }
}

/// The variables of the script that calls `function` (see [`Programs::caller`]).
#[cfg_attr(target_arch = "wasm32", inline(never))]
pub fn caller_scope(function: &Callable, args: Vec<Dynamic>) -> Vec<Binding> {
    let variable = |name: String, value: Dynamic| Binding {
        name: name.into(),
        value,
        constant: false,
    };
    let args = args.into_iter().enumerate().map(|(n, value)| variable(format!("a{n}"), value));
    std::iter::once(variable("f".to_owned(), function.value())).chain(args).collect()
}
