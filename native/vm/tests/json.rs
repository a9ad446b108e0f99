//! Texts given to `parse_json`: read as rhai reads them, as far as they are data.

use rhai::Dynamic;
use rhai_bridge_vm::{CompileOptions, Failure, HostNames, Machine, Meter, Step, Vm};

fn run(source: &str) -> Result<Dynamic, Box<Failure>> {
    let mut vm = Vm::new();
    let options = CompileOptions {
        name: "main",
        hosts: &HostNames::new(),
        max_source_bytes: 0,
        deadline_ns: None,
        max_memory_bytes: 0,
    };
    let program = vm.compile(source, &options).expect("a script that compiles");
    let mut meter = Meter {
        fuel: 1_000_000,
        ..Meter::default()
    };
    match Machine::new(&program, Vec::new()).step(&mut vm, &mut meter) {
        Step::Done(value) => Ok(value),
        Step::Failed(failure) => Err(failure),
        other => panic!("{source} does not end: {other:?}"),
    }
}

/// rhai evaluates what stands in a text given to `parse_json`, by its own evaluator.
#[test]
fn json_is_data() {
    let sources = [
        r#"{"a": 1 + 2}"#,
        r#"{"a": [1, 2].map(|x| x)}"#,
        r#"{"a": |x| x}"#,
        r#"{"a": Fn("len")}"#,
        r#"{"a": 1..5}"#,
        r#"{"a": "x".len}"#,
        r#"{"a": [1][0]}"#,
        r#"{"a": eval("loop {}")}"#,
        r#"[eval("loop {}")]"#,
    ];
    for text in sources {
        let error = run(&format!("parse_json(`{text}`)")).expect_err("no data").message;
        assert!(error.starts_with("Syntax error: JSON holds data, no expressions"), "{text}: {error}");
    }
}

#[test]
fn json_is_read_as_rhai_reads_it() {
    for (text, expected) in [
        (r#"{"a": -5, "b": -1.5e3, "c": null, "d": [true, "x", 'y', {}], "e": (1), /* f */}"#, None),
        (r#"{a: 1}"#, Some("Syntax error: Expecting name of a property")),
        (r#"{"a": 1, "a": 2}"#, Some("Syntax error: Duplicated property for object map literal: a")),
        (r#"{"a": [1, b]}"#, Some("Variable not found: b")),
        (r#"{"a": PI()}"#, Some("Syntax error: Invalid symbol encountered: '()'")),
        (r#"{"a": #{}}"#, Some("Syntax error: Invalid symbol encountered: '#{'")),
        ("[1]", Some("Output type incorrect: array (expecting map)")),
        ("5", Some("Output type incorrect: i64 (expecting map)")),
        (r#"{"a": "#, Some("Syntax error")),
    ] {
        let source = format!("let text = \"{}\"; parse_json(text).to_json()", text.replace('"', "\\\""));
        match (run(&source), rhai::Engine::new().eval::<String>(&source), expected) {
            (Ok(ours), Ok(rhai), None) => assert_eq!(ours.to_string(), rhai, "{text}"),
            (Err(ours), Err(rhai), Some(begin)) => {
                assert!(ours.message.starts_with(begin), "{text}: {}", ours.message);
                assert!(rhai.to_string().starts_with(&ours.message), "{text}: {} and {rhai}", ours.message);
            }
            (ours, rhai, _) => panic!("{text}: {ours:?} and {rhai:?}"),
        }
    }
}
