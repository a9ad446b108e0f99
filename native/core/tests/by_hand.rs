//! Runs stepped by hand: they use the fuel they were given and no more, and unknown functions are requests.

mod harness;

use harness::{value, Event, Host};
use rhai_bridge_core::message::{compile_flag, inbox_kind, start_flag, Id};
use rhai_bridge_core::{Budget, StepResult};

const RUN: Id = Id { slot: 40, generation: 3 };

fn start(host: &mut Host, source: &str) {
    host.compile(9, compile_flag::OPEN, source);
    host.send(inbox_kind::START, RUN, |out| {
        [9, 0, start_flag::BY_HAND, 0].iter().for_each(|&word| out.u32(word));
    });
}

fn poll(host: &mut Host, fuel: f64) -> Vec<Event> {
    host.send(inbox_kind::FUEL, RUN, |out| out.f64(fuel));
    while host.core.step_run(RUN, &mut host.world, Budget::until(u64::MAX)) == StepResult::More {}
    host.drain()
}

#[test]
fn nobody_else_steps_it() {
    let mut host = Host::new();
    start(&mut host, "40 + 2");
    assert!(host.run().is_empty());
    assert!(!host.core.has_work());
    assert_eq!(value(&poll(&mut host, 100.0)), "42");
    assert_eq!(host.core.counters().live_runs, 0);
}

#[test]
fn it_stops_when_its_fuel_is_used_up_and_always_at_the_same_place() {
    let mut ends = Vec::new();
    for fuel in [1.0, 7.0, 100.0, 5_000.0] {
        let mut host = Host::new();
        start(&mut host, "let n = 0; while n < 1000 { n += 1 } n");
        let mut polls = 1;
        let operations = loop {
            match &poll(&mut host, fuel)[..] {
                [] => polls += 1,
                [Event::Done { operations, .. }] => break *operations,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(polls, (operations / fuel) as u64 + 1, "{fuel}");
        ends.push(operations);
    }
    assert!(ends.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 1.0), "{ends:?}");
}

#[test]
fn a_function_that_nobody_knows_is_a_request_with_its_name() {
    let mut host = Host::new();
    host.define(0, "known");
    start(&mut host, "known(1) + db::fetch(2) + [3].map(|x| other(x))[0] + Fn(\"late\").call(4)");
    for name in [None, Some("db::fetch"), Some("other"), Some("late")] {
        let events = poll(&mut host, 1_000.0);
        let [Event::Request {
            request, name: asked, args, ..
        }] = &events[..]
        else {
            panic!("{events:?}")
        };
        assert_eq!((asked.as_deref(), args.len()), (name, 1));
        host.reply(*request, args[0].clone());
    }
    assert_eq!(value(&poll(&mut host, 1_000.0)), "10");
}

#[test]
fn other_runs_do_not_know_foreign_functions() {
    let mut host = Host::new();
    host.start("other(1)");
    assert!(matches!(&host.run()[..], [Event::Failed { .. }]));
}
