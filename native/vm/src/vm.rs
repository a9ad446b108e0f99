//! What all programs and machines of one core share: the rhai engine, caches, and the output sink.

use crate::{CompileError, HostNames, Program};
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

/// The shared part of a core's machines.
pub struct Vm {
    engine: rhai::Engine,
}

impl Vm {
    /// A machine room with rhai's standard packages.
    #[must_use]
    pub fn new() -> Self {
        Self {
            engine: rhai::Engine::new(),
        }
    }
    /// The rhai engine.
    pub fn engine(&self) -> &rhai::Engine {
        &self.engine
    }
    /// The rhai engine, to register types before the first compile.
    pub fn engine_mut(&mut self) -> &mut rhai::Engine {
        &mut self.engine
    }
    /// Compiles a script.
    pub fn compile(
        &mut self,
        _source: &str,
        _options: &CompileOptions<'_>,
    ) -> Result<Rc<Program>, CompileError> {
        Ok(Rc::new(Program::default()))
    }
    /// What was printed since the last call.
    pub fn take_output(&mut self) -> Vec<Output> {
        Vec::new()
    }
}
