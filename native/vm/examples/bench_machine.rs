//! The machine beside rhai's own evaluator (no `sync`, optimiser off, limits off), program by program, in turn.
//!
//! `cargo run --release -p rhai-bridge-vm --example bench_machine -- [--repeat N] [--only NAME] [--json] [--fib] [--alone]`
//! `--json` prints one line per program with all samples in ms (for scripts/bench-machine.mjs); `--fib` times fib(27)
//! in rhai's evaluator alone; `--alone` runs the machine without rhai, for a profiler. Every program's value must be the same on both sides.

use rhai::{Engine, OptimizationLevel, Scope, AST};
use rhai_bridge_vm::{CompileOptions, HostNames, Machine, Meter, Program, Step, Vm};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

const FIB: &str = "fn fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } } fib(27)";
const WITH_CALL: &str = "let s = 0; for i in 0..500000 { s += host(i); } s";
const WITHOUT_CALL: &str = "let s = 0; for i in 0..500000 { s += i; } s";
const WAITING: &str = "let a = 1; let b = \"text\"; let c = host(a); c + a";

struct Options {
    repeat: usize,
    only: String,
    json: bool,
    fib: bool,
    alone: bool,
}

fn main() {
    let options = options();
    if options.fib {
        return fib_alone(options.repeat);
    }
    let mut ratios = Vec::new();
    for path in programs(&options.only) {
        let pair = Pair::load(&path);
        if options.alone {
            let samples: Vec<f64> = (0..options.repeat).map(|_| timed(|| run(&mut Vm::new(), &pair.program)).1).collect();
            println!("{:16} machine {}", pair.name, summary(&samples));
            continue;
        }
        let (machine, rhai) = pair.measure(options.repeat);
        ratios.push(median(&rhai) / median(&machine));
        if options.json {
            println!("{{\"program\":\"{}\",\"machine\":{machine:?},\"rhai\":{rhai:?}}}", pair.name);
        } else {
            let (ours, theirs) = (summary(&machine), summary(&rhai));
            println!(
                "{:16} machine {ours}   rhai {theirs}   {:5.1} x",
                pair.name,
                median(&rhai) / median(&machine)
            );
        }
    }
    if !options.json && !options.alone {
        let mean = ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64;
        println!("geometric mean over {} programs: {:.2} x rhai's evaluator", ratios.len(), mean.exp());
        compiling(options.repeat);
        suspending(options.repeat);
        waiting();
    }
}

fn options() -> Options {
    let mut options = Options {
        repeat: 7,
        only: String::new(),
        json: false,
        fib: false,
        alone: false,
    };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--repeat" => options.repeat = args.next().and_then(|n| n.parse().ok()).unwrap_or(options.repeat),
            "--only" => options.only = args.next().unwrap_or_default(),
            "--json" => options.json = true,
            "--fib" => options.fib = true,
            "--alone" => options.alone = true,
            other => panic!("unknown argument {other}"),
        }
    }
    options
}

fn programs(only: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("programs")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|ext| ext == "rhai") && (only.is_empty() || name_of(path) == only));
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// One program, ready to run on both sides.
struct Pair {
    name: String,
    engine: Engine,
    ast: AST,
    program: Rc<Program>,
}

impl Pair {
    fn load(path: &Path) -> Self {
        let source = std::fs::read_to_string(path).expect("a readable program");
        let engine = rhai_engine();
        let ast = engine.compile(&source).expect("a program that rhai compiles");
        let program = compile(&mut Vm::new(), &source);
        Self {
            name: name_of(path),
            engine,
            ast,
            program,
        }
    }

    /// Samples in ms: the machine's and rhai's, measured in turn.
    fn measure(&self, repeat: usize) -> (Vec<f64>, Vec<f64>) {
        let mut vm = Vm::new();
        let (mut machine, mut rhai) = (Vec::new(), Vec::new());
        for round in 0..=repeat {
            let (ours, ms_ours) = timed(|| run(&mut vm, &self.program));
            let (theirs, ms_theirs) = timed(|| self.run_rhai());
            assert_eq!(ours, theirs, "{}: the two sides disagree", self.name);
            if round > 0 {
                machine.push(ms_ours);
                rhai.push(ms_theirs);
            }
        }
        (machine, rhai)
    }

    fn run_rhai(&self) -> String {
        let value = self.engine.eval_ast_with_scope::<rhai::Dynamic>(&mut Scope::new(), &self.ast);
        value.expect("a program without errors").to_string()
    }
}

