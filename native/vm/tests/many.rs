//! Many of everything: what a run or a program counts neither wraps around nor ends silently at a power of two.

use rhai::Dynamic;
use rhai_bridge_vm::{CompileError, CompileOptions, HostNames, Limits, Machine, Meter, Probes, Program, Step, Vm};
use std::fmt::Write;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

fn compile(vm: &mut Vm, source: &str) -> Result<Rc<Program>, CompileError> {
    let mut hosts = HostNames::new();
    hosts.insert("host", 0);
    let options = CompileOptions {
        name: "main",
        hosts: &hosts,
        max_source_bytes: 0,
        deadline_ns: None,
        max_memory_bytes: 0,
    };
    vm.compile(source, &options)
}

/// Runs a program to its value; `host` answers its host calls.
fn run(vm: &mut Vm, program: &Rc<Program>, mut host: impl FnMut(&mut Vm, Dynamic) -> Dynamic) -> String {
    let mut machine = Machine::new(program, Vec::new());
    let mut meter = Meter {
        fuel: i64::MAX,
        limits: Limits::default(),
        ..Meter::default()
    };
    loop {
        match machine.step(vm, &mut meter) {
            Step::Done(value) => return value.to_string(),
            Step::Failed(failure) => return failure.message,
            Step::OutOfFuel => panic!("it does not end"),
            Step::Suspended => {
                let argument = machine.take_argument(0);
                let reply = host(vm, argument);
                machine.resume(Ok(reply));
            }
        }
    }
}

/// The value of a script without host calls.
fn value_of(source: &str) -> String {
    let mut vm = Vm::new();
    match compile(&mut vm, source) {
        Ok(program) => run(&mut vm, &program, |_, argument| argument),
        Err(error) => format!("{} at {}:{}", error.message, error.line, error.column),
    }
}

#[test]
fn seventy_thousand_different_texts_may_be_evaluated_in_one_run() {
    let script = "let s = 0; for i in 0..70000 { s += eval(`let x${i} = ${i}; x${i} * 2`); } s";
    assert_eq!(value_of(script), "4899930000");
}

#[test]
fn closures_of_seventy_thousand_other_programs_may_be_called_in_one_run() {
    let mut vm = Vm::new();
    let program = compile(&mut vm, "let s = 0; for i in 0..70000 { let f = host(i); s += f.call(1); } s").expect("a program");
    let value = run(&mut vm, &program, |vm, n| {
        let other = compile(vm, &format!("|x| x * {n}")).expect("a closure");
        let mut maker = Machine::new(&other, Vec::new());
        let mut meter = Meter {
            fuel: 10,
            ..Meter::default()
        };
        match maker.step(vm, &mut meter) {
            Step::Done(closure) => closure,
            other => panic!("{other:?}"),
        }
    });
    assert_eq!(value, "2449965000");
}

#[test]
fn the_last_of_seventy_thousand_maps_has_its_own_keys() {
    let mut script = String::new();
    for i in 0..70_000 {
        write!(script, "#{{a{i}: 1}};").expect("a text");
    }
    script.push_str("#{z: 7}.z");
    assert_eq!(value_of(&script), "7");
}

#[test]
fn the_last_of_seventy_thousand_ranges_is_its_own() {
    let mut script = String::from("let r = 0; switch 69_999 {");
    for i in 0..70_000 {
        write!(script, "{i}..={i}=>r={i},").expect("a text");
    }
    script.push_str("_=>r=-1} r");
    assert_eq!(value_of(&script), "69999");
}

#[test]
fn more_functions_than_a_program_can_number_are_refused_by_name() {
    let mut script = String::new();
    for i in 0..66_000 {
        write!(script, "fn f{i}(){{{i}}}").expect("a text");
    }
    script.push_str("f65999()");
    assert_eq!(value_of(&script), "script too large at 1:1");
}

/// Statements that take about eleven instructions for each 10 of `n`.
fn long_block(n: usize) -> String {
    "a+=1;".repeat(n)
}

