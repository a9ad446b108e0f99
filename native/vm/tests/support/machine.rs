//! The machine in its three forms: run plainly, stopped everywhere, and with every host call answered late.
//!
//! long because: one runner for all forms, whose parts share its state.

use super::hosts;
use super::modules;
use super::oracle::MAX_CALL_DEPTH;
use super::outcome::{canonical, without_anonymous_names, End, Failed, Outcome};
use rhai_bridge_vm::{Binding, CompileError, CompileOptions, Failure, FailureKind, HostNames, Limits, Machine, Meter, Program, Step, Vm, IMPORT};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How often machines stopped for fuel, and how often they waited for the host: shows that the forms do what they say.
pub static STOPS: AtomicU64 = AtomicU64::new(0);
/// See [`STOPS`].
pub static HOST_CALLS: AtomicU64 = AtomicU64::new(0);

/// How the machine is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One step from host call to host call.
    Plain,
    /// A step ends as soon as it can.
    Stopped,
    /// Host calls are answered while other machines run in between, two copies at once.
    Late,
}

/// All forms, in the order they are reported.
pub const FORMS: [Form; 3] = [Form::Plain, Form::Stopped, Form::Late];

impl Form {
    /// As the report calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Stopped => "stopped everywhere",
            Self::Late => "late replies",
        }
    }
}

/// Fuel in which every script of the corpus ends.
const PLENTY: i64 = 2_000_000;
/// Steps in which every script of the corpus ends when it is stopped everywhere.
const MANY_STEPS: u64 = 4_000_000;
/// Fuel that stands for: stop after every instruction.
const SINGLE_STEP: i64 = 1;
/// Keeps the machine busy between a host call and its reply, with strings, arrays and a host call of its own.
const NOISE: &str = "let a = []; loop { a.push(`n${a.len()}`); host_id(a); if a.len() > 9 { a.clear(); } }";

/// A machine room and the program that makes noise in it.
pub struct Subject {
    vm: Vm,
    hosts: HostNames,
    noise: Option<Machine>,
}

impl Subject {
    /// A fresh machine room.
    pub fn new() -> Self {
        let hosts = hosts::names();
        let mut vm = Vm::new();
        vm.engine_mut().set_max_expr_depths(0, 0);
        let program = compile(&mut vm, &hosts, NOISE).ok();
        let noise = program.map(|program| Machine::new(&program, Vec::new()));
        Self { vm, hosts, noise }
    }

    /// Compiles and runs `source` in one form.
    pub fn run(&mut self, source: &str, form: Form) -> Outcome {
        self.vm.take_output();
        let program = match compile(&mut self.vm, &self.hosts, source) {
            Ok(program) => program,
            Err(error) => {
                return Outcome {
                    end: refusal(error),
                    printed: Vec::new(),
                    scope: None,
                }
            }
        };
        match form {
            Form::Plain => self.drive(&program, PLENTY, MANY_STEPS),
            Form::Stopped => self.drive(&program, SINGLE_STEP, MANY_STEPS),
            Form::Late => self.drive_two(&program),
        }
    }

    fn drive(&mut self, program: &Rc<Program>, fuel: i64, steps: u64) -> Outcome {
        let mut run = Running::new(program);
        let mut steps_left = steps;
        while run.end.is_none() {
            match run.step(&mut self.vm, fuel) {
                Paused::Waiting => run.reply(),
                Paused::Fuel if steps_left == 0 => return Outcome::broken("it does not end"),
                Paused::Fuel => steps_left -= 1,
                Paused::Ended => {}
            }
        }
        run.outcome()
    }

    /// Two copies in turn; a reply comes only after the other copy and the noise have run.
    fn drive_two(&mut self, program: &Rc<Program>) -> Outcome {
        let mut runs = [Running::new(program), Running::new(program)];
        let mut turns = 0_u64;
        while runs.iter().any(|run| run.end.is_none()) {
            turns += 1;
            if turns > MANY_STEPS {
                return Outcome::broken("it does not end");
            }
            for index in 0..2 {
                let waiting = !matches!(runs[index].step(&mut self.vm, 101), Paused::Fuel);
                if waiting {
                    self.make_noise();
                }
                runs[1 - index].reply();
            }
        }
        let [first, second] = runs.map(Running::outcome);
        if first == second {
            first
        } else {
            Outcome::broken(format!("two copies differ: {first:?} and {second:?}"))
        }
    }

    fn make_noise(&mut self) {
        let Some(noise) = self.noise.as_mut() else {
            return;
        };
        let mut meter = Meter { fuel: 3, ..Meter::default() };
        if let Step::Suspended = noise.step(&mut self.vm, &mut meter) {
            let value = noise.take_argument(0);
            noise.resume(Ok(value));
        }
        self.vm.take_output();
    }
}

