//! Natives over long texts and large containers look at the clock while they work: a deadline that has passed ends them in
//! the middle. Time is a counter here; nothing is measured.

use rhai::Dynamic;
use rhai_bridge_vm::{Binding, CompileOptions, FailureKind, HostNames, Limits, Machine, Meter, Probes, Step, Vm};
use std::cell::Cell;

thread_local! {
    static LOOKS: Cell<u64> = const { Cell::new(0) };
}

/// A clock that goes on by one whenever it is looked at.
fn ticks() -> u64 {
    LOOKS.set(LOOKS.get() + 1);
    LOOKS.get()
}

/// Half a megabyte: pieces are of 64 KB.
const BYTES: usize = 512 * 1024;
/// Looks that a native over so much takes at least.
const LOOKS_AT_LEAST: u64 = 4;

const OPERATIONS: &[&str] = &[
    "s.pad(900000, 'x')",
    "s.pad(900000, \"xyz\")",
    "s.replace(\"b\", \"c\")",
    "s.replace(\"nowhere\", \"c\")",
    "s.remove('b')",
    "s -= \"ab\"",
    "s - \"b\"",
    "s.to_upper()",
    "s.make_lower()",
    "s.contains(\"nowhere\")",
    "s.index_of(\"nowhere\")",
    "s.split(\"b\")",
    "s.split(\"nowhere\")",
    "s.to_chars()",
    "a.pad(400000, 7)",
    "a == b",
    "a.contains(9)",
    "a.to_string()",
    "a.sort()",
    "m.mixin(n)",
    "m.fill_with(n)",
];

/// Runs it until the clock says `deadline`; how often it was looked at, and how it ended.
fn run(vm: &mut Vm, script: &str, scope: Vec<Binding>, deadline: u64) -> (u64, Result<(), FailureKind>) {
    let options = CompileOptions {
        name: "main",
        hosts: &HostNames::new(),
        max_source_bytes: 0,
        deadline_ns: None,
        max_memory_bytes: 0,
    };
    let program = vm.compile(script, &options).expect("it parses");
    let mut machine = Machine::new(&program, scope);
    let mut meter = Meter {
        fuel: i64::MAX,
        limits: Limits::default(),
        deadline_ns: Some(LOOKS.get() + deadline),
        ..Meter::default()
    };
    let before = LOOKS.get();
    let end = match machine.step(vm, &mut meter) {
        Step::Done(_) => Ok(()),
        Step::Failed(failure) => Err(failure.kind),
        Step::OutOfFuel | Step::Suspended => panic!("{script} does not end"),
    };
    (LOOKS.get() - before, end)
}

fn scope() -> Vec<Binding> {
    let array = || Dynamic::from_array(vec![Dynamic::from_int(3); BYTES / 4]);
    let map = |from: usize| -> Dynamic {
        (from..from + 20_000)
            .map(|i| (i.to_string().into(), Dynamic::from_int(1)))
            .collect::<rhai::Map>()
            .into()
    };
    [
        ("s", "ab".repeat(BYTES / 2).into()),
        ("a", array()),
        ("b", array()),
        ("m", map(0)),
        ("n", map(10_000)),
    ]
    .map(|(name, value)| Binding {
        name: name.into(),
        value,
        constant: false,
    })
    .into()
}

#[test]
fn a_native_over_much_looks_at_the_clock_and_ends_when_its_time_is_up() {
    let mut vm = Vm::new();
    vm.set_probes(Probes {
        now_ns: ticks,
        ..Probes::default()
    });
    for operation in OPERATIONS {
        let (looks, end) = run(&mut vm, operation, scope(), u64::MAX / 2);
        assert_eq!(end, Ok(()), "{operation}");
        assert!(looks >= LOOKS_AT_LEAST, "{operation} looked {looks} times");
        let (_, end) = run(&mut vm, operation, scope(), looks / 2);
        assert_eq!(end, Err(FailureKind::Late), "{operation}, its time was up");
    }
}