fn rhai_engine() -> Engine {
    let mut engine = Engine::new();
    engine
        .set_optimization_level(OptimizationLevel::None)
        .set_max_expr_depths(0, 0)
        .set_max_call_levels(1_000);
    engine
}

fn compile(vm: &mut Vm, source: &str) -> Rc<Program> {
    let mut hosts = HostNames::new();
    hosts.insert("host", 0);
    let options = CompileOptions {
        name: "",
        hosts: &hosts,
        max_source_bytes: 0,
        deadline_ns: None,
        max_memory_bytes: 0,
    };
    vm.compile(source, &options).unwrap_or_else(|error| panic!("{error:?}"))
}

/// Runs a program to its end; the host answers each call with its argument.
fn run(vm: &mut Vm, program: &Rc<Program>) -> String {
    let mut machine = Machine::new(program, Vec::new());
    let mut meter = Meter {
        fuel: i64::MAX,
        ..Meter::default()
    };
    loop {
        match machine.step(vm, &mut meter) {
            Step::Done(value) => return value.to_string(),
            Step::Failed(failure) => panic!("{failure:?}"),
            Step::OutOfFuel => meter.fuel = i64::MAX,
            Step::Suspended => {
                let value = machine.take_argument(0);
                machine.resume(Ok(value));
            }
        }
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed().as_secs_f64() * 1e3)
}

fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Median and spread (from the fastest to the slowest) in ms.
fn summary(samples: &[f64]) -> String {
    let (low, high) = samples.iter().fold((f64::MAX, 0.0_f64), |(low, high), ms| (low.min(*ms), high.max(*ms)));
    format!("{:8.2} ms ({low:.2}..{high:.2})", median(samples))
}

fn fib_alone(repeat: usize) {
    let engine = rhai_engine();
    let ast = engine.compile(FIB).expect("fib compiles");
    let sample = || timed(|| engine.eval_ast::<i64>(&ast).expect("fib runs")).1;
    let samples: Vec<f64> = (0..=repeat).map(|_| sample()).skip(1).collect();
    println!("{{\"fib27RhaiMs\":{:.3},\"samples\":{samples:?}}}", median(&samples));
}

/// The whole pipeline (rhai's parser, then ours) against rhai's compile.
fn compiling(repeat: usize) {
    let sources: Vec<String> = programs("")
        .iter()
        .map(|path| std::fs::read_to_string(path).expect("a program"))
        .collect();
    let (engine, mut vm) = (rhai_engine(), Vm::new());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..repeat {
        ours.push(timed(|| sources.iter().for_each(|source| drop(compile(&mut vm, source)))).1);
        theirs.push(timed(|| sources.iter().for_each(|source| drop(engine.compile(source)))).1);
    }
    println!(
        "compile all programs: {} (rhai's compile {}), {:.2} x",
        summary(&ours),
        summary(&theirs),
        median(&ours) / median(&theirs)
    );
}

fn suspending(repeat: usize) {
    let mut vm = Vm::new();
    let (with, without) = (compile(&mut vm, WITH_CALL), compile(&mut vm, WITHOUT_CALL));
    let mut nanos = Vec::new();
    for _ in 0..repeat {
        let net = timed(|| run(&mut vm, &with)).1 - timed(|| run(&mut vm, &without)).1;
        nanos.push(net * 1e6 / 500_000.0);
    }
    println!("one host call (suspend, take the argument, resume): {:.1} ns", median(&nanos));
}

fn waiting() {
    const MACHINES: usize = 50_000;
    let mut vm = Vm::new();
    let program = compile(&mut vm, WAITING);
    let before = resident_bytes();
    let (machines, ms) = timed(|| (0..MACHINES).map(|_| wait(&mut vm, &program)).collect::<Vec<_>>());
    let resident = resident_bytes().saturating_sub(before) / MACHINES;
    let own = std::mem::size_of::<Machine>();
    let nanos = ms * 1e6 / MACHINES as f64;
    println!(
        "a waiting machine: {own} bytes itself + {} on the heap by its own account; {resident} resident; started in {nanos:.0} ns",
        machines[0].heap_bytes()
    );
}

fn wait(vm: &mut Vm, program: &Rc<Program>) -> Machine {
    let mut machine = Machine::new(program, Vec::new());
    let mut meter = Meter {
        fuel: i64::MAX,
        ..Meter::default()
    };
    assert!(matches!(machine.step(vm, &mut meter), Step::Suspended));
    machine
}

/// Resident set from Linux's /proc; 0 elsewhere.
fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}
