//! The machine against rhai's own evaluator: same text, same value, same output, same error.
//!
//! `cargo test -p rhai-bridge-vm --test differential -- --nocapture` prints a figure per form.
//! Environment: `RHAI_BRIDGE_ONLY` (part of a case's name), `RHAI_BRIDGE_SHOW` (mismatches printed, 40),
//! `RHAI_BRIDGE_PROGRAMS` (random programs, 2,000; the nightly form is 100,000), `RHAI_BRIDGE_SEED` (first seed),
//! `RHAI_BRIDGE_ENOUGH` (mismatches after which no more random programs are tried, 20).

mod support;

use std::sync::atomic::Ordering;

use support::cases::{self, Case};
use support::guard::{Guard, Runner};
use support::machine::{Form, FORMS, STOPS};
use support::oracle::Oracle;
use support::outcome::{Difference, End};
use support::report::Report;
use support::shrink::Shrinker;
use support::{generator, matrix};

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn tier(name: &str) -> Report {
    let mut report = Report::new(name);
    let mut guard = Guard::new();
    for case in cases::load(name) {
        report.run(&mut guard, &case);
    }
    report.print();
    report
}

#[test]
fn every_script_parses_or_is_a_deliberate_syntax_error_and_always_ends_the_same() {
    let (oracle, mut guard) = (Oracle::new(), Guard::new());
    let mut wrong = Vec::new();
    for name in ["core", "full"] {
        let (mut values, mut errors) = (0, 0);
        for case in cases::load(name) {
            let outcome = guard.run(&case.source, Runner::Rhai);
            let text = format!("{:?}", outcome.end);
            match &outcome.end {
                End::Value(_) => values += 1,
                _ => errors += 1,
            }
            if oracle.parses(&case.source) == case.syntax_error {
                wrong.push(format!("{}: {text}", case.name));
            }
            if text.contains("TooManyOperations") || guard.run(&case.source, Runner::Rhai) != outcome {
                wrong.push(format!("{}: not the same twice, or endless", case.name));
            }
        }
        println!("{name}: {} scripts, {values} end with a value, {errors} with an error", values + errors);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_core_of_the_language_means_what_rhai_means() {
    let report = tier("core");
    assert_eq!(report.mismatches.len(), 0, "core scripts that disagree with rhai");
    assert_eq!(report.refused(), 0, "core scripts that the compiler refuses");
}

#[test]
fn the_rest_of_the_language_means_what_rhai_means() {
    let report = tier("full");
    assert_eq!(report.mismatches.len(), 0, "scripts that disagree with rhai");
    assert_eq!(report.refused(), 0, "scripts that the compiler refuses");
}

/// The harness itself: what differs must be seen, and a machine that is stopped everywhere does stop.
#[test]
fn a_difference_of_every_kind_is_noticed() {
    let mut guard = Guard::new();
    let pairs = [
        ("1", "1.0", Difference::End),
        ("[1, \"a\"]", "[1, 'a']", Difference::End),
        ("#{a: 1}", "#{a: 1, b: ()}", Difference::End),
        ("throw 1", "1 / 0", Difference::Class),
        ("throw 1", "throw \"1\"", Difference::Thrown),
        ("nope", " nope", Difference::Position),
        ("nope", "nopf", Difference::Text),
        ("print(1)", "print(1); print(1)", Difference::Printed),
        ("let a = 1;", "let a = 2;", Difference::Scope),
    ];
    for (rhai, ours, what) in pairs {
        for form in FORMS {
            let outcome = guard.run(ours, Runner::Machine(form));
            assert_eq!(guard.run(rhai, Runner::Rhai).difference(&outcome), Some(what), "{rhai} and {ours}");
        }
    }
    let before = STOPS.load(Ordering::Relaxed);
    guard.run("let a = 1; let b = a + 2; [a, b].len()", Runner::Machine(Form::Stopped));
    assert!(STOPS.load(Ordering::Relaxed) - before >= 4, "it hardly stopped");
}

#[test]
fn every_operator_on_every_pair_of_types_means_what_rhai_means() {
    table("matrix of operators", matrix::operators());
}

#[test]
fn every_native_on_every_type_means_what_rhai_means() {
    table("matrix of methods", matrix::methods());
}

fn table(title: &str, cases: Vec<Case>) {
    let (mut report, mut guard) = (Report::new(title), Guard::new());
    for case in cases {
        report.run(&mut guard, &case);
    }
    report.print();
    assert_eq!(report.mismatches.len(), 0, "{title}: cases that disagree with rhai");
}

#[test]
fn random_programs_mean_what_rhai_means() {
    let (first, count) = (number("RHAI_BRIDGE_SEED", 1), number("RHAI_BRIDGE_PROGRAMS", 2_000));
    let mut report = Report::new(&format!("random programs (seeds {first}..{})", first + count));
    let (mut guard, enough) = (Guard::new(), number("RHAI_BRIDGE_ENOUGH", 20));
    for seed in first..first + count {
        let nodes = generator::program(seed);
        if seed % 10_000 == 0 {
            println!("seed {seed}: {} disagree so far", report.mismatches.len());
        }
        if report.run(&mut guard, &program_case(seed, &nodes)) {
            println!("seed {seed} disagrees");
            shrink_last(&mut report, &mut guard, seed, nodes);
        }
        if report.mismatches.len() as u64 >= enough {
            println!("stopped at seed {seed}: enough to look at");
            break;
        }
    }
    report.print();
    assert_eq!(report.mismatches.len(), 0, "random programs that disagree with rhai");
}

/// For other platforms: the same programs as text, with a NUL between them.
#[test]
#[ignore = "writes the file that RHAI_BRIDGE_DUMP names"]
fn random_programs_are_written_down() {
    let (first, count) = (number("RHAI_BRIDGE_SEED", 1), number("RHAI_BRIDGE_PROGRAMS", 2_000));
    let file = std::env::var("RHAI_BRIDGE_DUMP").expect("RHAI_BRIDGE_DUMP names a file");
    let texts: Vec<String> = (first..first + count).map(|seed| generator::render(&generator::program(seed))).collect();
    std::fs::write(file, texts.join("\0")).expect("the file can be written");
}

/// Puts the smallest program that still shows the difference in the place of the last mismatch.
fn shrink_last(report: &mut Report, guard: &mut Guard, seed: u64, nodes: Vec<generator::Node>) {
    let last = report.mismatches.last_mut().expect("a mismatch");
    if matches!(last.ours.end, End::Broken(_)) && !last.broken_by_panic() {
        return;
    }
    let mut small = program_case(seed, &nodes);
    small.source = Shrinker::new(guard, last.form, last.what).shrink(nodes);
    let mut again = Report::new("shrunk");
    again.run(guard, &small);
    if let Some(shrunk) = again.mismatches.pop() {
        *last = shrunk;
    }
}

fn program_case(seed: u64, nodes: &[generator::Node]) -> Case {
    let name = format!("seed {seed}");
    Case {
        name,
        source: generator::render(nodes),
        syntax_error: false,
    }
}

/// How much of what the generator writes runs to a value: a generator of errors tests little.
#[test]
fn most_random_programs_end_with_a_value() {
    let mut guard = Guard::new();
    let mut values = 0;
    for seed in 1..=300 {
        let source = generator::render(&generator::program(seed));
        let outcome = guard.run(&source, Runner::Rhai);
        match outcome.end {
            End::Value(_) => values += 1,
            end => {
                let text = format!("{end:?}");
                assert!(!text.contains("ErrorParsing"), "seed {seed} does not parse: {text}\n{source}");
                assert!(!text.contains("Broken"), "seed {seed}: {text}\n{source}");
                if std::env::var_os("RHAI_BRIDGE_ERRORS").is_some() {
                    println!("seed {seed}: {text}");
                }
            }
        }
    }
    println!("generator: {values} of 300 programs end with a value");
    assert!(values >= 180, "only {values} of 300 programs end with a value");
}
