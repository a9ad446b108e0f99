//! What it takes to stop for a host call and go on, and what a stopped machine weighs.

use super::{compile, median, run, timed};
use rhai_bridge_vm::{Limits, Machine, Meter, Program, Step, Vm};
use std::rc::Rc;

const WITH_CALL: &str = "let s = 0; for i in 0..500000 { s += host(i); } s";
const WITHOUT_CALL: &str = "let s = 0; for i in 0..500000 { s += i; } s";
const WAITING: &str = "let a = 1; let b = \"text\"; let c = host(a); c + a";

pub fn suspending(repeat: usize) {
    let mut vm = Vm::new();
    let (with, without) = (compile(&mut vm, WITH_CALL), compile(&mut vm, WITHOUT_CALL));
    let mut nanos = Vec::new();
    for _ in 0..repeat {
        let net = timed(|| run(&mut vm, &with, Limits::default())).1 - timed(|| run(&mut vm, &without, Limits::default())).1;
        nanos.push(net * 1e6 / 500_000.0);
    }
    let (low, high) = nanos.iter().fold((f64::MAX, 0.0_f64), |(low, high), n| (low.min(*n), high.max(*n)));
    let middle = median(&nanos);
    println!("one host call (suspend, take the argument, resume): {middle:.1} ns ({low:.1}..{high:.1})");
}

pub fn waiting() {
    const MACHINES: usize = 50_000;
    let mut vm = Vm::new();
    let program = compile(&mut vm, WAITING);
    let before = resident_bytes();
    let (machines, ms) = timed(|| (0..MACHINES).map(|_| wait(&mut vm, &program)).collect::<Vec<_>>());
    let resident = resident_bytes().saturating_sub(before) / MACHINES;
    let own = std::mem::size_of::<Machine>();
    let nanos = ms * 1e6 / MACHINES as f64;
    println!(
        "a waiting machine: {own} bytes itself + {} on the heap by its own account; {resident} resident; started in {nanos:.0} ns",
        machines[0].heap_bytes()
    );
}

fn wait(vm: &mut Vm, program: &Rc<Program>) -> Machine {
    let mut machine = Machine::new(program, Vec::new());
    let mut meter = Meter {
        fuel: i64::MAX,
        ..Meter::default()
    };
    assert!(matches!(machine.step(vm, &mut meter), Step::Suspended));
    machine
}

/// Resident set from Linux's /proc; 0 elsewhere.
fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}
