//! Scripts for Miri: between them they run every kind of instruction that touches registers, whole and stopped at each
//! instruction, so that `machine/registers.rs` (the machine's one unsafe file) is watched by the interpreter.
//!
//! `npm run test:miri` (needs the nightly toolchain with its `miri` component). Without Miri it is a quick smoke test.

use rhai_bridge_vm::{CompileOptions, HostNames, Machine, Meter, Step, Vm};

/// Script and value.
const CASES: &[(&str, &str)] = &[
    ("let s = 0; for i in 0..20 { if i % 3 == 0 { continue; } s += i * 2 - 1; } s", "241"),
    (
        "let i = 0; let s = 0.0; while i < 9 && s <= 90.0 || i == 40 { s += 1.5; i += 1; } s",
        "13.5",
    ),
    ("let i = 0; do { i += 1; } until i >= 7; loop { i += 1; if i > 9 { break; } } i", "10"),
    ("fn fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } } fib(7)", "13"),
    (
        "fn add(n) { this.count += n; this.calls += 1; this.count } let o = #{count: 0, calls: 0}; o.add(3); o.add(4) + o.calls",
        "9",
    ),
    (
        "let a = []; for i in 0..9 { a.push(i); } a[2] = a[1] + a[8]; a[3] = a[3] * 5; let s = 0; for x in a { s += x; } s",
        "55",
    ),
    (
        "let m = #{a: #{b: [1, 2, #{c: 3}]}}; m.a.b[2].c += 4; m.a.b[0] = m.a.b[0] + 1; m[\"k\"] = 5; m.a.b[2].c + m.a.b[0] + m.k",
        "14",
    ),
    ("let k = 3; [5, 1, 4].map(|x| x * k).filter(|x| x > 3).reduce(|s, x| s + x, 0)", "27"),
    (
        "let a = [5, 1, 4, 2]; a.sort(|x, y| x - y); a.some(|x| x == 4) && a.all(|x| x > 0) && a.index_of(|x| x == 5) == 3",
        "true",
    ),
    (
        "let f = |x| x + 1; let g = Fn(\"f1\").curry(2); fn f1(a, b) { a * b } f.call(1) + g.call(4)",
        "10",
    ),
    (
        "let s = \"\"; for i in 0..6 { s += \"ab\"; s += 'c'; } `${s.len()}:${s.starts_with(\"abc\")}:${s.index_of(\"ca\")}`",
        "18:true:2",
    ),
    (
        "fn check(n) { if n % 2 == 0 { throw n; } n } let s = 0; for i in 0..6 { try { s += check(i); } catch (e) { s -= e; } } s",
        "3",
    ),
    (
        "let t = 0; for i in 0..12 { switch i % 6 { 0 => t += 1, 1 | 2 => t -= 1, 3..5 => t += 5, _ => t += 0 } } t",
        "18",
    ),
    ("let c = 0; let inc = || { c += 1; c }; inc.call(); inc.call(); c + host(4)", "6"),
    ("let x = 1; eval(\"x += 4; let y = x * 2;\"); x + y", "15"),
    ("[1, 2].map(|x| host(x) + 1).len() + host(host(1))", "3"),
];

fn run(script: &str, stop_each: bool) -> String {
    let (mut vm, mut hosts) = (Vm::new(), HostNames::new());
    hosts.insert("host", 0);
    let options = CompileOptions {
        name: "",
        hosts: &hosts,
        max_source_bytes: 0,
        deadline_ns: None,
        max_memory_bytes: 0,
    };
    let program = vm.compile(script, &options).unwrap_or_else(|error| panic!("{script}: {error:?}"));
    let mut machine = Machine::new(&program, Vec::new());
    let mut meter = Meter {
        fuel: i64::MAX,
        stop_each,
        ..Meter::default()
    };
    loop {
        match machine.step(&mut vm, &mut meter) {
            Step::Done(value) => return value.to_string(),
            Step::Failed(failure) => panic!("{script}: {failure:?}"),
            Step::OutOfFuel => meter.fuel = i64::MAX,
            Step::Suspended => {
                let value = machine.take_argument(0);
                machine.resume(Ok(value));
            }
        }
    }
}

#[test]
fn registers_are_sound_in_every_kind_of_instruction() {
    for (script, value) in CASES {
        for stop_each in [false, true] {
            assert_eq!(run(script, stop_each), *value, "{script}");
        }
    }
}
