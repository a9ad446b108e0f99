//! Runs cases on a thread of their own, so that a hang, a panic or deep recursion is a failed case and not the end
//! of the test run.

use super::machine::{Form, Subject};
use super::oracle::Oracle;
use super::outcome::Outcome;
use std::cell::RefCell;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::mpsc::{channel, Receiver, RecvTimeoutError, Sender};
use std::sync::Once;
use std::thread;
use std::time::Duration;

/// Name of the threads whose panics are part of a report.
const WORKER: &str = "case";
/// The evaluator of rhai is recursive.
const STACK_BYTES: usize = 512 << 20;
/// No case of the corpus comes near this, also on a busy machine; a random one that doubles its values keeps rhai busy for longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// Who runs the script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runner {
    /// rhai's own evaluator.
    Rhai,
    /// Our machine.
    Machine(Form),
}

/// A worker thread that is replaced when it hangs.
pub struct Guard {
    jobs: Sender<(String, Runner)>,
    results: Receiver<Outcome>,
}

impl Guard {
    /// Starts a worker.
    pub fn new() -> Self {
        let (jobs, inbox) = channel::<(String, Runner)>();
        let (outbox, results) = channel();
        let worker = move || work(&inbox, &outbox);
        keep_panics_quiet();
        thread::Builder::new()
            .name(WORKER.into())
            .stack_size(STACK_BYTES)
            .spawn(worker)
            .expect("a worker thread");
        Self { jobs, results }
    }

    /// Runs one script; never panics and never hangs.
    pub fn run(&mut self, source: &str, runner: Runner) -> Outcome {
        if self.jobs.send((source.to_owned(), runner)).is_err() {
            *self = Self::new();
            return Outcome::broken("the worker thread had ended");
        }
        match self.results.recv_timeout(PATIENCE) {
            Ok(outcome) => outcome,
            Err(why) => {
                *self = Self::new();
                if runner == Runner::Rhai && why == RecvTimeoutError::Timeout {
                    return Outcome::endless();
                }
                Outcome::broken(match why {
                    RecvTimeoutError::Timeout => "no end in time",
                    RecvTimeoutError::Disconnected => "the worker thread died",
                })
            }
        }
    }
}

thread_local! {
    /// Where and why this thread panicked last.
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// A panic of a case belongs into the report, not on the terminal.
fn keep_panics_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if thread::current().name() == Some(WORKER) {
                PANIC.with(|text| *text.borrow_mut() = panic.to_string().replace('\n', " "));
            } else {
                loud(panic);
            }
        }));
    });
}

fn work(inbox: &Receiver<(String, Runner)>, outbox: &Sender<Outcome>) {
    let oracle = Oracle::new();
    let mut subject = None;
    for (source, runner) in inbox {
        let outcome = catch_unwind(AssertUnwindSafe(|| match runner {
            Runner::Rhai => oracle.run(&source),
            Runner::Machine(form) => subject.get_or_insert_with(Subject::new).run(&source, form),
        }));
        let outcome = outcome.unwrap_or_else(|_| {
            // Nothing of a machine room that panicked is used again, not even its destructors.
            std::mem::forget(subject.take());
            Outcome::broken(format!("panic: {}", PANIC.with(RefCell::take)))
        });
        if outbox.send(outcome).is_err() {
            return;
        }
    }
}
