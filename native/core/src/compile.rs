//! COMPILE records that ask for an answer, and the answer: what a source defines, calls and imports.
//! Nothing is executed.

use crate::core::Core;
use crate::failed::{position, put};
use crate::limits::RunLimits;
use crate::message::{outbox_kind, Id};
use crate::port::Port;
use crate::programs::{CompileBounds, Source};
use rhai::{Array, Dynamic, Map};
use rhai_bridge_vm::{CompileError, FunctionInfo, HostUse, Program};
use std::rc::Rc;

/// A compile somebody waits for.
pub struct CompileJob {
    /// JavaScript's number for the program.
    pub id: u32,
    /// What to compile.
    pub source: Rc<Source>,
    /// The limits it is compiled under, if any.
    pub limits: Option<Rc<RunLimits>>,
}

impl Core {
    /// Does the compiles that wait, as far as their size allows now.
    pub(crate) fn compile_waiting(&mut self, max_source_bytes: usize, port: &mut dyn Port) {
        for _ in 0..self.compiles.len() {
            let Some(job) = self.compiles.pop_front() else { break };
            if job.source.text.len() > max_source_bytes {
                self.compiles.push_back(job);
            } else {
                self.compile_job(&job, port);
            }
        }
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn compile_job(&mut self, job: &CompileJob, port: &mut dyn Port) {
        self.counters.compiles += 1;
        let now_ns = self.vm.now_ns();
        let bounds = job
            .limits
            .as_ref()
            .map_or_else(CompileBounds::default, |limits| CompileBounds::of(limits, now_ns));
        let answer = match job.source.compile(&mut self.vm, &self.hosts, bounds) {
            Ok(Ok(program)) => describe(&program, self.vm.functions(&program, &job.source.text)),
            Ok(Err(error)) => refusal(&error),
            Err(panic) => {
                self.counters.panics += 1;
                broken(panic)
            }
        };
        let out = self.out.begin(outbox_kind::COMPILED, Id { slot: job.id, generation: 0 });
        match out.value(&answer.into(), 0) {
            Ok(()) => self.out.end(port),
            Err(_) => self.out.cancel(), // cannot be: made of strings and numbers
        }
    }
}

fn describe(program: &Program, functions: Vec<FunctionInfo>) -> Map {
    let imports = program.imports().into_iter().map(|(path, line, column)| {
        let mut map = position(line, column);
        put(&mut map, "path", path);
        Dynamic::from_map(map)
    });
    let mut map = answer(true);
    put(&mut map, "functions", functions.into_iter().map(function).collect::<Array>());
    put(
        &mut map,
        "hostFunctions",
        program.host_calls().into_iter().map(host_use).collect::<Array>(),
    );
    put(&mut map, "imports", imports.collect::<Array>());
    put(&mut map, "warnings", program.unknown_calls().into_iter().map(unknown).collect::<Array>());
    map
}

/// An answer with every list empty.
fn answer(ok: bool) -> Map {
    let mut map = Map::new();
    put(&mut map, "ok", ok);
    for list in ["functions", "hostFunctions", "imports", "warnings"] {
        put(&mut map, list, Array::new());
    }
    map
}

fn refusal(error: &CompileError) -> Map {
    let mut inner = position(error.line, error.column);
    put(&mut inner, "message", error.message.clone());
    if let Some(hit) = error.limit {
        put(&mut inner, "limit", hit.name);
        put(&mut inner, "limitValue", hit.value as i64);
    }
    with_error(inner)
}

fn broken(panic: String) -> Map {
    let mut inner = position(0, 0);
    put(&mut inner, "message", panic);
    put(&mut inner, "internal", true);
    with_error(inner)
}

fn with_error(error: Map) -> Map {
    let mut map = answer(false);
    put(&mut map, "error", error);
    map
}

fn function(info: FunctionInfo) -> Dynamic {
    let texts = |list: Vec<String>| list.into_iter().map(Dynamic::from).collect::<Array>();
    let mut map = position(info.line, info.column);
    put(&mut map, "name", info.name);
    put(&mut map, "params", texts(info.params));
    put(&mut map, "private", info.private);
    put(&mut map, "doc", texts(info.doc));
    map.into()
}

fn unknown((name, line, column): (String, u32, u32)) -> Dynamic {
    let mut map = position(line, column);
    let message = format!("'{name}' is not a function of the script, of the host, or of rhai");
    put(&mut map, "message", message);
    map.into()
}

fn host_use(host_use: HostUse) -> Dynamic {
    let mut map = position(host_use.line, host_use.column);
    put(&mut map, "name", host_use.name);
    map.into()
}
