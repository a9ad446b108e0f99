//! Scripts for Miri: between them they run every instruction there is, whole and stopped at each one, so that
//! `registers.rs` (the machine's one unsafe file) is watched by the interpreter wherever it is used.
//!
//! `npm run test:miri` (needs the nightly toolchain with its `miri` component). Without Miri it takes no time, and says
//! when an instruction is missing here. One machine room for all scripts: making one takes Miri minutes.

use super::{Machine, Step, IMPORT};
use crate::{CompileOptions, HostNames, Meter, Vm};
use std::collections::BTreeSet;

const MODULE: &str = "export const TEN = 10; fn twice(x) { x * 2 } fn int.next() { this + 1 }";

/// Script and value. (None calls a pure native with a variable in front, `max(a, 2)`: rhai itself swaps that argument for a
/// copy by a cast that Stacked Borrows does not allow; under Tree Borrows it is fine.)
const CASES: &[(&str, &str)] = &[
    // Arithmetic, comparisons and loops.
    ("let s = 0; for i in 0..7 { if i % 3 == 0 { continue; } s += i * 2 - 1; } s", "20"),
    (
        "let i = 0; let s = 0.0; while i < 9 && s <= 9.0 || i == 40 { s += 1.5; i += 1; } s",
        "10.5",
    ),
    ("let i = 0; do { i += 1; } until i >= 3; loop { i += 1; if i > 5 { break; } } i", "6"),
    (
        "let a = 7; let b = 2; let c = [a + b, a - b, a * b, a / b, a % b, a ** b, -a, +a, a << 1]; c.reduce(|s, x| s + x, 0)",
        "95",
    ),
    (
        "let a = 7; let b = 2; let c = [a < b, a <= b, a > b, a >= b, a == b, a != b, !(a < b), a != 7, a == 7]; c.filter(|x| x).len()",
        "5",
    ),
    ("let a = 7; let b = a + 1; b = b - 2; b = b * 3; b %= 10; b -= a; b *= a; b /= 2; b <<= 1; b", "6"),
    (
        "let a = 1; let b = 2; let n = 0; if a < b { n += 1; } if a <= b { n += 1; } if a > b { n += 9; } if a >= b { n += 9; } if a == b { n += 9; } if a != b { n += 1; } n",
        "3",
    ),
    (
        "let a = 1; let n = 0; if a < 2 { n += 1; } if a <= 2 { n += 1; } if a > 2 { n += 9; } if a >= 2 { n += 9; } if a == 2 { n += 9; } if a != 2 { n += 1; } n",
        "3",
    ),
    (
        "let a = 0; let e = 2; while a < e { a += 1; } while a <= e { a += 1; } while a > e { a -= 1; } while a >= e { a -= 1; } while a != e { a += 1; } while a == e { a += 1; } a",
        "3",
    ),
    (
        "let a = 0; while a < 2 { a += 1; } while a <= 2 { a += 1; } while a > 2 { a -= 1; } while a >= 2 { a -= 1; } while a != 2 { a += 1; } while a == 2 { a += 1; } a",
        "3",
    ),
    ("let t = true; let f = false; let n = 0; if t { n += 1; } if f || t { n += 2; } let x = t && !f; if x { n += 4; } let y = f || t; if y { n += 8; } n", "15"),
    ("let u = (); let v = u ?? 3; let w = v ?? 4; v + w", "6"),
    // Calls.
    ("fn fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } } fib(4)", "3"),
    (
        "fn add(n) { this.count += n; this.calls += 1; this.count } let o = #{count: 0, calls: 0}; o.add(3); o.add(4) + o.calls",
        "9",
    ),
    (
        "let f = |x| x + 1; let g = Fn(\"f1\").curry(2); fn f1(a, b) { a * b } let h = curry(f, 5); f.call(1) + call(g, 4) + h.call()",
        "16",
    ),
    ("fn own() { type_of(this) } let o = 5; let a = [1]; push(a, 2); o.own() + len(a) + len([1])", "i6421"),
    ("fn f(x) { global::K + x } const K = 4; f(1)", "5"),
    ("fn g(x) { x + 1 } let a = 1; g!(a) + a", "3"),
    // Containers and chains.
    (
        "let a = []; for i in 0..4 { a.push(i); } a[2] = a[1] + a[3]; a[3] = a[3] * 5; let s = 0; for (x, n) in a { s += x * n; } s",
        "54",
    ),
    (
        "let m = #{a: #{b: [1, 2, #{c: 3}]}}; m.a.b[2].c += 4; m.a.b[0] = m.a.b[0] + 1; m[\"k\"] = 5; m.k = 6; m.a.b[2].c + m.a.b[0] + m.k",
        "15",
    ),
    (
        "let a = [0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5]; a.len()",
        "66",
    ),
    ("let k = 3; [5, 1, 4].map(|x| x * k).filter(|x| x > 3).reduce(|s, x| s + x, 0)", "27"),
    ("let a = [5, 1, 4]; a.sort(|x, y| x - y); a.some(|x| x == 4) && a.all(|x| x > 0) && a.index_of(|x| x == 5) == 2", "true"),
    (
        "let s = \"\"; for i in 0..3 { s += \"ab\"; s += 'c'; } `${s.len()}:${s.starts_with(\"abc\")}:${s.index_of(\"ca\")}`",
        "9:true:2",
    ),
    ("const C = [1, 2]; let d = C; d.push(3); d.len() + C.len()", "5"),
    // Closures that share variables.
    ("let c = 0; let inc = || { c += 1; c }; inc.call(); inc.call(); c + host(4) + if is_shared(c) { 1 } else { 0 }", "7"),
    ("let n = 0; for i in 0..3 { let f = || n += i; f.call(); n = n + 1; } n", "6"),
    // Errors.
    (
        "fn check(n) { if n % 2 == 0 { throw n; } n } let s = 0; for i in 0..4 { try { s += check(i); } catch (e) { s -= e; } } s",
        "2",
    ),
    (
        "fn f() { nope } let s = 0; try { s = unknown + 1; } catch { s += 1; } try { other.push(1); } catch { s += 2; } try { f(); } catch { s += 4; } s",
        "7",
    ),
    ("let t = 0; for i in 0..8 { switch i % 6 { 0 => t += 1, 1 | 2 if i > 1 => t -= 1, 3..5 => t += 5, _ => t += 0 } } t", "10"),
    // Host calls, everywhere.
    ("[1, 2].map(|x| host(x) + 1).len() + host(host(1))", "3"),
    // Names that only the run knows.
    (
        "fn one() { 1 } let x = 0; eval(\"x += 4; x += one(); let y = x * 2;\"); if is_def_var(\"y\") { x += 1; } let z = |q| q + x; { eval(\"let w = 2;\"); x += w; } x + y + z.call(1)",
        "27",
    ),
    ("import \"m\" as m; export let shown = 3; m::twice(m::TEN) + shown.next() + shown", "27"),
];