#[test]
fn a_block_of_any_length_can_be_jumped_over() {
    let block = long_block(40_000);
    for (script, value) in [
        (format!("let a = 0; let b = 5; if b < 4 {{ {block} }} a"), "0"),
        (
            format!("let a = 0; let b = 5; let c = 5; if b >= c {{ {block} }} else {{ a = -1; }} a"),
            "40000",
        ),
        (format!("let a = 0; let b = 5; if b != 5 || b > 6 && b == 3 {{ {block} }} a"), "0"),
        (format!("let a = 0; let b = 0; while b < 2 {{ {block} b += 1; }} a"), "80000"),
        (format!("let a = 0; for i in 0..2 {{ if i == 1 {{ {block} }} }} a"), "40000"),
        (
            format!("let a = 0; let b = 0; do {{ b += 1; if b == 2 {{ continue; }} {block} }} while b < 3; a"),
            "80000",
        ),
        (format!("fn f(b) {{ let a = 0; if b <= 4.5 {{ {block} }} a }} f(4.0) + f(5.0)"), "40000"),
        (format!("let a = 0; let b = 1; eval(\"if b == 2 {{ {block} }}\"); a"), "0"),
    ] {
        assert_eq!(value_of(&script), value, "{}", &script[..60]);
    }
}

/// A clock that goes on by one whenever it is looked at.
fn ticks() -> u64 {
    static TICKS: AtomicU64 = AtomicU64::new(0);
    TICKS.fetch_add(1, Ordering::Relaxed)
}

#[test]
fn compiling_ends_at_its_deadline_also_behind_the_parser() {
    let hosts = HostNames::new();
    let script = ["let a = 1; ".repeat(100), "a = a + 1 * 2;".repeat(1_000)].concat();
    let mut vm = Vm::new();
    vm.set_probes(Probes {
        now_ns: ticks,
        ..Probes::default()
    });
    let mut compile_until = |deadline_ns| {
        let options = CompileOptions {
            name: "main",
            hosts: &hosts,
            max_source_bytes: 0,
            deadline_ns: Some(deadline_ns),
            max_memory_bytes: 0,
        };
        vm.compile(&script, &options).map(drop)
    };
    let start = ticks();
    assert!(compile_until(u64::MAX - 1).is_ok());
    let looks = ticks() - start;
    // The last look is the compiler's, and so is the one at which this deadline has passed.
    let error = compile_until(ticks() + looks - 10).expect_err("late");
    assert_eq!(error.limit.map(|limit| limit.name), Some("computeMs"));
    assert!(compile_until(ticks() + looks + 10).is_ok());
}

#[test]
fn an_array_in_a_variable_is_lent_to_the_host_and_everything_else_is_given() {
    let mut vm = Vm::new();
    for (source, lent) in [
        ("let a = [1]; host(a)", true),
        ("let m = #{a: 1}; host(m)", true),
        ("host([1])", false),
        ("let s = 1; host(s)", false),
        ("let b = blob(9); host(b)", false),
        ("let a = [1]; let f = || a; host(a)", false), // captured: another may hold it
        ("let a = [[1]]; host(a[0])", false),
    ] {
        let program = compile(&mut vm, source).expect("a script that compiles");
        let mut machine = Machine::new(&program, Vec::new());
        let mut meter = Meter {
            fuel: i64::MAX,
            ..Meter::default()
        };
        assert!(matches!(machine.step(&mut vm, &mut meter), Step::Suspended), "{source}");
        assert_eq!(machine.lent_argument(0).is_some(), lent, "{source}");
        assert!(machine.lent_argument(1).is_none());
        let copy = machine.lent_argument(0).cloned();
        let argument = machine.take_argument(0);
        assert!(copy.is_none_or(|copy| copy.to_string() == argument.to_string()), "{source}");
        machine.resume(Ok(argument));
        assert!(matches!(machine.step(&mut vm, &mut meter), Step::Done(_)), "{source}");
        assert!(machine.lent_argument(0).is_none(), "{source}: it waits no more");
    }
}
