//! What all programs and machines of one core share: the rhai engine, its caches, and the output sink.

use crate::cells::Kept;
use crate::compile::{compile, line_column, Refusal};
use crate::ledger::{Ledger, Probes};
use crate::machine::{name_of, Error, ForeignMethod, Spare};
use crate::parse::{ParseBounds, ParseGuard, Within};
use crate::program::{Meaning, Site};
use crate::{CompileError, HostNames, LimitHit, Limits, Program};
use rhai::packages::{Package, StandardPackage};
use rhai::{Caches, Engine, EvalAltResult, FnPtr, GlobalRuntimeState, Position};
use std::cell::RefCell;
use std::rc::Rc;

/// Options of one compile.
#[derive(Debug, Clone, Copy)]
pub struct CompileOptions<'a> {
    /// The source's name in errors and traces.
    pub name: &'a str,
    /// The host's functions.
    pub hosts: &'a HostNames,
    /// Longest text accepted, in bytes; 0 = unlimited.
    pub max_source_bytes: u64,
    /// When the compile must have ended, on the clock of [`Probes`]; `None` = never.
    pub deadline_ns: Option<u64>,
    /// Most bytes it may take; 0 = unlimited.
    pub max_memory_bytes: u64,
}

/// Something a script printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// From `debug`, not `print`.
    pub debug: bool,
    /// The text.
    pub text: String,
    /// Name of the source.
    pub source: String,
    /// 1-based line, 0 = unknown.
    pub line: u32,
    /// 1-based column in characters, 0 = unknown.
    pub column: u32,
}

/// A text of this size is looked at before it is made; smaller ones at the next check.
const LARGE_TEXT_BYTES: usize = 4096;

/// The shared part of a core's machines.
pub struct Vm {
    pub(crate) engine: Engine,
    pub(crate) global: GlobalRuntimeState,
    pub(crate) caches: Caches,
    /// Typed methods that the modules imported by the run being stepped bring, if any.
    pub(crate) foreign_methods: Option<Rc<[ForeignMethod]>>,
    /// Limits of the run being stepped.
    pub(crate) limits: Limits,
    /// Where text is put together.
    pub(crate) buffer: String,
    /// What the run being stepped owes and holds.
    pub(crate) ledger: Ledger,
    /// Captured variables that outlived their runs.
    pub(crate) kept: Rc<RefCell<Kept>>,
    /// Call sites of the machine's own.
    pub(crate) equals: Rc<Site>,
    pub(crate) to_text: Rc<Site>,
    pub(crate) to_debug: Rc<Site>,
    /// Looks at the tokens of every parse.
    pub(crate) parsing: Rc<ParseGuard>,
    /// Room for the next machine.
    pub(crate) spare: Spare,
    output: Rc<RefCell<Vec<Output>>>,
}

/// How deep expressions and blocks may stand in each other: rhai's numbers for optimised builds, in every build. Its
/// parser and our compiler use the native stack for them.
const MAX_EXPRESSION_DEPTH: usize = 64;
const MAX_EXPRESSION_DEPTH_IN_FUNCTION: usize = 32;

impl std::fmt::Debug for Vm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vm").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Default for Vm {
    fn default() -> Self {
        Self::new()
    }
}

impl Vm {
    /// A machine room with rhai's standard packages.
    #[must_use]
    pub fn new() -> Self {
        let output = Rc::new(RefCell::new(Vec::new()));
        // One set of packages for both: making it takes longer than all the rest.
        let standard = StandardPackage::new().as_shared_module();
        let mut engine = Engine::new_raw();
        engine.register_global_module(standard.clone());
        let parsing = ParseGuard::install(&mut engine);
        crate::host_object::register(&mut engine);
        #[cfg(not(target_arch = "wasm32"))] // there it is not even compiled: the module is smaller without
        engine.set_optimization_level(rhai::OptimizationLevel::None);
        engine.set_max_strings_interned(0);
        engine.set_max_expr_depths(MAX_EXPRESSION_DEPTH, MAX_EXPRESSION_DEPTH_IN_FUNCTION);
        let sink = output.clone();
        engine.on_print(move |text| push(&sink, false, text, Position::NONE));
        let sink = output.clone();
        engine.on_debug(move |text, _, position| push(&sink, true, text, position));
        register_pointer_names(&mut engine);
        let mut global = engine.new_global_runtime_state();
        global.push_import("std", standard);
        Self {
            engine,
            global,
            caches: eager_caches(),
            foreign_methods: None,
            limits: Limits::default(),
            buffer: String::new(),
            ledger: Ledger::new(),
            kept: Rc::default(),
            equals: own_site("==", 2),
            to_text: own_site("to_string", 1),
            to_debug: own_site("to_debug", 1),
            parsing,
            spare: Spare::new(),
            output,
        }
    }

    /// Tells the machine how to ask for the time and for the bytes in use.
    pub fn set_probes(&mut self, probes: Probes) {
        self.ledger.probes = probes;
    }

    /// Heap bytes in use by this thread's work; only differences mean something.
    #[must_use]
    pub fn live_bytes(&self) -> i64 {
        (self.ledger.probes.live_bytes)()
    }

    /// The clock of [`Probes`].
    #[must_use]
    pub fn now_ns(&self) -> u64 {
        (self.ledger.probes.now_ns)()
    }