/// The names of all instructions, from their definition.
fn instructions() -> BTreeSet<&'static str> {
    let source = include_str!("../bytecode.rs");
    let body = source.split("pub(crate) enum Op {").nth(1).and_then(|rest| rest.split("\n}").next());
    let names = body.expect("the instructions").lines().map(str::trim);
    names
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .map(|line| line.split(['(', ',']).next().unwrap_or_default())
        .collect()
}

impl Machine {
    /// The name of the instruction that runs next.
    fn next_instruction(&self) -> Option<String> {
        let frame = self.frames.last()?;
        let op = self.function_of(frame).code.get(frame.pc as usize)?;
        format!("{op:?}").split('(').next().map(str::to_owned)
    }
}

/// The script's value, and the instructions that were next at some step.
fn run(vm: &mut Vm, script: &str, stop_each: bool, seen: &mut BTreeSet<String>) -> String {
    let mut hosts = HostNames::new();
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
    loop {
        let mut meter = Meter {
            fuel: i64::MAX,
            stop_each,
            ..Meter::default()
        };
        seen.extend(machine.next_instruction());
        match machine.step(vm, &mut meter) {
            Step::Done(value) => return value.to_string(),
            Step::Failed(failure) => panic!("{script}: {failure:?}"),
            Step::OutOfFuel => {}
            Step::Suspended if machine.host_call().function == IMPORT => machine.resume(Ok(MODULE.into())),
            Step::Suspended => {
                let value = machine.take_argument(0);
                machine.resume(Ok(value));
            }
        }
    }
}

#[test]
fn every_instruction_reads_and_writes_only_what_is_its_own() {
    let (mut vm, mut seen) = (Vm::new(), BTreeSet::new());
    for (script, value) in CASES {
        for stop_each in [false, true] {
            assert_eq!(run(&mut vm, script, stop_each, &mut seen), *value, "{script}");
        }
    }
    let missing: Vec<_> = instructions().into_iter().filter(|name| !seen.contains(*name)).collect();
    assert!(missing.is_empty(), "no script runs {missing:?}");
}
