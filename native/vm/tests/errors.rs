//! Errors as the host gets them: where, through which frames, and what no script can catch.

use rhai::Dynamic;
use rhai_bridge_vm::{CompileOptions, Failure, FailureKind, HostNames, Limits, Machine, Meter, Step, Vm, IMPORT};

const MODULE: &str = "fn deep(f) {\n  f.call(1)\n}\nfn fails() { 1 / 0 }";

/// Runs a script to its end; modules have the text above, host functions answer their first argument.
fn run(source: &str, limits: Limits) -> Result<Dynamic, Box<Failure>> {
    let mut vm = Vm::new();
    let mut hosts = HostNames::new();
    hosts.insert("host_id", 0);
    let options = CompileOptions {
        name: "main",
        hosts: &hosts,
        max_source_bytes: 0,
        deadline_ns: None,
        max_memory_bytes: 0,
    };
    let program = vm.compile(source, &options).expect("a script that compiles");
    let mut machine = Machine::new(&program, Vec::new());
    let mut meter = Meter {
        fuel: 1_000_000,
        limits,
        ..Meter::default()
    };
    loop {
        match machine.step(&mut vm, &mut meter) {
            Step::Done(value) => return Ok(value),
            Step::Failed(failure) => return Err(failure),
            Step::OutOfFuel => panic!("it does not end"),
            Step::Suspended if machine.host_call().function == IMPORT => machine.resume(Ok(MODULE.into())),
            Step::Suspended => {
                let value = machine.take_argument(0);
                machine.resume(Ok(value));
            }
        }
    }
}

fn failure(source: &str) -> Box<Failure> {
    run(source, Limits::default()).expect_err("a script that fails")
}

/// `function@line:column` of each frame, innermost first.
fn trace(failure: &Failure) -> Vec<String> {
    let frames = failure.trace.iter();
    frames.map(|f| format!("{}@{}:{}:{}", f.function, f.source, f.line, f.column)).collect()
}

#[test]
fn an_arithmetic_error_stands_at_its_operator() {
    for (source, line, column) in [
        ("let a = 1;\nlet b = a / 0;", 2, 11),
        ("let a = 9223372036854775807;\n\na += 1;", 3, 3),
        ("fn f(x) {\n  x - 1\n}\nf(-9223372036854775808)", 2, 5),
        ("eval(\"\\n  1 % 0\")", 1, 3),
        ("[1, 0].map(|x| 5 / x)", 1, 18),
    ] {
        let failure = failure(source);
        assert_eq!((failure.line, failure.column), (line, column), "{source}: {}", failure.message);
        assert_eq!(failure.kind, FailureKind::Runtime("ErrorArithmetic"), "{source}");
    }
}

#[test]
fn a_native_that_refuses_stands_at_its_call() {
    let failure = failure("let a = [];\na.\n  insert(\"x\", 1)");
    assert_eq!((failure.line, failure.column), (3, 3), "{}", failure.message);
}

#[test]
fn a_trace_names_functions_closures_callbacks_texts_and_modules() {
    let source = "import \"lib\" as lib;\nfn inner(x) {\n  eval(\"throw x\")\n}\nfn outer(x) { [x].map(|y| lib::deep(|z| inner(z + y))) }\nouter(1)";
    let failure = failure(source);
    assert_eq!(
        trace(&failure),
        [
            "eval@eval:1:1",
            "inner@main:3:8",
            "closure@main:5:41",
            "deep@lib:2:5",
            "closure@main:5:32",
            "map@main:5:19",
            "outer@main:5:19",
            "@main:6:1",
        ]
    );
    assert_eq!(failure.value.as_ref().and_then(|v| v.as_int().ok()), Some(2));
}

#[test]
fn a_failure_in_a_module_tells_the_modules_place() {
    let failure = failure("import \"lib\" as lib;\nlib::fails()");
    assert_eq!((failure.source.as_str(), failure.line, failure.column), ("lib", 4, 16));
}

#[test]
fn no_script_catches_a_limit() {
    let endless = "loop {}";
    let sources = [
        format!("try {{ {endless} }} catch {{ 1 }}"),
        format!("try {{ eval(\"{endless}\") }} catch {{ 1 }}"),
        format!("fn f() {{ {endless} }} try {{ f!() }} catch {{ 1 }}"),
        format!("try {{ [1].map(|x| {{ {endless} }}) }} catch {{ 1 }}"),
        format!("try {{ [2, 1].sort(|a, b| {{ {endless} }}) }} catch {{ 1 }}"),
        format!("try {{ (|| {{ {endless} }}).call() }} catch {{ 1 }}"),
        format!("import \"lib\" as lib; try {{ lib::deep(|x| {{ {endless} }}) }} catch {{ 1 }}"),
        format!("while true {{ try {{ {endless} }} catch {{ }} }}"),
    ];
    for source in sources {
        let limits = Limits {
            max_operations: 2_000,
            ..Limits::default()
        };
        let failure = run(&source, limits).expect_err(&source);
        assert!(
            matches!(failure.kind, FailureKind::Limit(hit) if hit.name == "maxOperations"),
            "{source}: {failure:?}"
        );
        assert!(failure.line > 0 && !failure.trace.is_empty(), "{source}: no place");
    }
}