    /// The rhai engine.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The rhai engine, to register types before the first compile.
    pub fn engine_mut(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// Compiles a script.
    ///
    /// # Errors
    /// The text does not parse, is larger than allowed, or uses a construct that is not supported.
    pub fn compile(&mut self, source: &str, options: &CompileOptions<'_>) -> Result<Rc<Program>, CompileError> {
        if options.max_source_bytes > 0 && source.len() as u64 > options.max_source_bytes {
            return Err(CompileError {
                message: format!("Source of {} bytes is larger than {}", source.len(), options.max_source_bytes),
                line: 0,
                column: 0,
                limit: Some(LimitHit {
                    name: "maxSourceBytes",
                    value: options.max_source_bytes,
                }),
            });
        }
        let bounds = ParseBounds {
            deadline_ns: options.deadline_ns.unwrap_or(u64::MAX),
            live_bytes: match options.max_memory_bytes {
                0 => i64::MAX,
                most => i64::try_from(most).unwrap_or(i64::MAX).saturating_add(self.live_bytes()),
            },
        };
        let ast = self.parse(source, bounds).map_err(|error| refused(&error, options))?;
        let within = Within {
            bounds,
            probes: self.ledger.probes,
        };
        let program = compile(&ast, options.name, &Rc::new(options.hosts.clone()), within);
        program.map(Rc::new).map_err(|refusal| match refusal {
            Refusal::Script(error) => error,
            Refusal::Over(error) => refused(&error, options),
        })
    }

    /// The program a function pointer comes from: it owns it, so the program lives as long as the pointer.
    #[must_use]
    pub fn origin_of(&self, pointer: &FnPtr) -> Option<Rc<Program>> {
        crate::machine::origin_of(self, pointer)
    }

    /// What was printed since the last call, in order.
    pub fn take_output(&mut self) -> Vec<Output> {
        std::mem::take(&mut *self.output.borrow_mut())
    }

    /// Gives output that came without a position the one of the call.
    pub(crate) fn locate_output(&mut self, position: Position) {
        if let Some(last) = self.output.borrow_mut().last_mut().filter(|o| o.line == 0) {
            (last.line, last.column) = line_column(position);
        }
    }

    /// A text is about to have `bytes` bytes, `more` of them written now.
    #[inline]
    pub(crate) fn text_grows(&mut self, bytes: usize, more: usize) -> Result<(), Error> {
        self.limits.check_text(bytes)?;
        self.ledger.charge_bytes(more)?;
        if bytes > LARGE_TEXT_BYTES {
            self.ledger.reserve(bytes)?;
        }
        Ok(())
    }

    /// A text of so many bytes is about to be made: built with room to grow, then copied into its own block.
    pub(crate) fn text_is_made(&self, bytes: usize) -> Result<(), Error> {
        self.limits.check_text(bytes)?;
        if bytes > LARGE_TEXT_BYTES {
            self.ledger.reserve(bytes.saturating_mul(2))?;
        }
        Ok(())
    }

    pub(crate) fn print(&mut self, debug: bool, text: &str, position: Position) {
        push(&self.output, debug, text, position);
    }
}

/// Why a source was not parsed.
fn refused(error: &EvalAltResult, options: &CompileOptions<'_>) -> CompileError {
    let limit = match error {
        EvalAltResult::ErrorTerminated(..) => Some(LimitHit { name: "computeMs", value: 0 }),
        EvalAltResult::ErrorDataTooLarge(..) => Some(LimitHit {
            name: "maxMemoryBytes",
            value: options.max_memory_bytes,
        }),
        _ => None,
    };
    let (line, column) = line_column(error.position());
    let message = match (error, limit) {
        (EvalAltResult::ErrorParsing(what, _), _) => what.to_string(),
        (_, Some(limit)) => format!("{} exceeded while compiling", limit.name),
        (other, None) => other.to_string(),
    };
    CompileError {
        message,
        line,
        column,
        limit,
    }
}

/// A call site that belongs to no script.
fn own_site(name: &str, argc: usize) -> Rc<Site> {
    Rc::new(Site::new(name.into(), argc, Meaning::default(), Position::NONE))
}

/// Pointers to closures are spelled otherwise inside (see `machine/origin`); scripts see them as rhai shows them.
fn register_pointer_names(engine: &mut Engine) {
    engine.register_get("name", |pointer: &mut FnPtr| name_of(pointer));
    engine.register_get("is_anonymous", |pointer: &mut FnPtr| name_of(pointer).starts_with("anon$"));
    engine.register_fn("is_anonymous", |pointer: &mut FnPtr| name_of(pointer).starts_with("anon$"));
    for name in ["to_string", "print", "to_debug", "debug"] {
        engine.register_fn(name, |pointer: &mut FnPtr| format!("Fn({})", name_of(pointer)));
    }
}

fn push(sink: &RefCell<Vec<Output>>, debug: bool, text: &str, position: Position) {
    let (line, column) = line_column(position);
    sink.borrow_mut().push(Output {
        debug,
        text: text.to_owned(),
        source: String::new(),
        line,
        column,
    });
}

/// Caches that keep a resolved function at its first use: rhai skips the first sight of each hash, told by a bloom
/// filter, which is filled up here.
fn eager_caches() -> Caches {
    let mut caches = Caches::new();
    let filter = &mut caches.fn_resolution_cache_mut().bloom_filter;
    for hash in 0..64 * 64 {
        filter.mark(hash);
    }
    caches
}