fn compile(vm: &mut Vm, hosts: &HostNames, source: &str) -> Result<Rc<Program>, CompileError> {
    vm.compile(
        source,
        &CompileOptions {
            name: "",
            hosts,
            max_source_bytes: 0,
            deadline_ns: None,
            max_memory_bytes: 0,
        },
    )
}

fn refusal(error: CompileError) -> End {
    if error.message.to_lowercase().contains("not supported") {
        return End::Refused(error.message);
    }
    End::Error(Failed {
        class: "ErrorParsing".into(),
        text: format!("Syntax error: {}", error.message),
        value: None,
        line: error.line,
        column: error.column,
    })
}

/// Why a run does not go on by itself.
enum Paused {
    Waiting,
    Fuel,
    Ended,
}

/// One machine with what it printed and the limits it runs under.
struct Running {
    machine: Machine,
    waiting: bool,
    operations: u64,
    printed: Vec<String>,
    end: Option<End>,
    scope: Option<String>,
}

impl Running {
    fn new(program: &Rc<Program>) -> Self {
        Self {
            machine: Machine::new(program, Vec::new()),
            waiting: false,
            operations: 0,
            printed: Vec::new(),
            end: None,
            scope: None,
        }
    }

    fn step(&mut self, vm: &mut Vm, fuel: i64) -> Paused {
        if self.end.is_some() || self.waiting {
            return if self.waiting { Paused::Waiting } else { Paused::Ended };
        }
        let limits = Limits {
            max_call_depth: MAX_CALL_DEPTH,
            // A program that shrinking made endless must end too; natives count their work here, which rhai does not.
            max_operations: 50_000_000,
            ..Limits::default()
        };
        let operations = self.operations;
        let mut meter = Meter {
            fuel,
            operations,
            limits,
            stop_each: fuel == SINGLE_STEP,
            ..Meter::default()
        };
        let step = self.machine.step(vm, &mut meter);
        self.operations = meter.operations;
        self.printed.extend(vm.take_output().iter().map(printed_line));
        self.note(step)
    }

    fn note(&mut self, step: Step) -> Paused {
        match step {
            Step::Done(value) => {
                self.end = Some(End::Value(canonical(&value)));
                self.scope = Some(scope_text(&self.machine.bindings()));
            }
            Step::Failed(failure) => self.end = Some(failed(&failure)),
            Step::OutOfFuel => {
                STOPS.fetch_add(1, Ordering::Relaxed);
                return Paused::Fuel;
            }
            Step::Suspended => {
                HOST_CALLS.fetch_add(1, Ordering::Relaxed);
                self.waiting = true;
                return Paused::Waiting;
            }
        }
        Paused::Ended
    }

    /// Answers the pending host call, if there is one. A look at the waiting machine must change nothing.
    fn reply(&mut self) {
        if !std::mem::take(&mut self.waiting) {
            return;
        }
        let call = self.machine.host_call();
        let (function, argc) = (call.function, call.argc);
        let looked_at = (self.machine.trace(), self.machine.heap_bytes());
        let args = (0..argc).map(|index| self.machine.take_argument(index)).collect();
        drop(looked_at);
        self.machine.resume(match function {
            IMPORT => Ok(modules::answer(args)),
            _ => hosts::answer(hosts::NAMES[function as usize], args),
        });
    }

    fn outcome(self) -> Outcome {
        let end = self.end.unwrap_or_else(|| End::Broken("it did not end".into()));
        Outcome {
            end,
            printed: self.printed,
            scope: self.scope,
        }
    }
}

fn printed_line(output: &rhai_bridge_vm::Output) -> String {
    let text = without_anonymous_names(&output.text);
    if output.debug {
        format!("debug {}:{} {text}", output.line, output.column)
    } else {
        text
    }
}

fn scope_text(bindings: &[Binding]) -> String {
    let last: BTreeMap<_, _> = bindings.iter().map(|b| (b.name.to_string(), canonical(&b.value))).collect();
    format!("{last:?}")
}

fn failed(failure: &Failure) -> End {
    let class = match &failure.kind {
        FailureKind::Runtime(class) => (*class).to_owned(),
        FailureKind::Syntax => "ErrorParsing".to_owned(),
        FailureKind::Limit(limit) => limit_class(limit.name).to_owned(),
        FailureKind::Late | FailureKind::Internal => return End::Broken(format!("internal: {}", failure.message)),
    };
    End::Error(Failed {
        class,
        text: without_anonymous_names(&failure.message),
        value: failure.value.as_ref().map(canonical),
        line: failure.line,
        column: failure.column,
    })
}

fn limit_class(name: &str) -> &'static str {
    match name {
        "maxOperations" => "ErrorTooManyOperations",
        "maxCallDepth" => "ErrorStackOverflow",
        _ => "ErrorDataTooLarge",
    }
}
