//! The machine beside rhai's own evaluator (no `sync`, optimiser off, limits off), program by program, in turn.
//!
//! `cargo run --release -p rhai-bridge-vm --example bench_machine -- [--repeat N] [--only NAME] [--json] [--fib] [--alone]`
//! `--json` prints one line per program with all samples in ms (for scripts/bench-machine.mjs); `--fib` times fib(27)
//! in rhai's evaluator alone; `--alone` runs the machine without rhai, for a profiler.
//! Every program's value must be the same on both sides. Three more figures per program: the machine with every limit
//! on, the natives' share of rhai's time, and the spread. A ratio is the median over the rounds: what is compared was
//! measured within the same fraction of a second, because a shared machine changes its speed by the second.

mod natives;
mod waiting;

use rhai::{Engine, OptimizationLevel, Scope, AST};
use rhai_bridge_vm::{CompileOptions, HostNames, Limits, Machine, Meter, Probes, Program, Step, Vm};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

const FIB: &str = "fn fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } } fib(27)";

struct Options {
    repeat: usize,
    only: String,
    json: bool,
    fib: bool,
    alone: bool,
}

fn main() {
    bench(Probes::default());
}

/// All of it; `probes` is what runs with limits are counted with.
pub fn bench(probes: Probes) {
    let options = options();
    if options.fib {
        return fib_alone(options.repeat);
    }
    let (mut ratios, mut costs) = (Vec::new(), Vec::new());
    for path in programs(&options.only) {
        let pair = Pair::load(&path, probes);
        if options.alone {
            let samples: Vec<f64> = (0..options.repeat)
                .map(|_| timed(|| run(&mut Vm::new(), &pair.program, Limits::default())).1)
                .collect();
            println!("{:16} machine {}", pair.name, summary(&samples));
            continue;
        }
        let samples = pair.measure(options.repeat);
        ratios.push(ratio(&samples.rhai, &samples.machine));
        costs.push(ratio(&samples.limited, &samples.machine));
        if options.json {
            samples.print_json(&pair.name);
        } else {
            samples.print(&pair.name);
        }
    }
    if !options.json && !options.alone {
        println!(
            "geometric mean over {} programs: {:.2} x rhai's evaluator",
            ratios.len(),
            geometric_mean(&ratios)
        );
        println!("every limit on: {:.2} x the time", geometric_mean(&costs));
        compiling(options.repeat);
        waiting::suspending(options.repeat);
        waiting::waiting();
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

/// One program's times in ms.
#[derive(Default)]
struct Samples {
    machine: Vec<f64>,
    limited: Vec<f64>,
    rhai: Vec<f64>,
    natives: Vec<f64>,
}

impl Samples {
    fn print_json(&self, name: &str) {
        println!(
            "{{\"program\":\"{name}\",\"machine\":{:?},\"limited\":{:?},\"rhai\":{:?},\"natives\":{:?}}}",
            self.machine, self.limited, self.rhai, self.natives
        );
    }

    fn print(&self, name: &str) {
        let (ours, theirs) = (summary(&self.machine), summary(&self.rhai));
        let times = ratio(&self.rhai, &self.machine);
        let share = 100.0 * ratio(&self.natives, &self.rhai);
        println!("{name:16} machine {ours}   rhai {theirs}, {share:2.0} % in natives   {times:5.1} x");
    }
}

/// Every limit on, and none of them met.
fn every_limit() -> Limits {
    Limits {
        max_operations: 1 << 40,
        max_call_depth: 1_000,
        max_string_bytes: 1 << 30,
        max_array_length: 1 << 30,
        max_map_size: 1 << 30,
        max_value_depth: 128,
        max_memory_bytes: 1 << 32,
        max_source_bytes: 1 << 20,
    }
}

fn geometric_mean(ratios: &[f64]) -> f64 {
    (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp()
}

/// One program, ready to run on both sides.
struct Pair {
    name: String,
    engine: Engine,
    ast: AST,
    program: Rc<Program>,
    probes: Probes,
}

impl Pair {
    fn load(path: &Path, probes: Probes) -> Self {
        let source = std::fs::read_to_string(path).expect("a readable program");
        let engine = rhai_engine();
        let ast = engine.compile(&source).expect("a program that rhai compiles");
        let program = compile(&mut Vm::new(), &source);
        Self {
            name: name_of(path),
            engine,
            ast,
            program,
            probes,
        }
    }

    /// Samples in ms, measured in turn.
    fn measure(&self, repeat: usize) -> Samples {
        let (mut vm, mut vm_with_limits) = (Vm::new(), Vm::new());
        vm_with_limits.set_probes(self.probes);
        let mut samples = Samples::default();
        for round in 0..=repeat {
            let (ours, machine) = timed(|| run(&mut vm, &self.program, Limits::default()));
            let (limited, with_limits) = timed(|| run(&mut vm_with_limits, &self.program, every_limit()));
            let (theirs, rhai) = timed(|| self.run_rhai());
            let ((), natives) = timed(|| natives::work(&self.name));
            assert_eq!(ours, theirs, "{}: the two sides disagree", self.name);
            assert_eq!(ours, limited, "{}: limits change the value", self.name);
            if round > 0 {
                samples.machine.push(machine);
                samples.limited.push(with_limits);
                samples.rhai.push(rhai);
                samples.natives.push(natives);
            }
        }
        samples
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
fn run(vm: &mut Vm, program: &Rc<Program>, limits: Limits) -> String {
    let mut machine = Machine::new(program, Vec::new());
    let mut meter = Meter {
        fuel: i64::MAX,
        limits,
        deadline_ns: (limits != Limits::default()).then_some(u64::MAX - 1),
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

/// Median of the ratios of samples that were taken together.
fn ratio(over: &[f64], under: &[f64]) -> f64 {
    let ratios: Vec<f64> = over.iter().zip(under).map(|(a, b)| a / b).collect();
    median(&ratios)
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

/// The whole pipeline (rhai's parser, then ours) against rhai's compile; our part is what the pipeline takes longer.
fn compiling(repeat: usize) {
    let sources: Vec<String> = programs("")
        .iter()
        .map(|path| std::fs::read_to_string(path).expect("a program"))
        .collect();
    let (engine, mut vm) = (rhai_engine(), Vm::new());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..repeat * 20 {
        ours.push(timed(|| sources.iter().for_each(|source| drop(compile(&mut vm, source)))).1);
        theirs.push(timed(|| sources.iter().for_each(|source| drop(engine.compile(source)))).1);
    }
    let times = ratio(&ours, &theirs);
    println!(
        "compile all programs: {} (rhai's parse {}), {times:.2} x; our own step is {:.2} x rhai's parse",
        summary(&ours),
        summary(&theirs),
        times - 1.0
    );
}