#[test]
fn no_script_catches_the_end_of_its_stack() {
    for source in [
        "fn f() { try { f() } catch { 1 } } f()",
        "fn f() { try { eval(\"f()\") } catch { 1 } } f()",
        "let s = \"eval(s)\"; try { eval(s) } catch { 1 }",
        "fn f() { try { f!() } catch { 1 } } f!()",
        "fn f(x) { try { [x].map(|y| f(y)) } catch { 1 } } f(1)",
    ] {
        let limits = Limits {
            max_call_depth: 50,
            ..Limits::default()
        };
        let failure = run(source, limits).expect_err(source);
        assert!(
            matches!(failure.kind, FailureKind::Limit(hit) if hit.name == "maxCallDepth"),
            "{source}: {failure:?}"
        );
    }
}

#[test]
fn a_text_is_bound_by_the_limit_of_sources() {
    let limits = Limits {
        max_source_bytes: 1_000,
        ..Limits::default()
    };
    let failure = run("let s = \"1 + 1;\"; loop { s += s; try { eval(s); } catch {} }", limits).expect_err("too large");
    assert!(
        matches!(failure.kind, FailureKind::Limit(hit) if hit.name == "maxSourceBytes"),
        "{failure:?}"
    );
}

#[test]
fn modules_that_import_each_other_are_refused() {
    let mut vm = Vm::new();
    let hosts = HostNames::new();
    let options = CompileOptions {
        name: "main",
        hosts: &hosts,
        max_source_bytes: 0,
        deadline_ns: None,
        max_memory_bytes: 0,
    };
    let program = vm.compile("import \"a\" as a;", &options).expect("a script");
    let mut machine = Machine::new(&program, Vec::new());
    let failure = loop {
        let mut meter = Meter {
            fuel: 1_000,
            ..Meter::default()
        };
        match machine.step(&mut vm, &mut meter) {
            Step::Suspended => {
                let path = machine.take_argument(0).into_string().expect("a path");
                let other = if path == "a" { "b" } else { "a" };
                machine.resume(Ok(format!("import \"{other}\" as x;").into()));
            }
            Step::Failed(failure) => break failure,
            other => panic!("{other:?}"),
        }
    };
    assert!(failure.message.contains("'a' -> 'b' -> 'a'"), "{}", failure.message);
}

#[test]
fn a_module_asks_the_host_as_a_call_that_names_the_importing_script() {
    let mut vm = Vm::new();
    let hosts = HostNames::new();
    let options = CompileOptions {
        name: "main",
        hosts: &hosts,
        max_source_bytes: 0,
        deadline_ns: None,
        max_memory_bytes: 0,
    };
    let program = vm
        .compile("\nimport \"lib\" as lib; lib::twice(4) + lib::LIMIT", &options)
        .expect("a script");
    let mut machine = Machine::new(&program, Vec::new());
    let mut meter = Meter {
        fuel: 1_000,
        ..Meter::default()
    };
    assert!(matches!(machine.step(&mut vm, &mut meter), Step::Suspended));
    let call = machine.host_call();
    assert_eq!((call.function, call.name, call.argc, call.line), (IMPORT, "import", 2, 2));
    assert_eq!(machine.take_argument(0).to_string(), "lib");
    assert_eq!(machine.take_argument(1).to_string(), "main");
    let engine = rhai::Engine::new();
    let answer = engine.eval::<Dynamic>("#{ functions: #{ twice: 7 }, constants: #{ LIMIT: 100 } }");
    machine.resume(Ok(answer.expect("a map")));
    assert!(matches!(machine.step(&mut vm, &mut meter), Step::Suspended));
    assert_eq!(machine.host_call().function, 7);
    machine.resume(Ok(8.into()));
    match machine.step(&mut vm, &mut meter) {
        Step::Done(value) => assert_eq!(value.as_int(), Ok(108)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_closure_outlives_the_script_it_comes_from() {
    let mut vm = Vm::new();
    let hosts = HostNames::new();
    let mut evaluate = |source: &str, scope| {
        let options = CompileOptions {
            name: "main",
            hosts: &hosts,
            max_source_bytes: 0,
            deadline_ns: None,
            max_memory_bytes: 0,
        };
        let program = vm.compile(source, &options).expect("a script");
        let mut machine = Machine::new(&program, scope);
        let mut meter = Meter {
            fuel: 1_000,
            ..Meter::default()
        };
        let step = machine.step(&mut vm, &mut meter);
        (step, machine.into_bindings())
    };
    let (_, scope) = evaluate(
        "fn helper(x) { x * 2 } let n = 10; let f = |x| helper(x) + n; let g = Fn(\"helper\");",
        Vec::new(),
    );
    let (step, _) = evaluate("fn helper(x) { 0 } f.call(1) + g.call(2)", scope);
    assert!(matches!(step, Step::Done(value) if value.as_int() == Ok(16)));
}

/// See `empty-padding` in DIFFERENCES.md.
#[test]
fn padding_with_an_empty_text_ends() {
    for (script, text) in [
        ("let s = \"ab\"; s.pad(1000000000, \"\"); s", "ab"),
        ("let s = \"\"; pad(s, 3, \"\"); s", ""),
        ("let s = \"ab\"; s.pad(1, \"\"); s", "ab"),
    ] {
        let value = run(script, Limits::default()).expect("a value");
        assert_eq!(value.to_string(), text, "{script}");
    }
}
