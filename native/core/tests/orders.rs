//! Reply against cancel against time-out: every order of everything that can happen to a host call and its run gives exactly one
//! end, the right one, and leaves nothing. (Threads add nothing to these orders: a core takes records one at a time.)

mod harness;

use harness::{request, Event, Host, Limits, MS};
use rhai_bridge_core::message::Id;
use rhai_bridge_core::StepResult;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Reply,
    ReplyAgain,
    Throw,
    Cancel,
    Dispose,
    HostTimeOut,
    Step,
}

const ACTS: [Act; 7] = [
    Act::Reply,
    Act::ReplyAgain,
    Act::Throw,
    Act::Cancel,
    Act::Dispose,
    Act::HostTimeOut,
    Act::Step,
];
const HOST_TIMEOUT_MS: u64 = 10;

/// Calls `visit` with every order of `acts`.
fn orders(acts: &mut [Act], from: usize, visit: &mut dyn FnMut(&[Act])) {
    if from == acts.len() {
        return visit(acts);
    }
    for at in from..acts.len() {
        acts.swap(from, at);
        orders(acts, from + 1, visit);
        acts.swap(from, at);
    }
}

fn act(host: &mut Host, act: Act, run: Id, call: Id) {
    match act {
        Act::Reply => host.reply(call, 1),
        Act::ReplyAgain => host.reply(call, 2),
        Act::Throw => host.throw(call, 7, "no"),
        Act::Cancel => host.cancel(run, 1),
        Act::Dispose => host.cancel(run, 2),
        Act::HostTimeOut => host.world.clock_ns += (HOST_TIMEOUT_MS + 1) * MS,
        Act::Step => while host.step(MS) == StepResult::More {},
    }
}

/// Which ends are right: what decided is what the core saw first.
fn expected(order: &[Act]) -> &'static str {
    let mut is_late = false;
    for &act in order {
        match act {
            // Time passes; who finds out is the next step, or whatever comes before it.
            Act::HostTimeOut => is_late = true,
            Act::Step if is_late => return "timeout",
            Act::Step => {}
            Act::Reply | Act::ReplyAgain => return "answered",
            Act::Throw => return "threw",
            Act::Cancel => return "cancelled",
            Act::Dispose => return "disposed",
        }
    }
    "timeout"
}

/// After a reply or a throw the run goes on in the next step; a cancel before that step ends it otherwise.
fn possible(order: &[Act]) -> Vec<&'static str> {
    let first = expected(order);
    let mut ends = vec![first];
    if first == "answered" || first == "threw" {
        let decided = order.iter().position(|act| matches!(act, Act::Reply | Act::ReplyAgain | Act::Throw));
        for act in &order[decided.unwrap_or(0) + 1..] {
            match act {
                Act::Step => break,
                Act::Cancel => return vec!["cancelled"],
                Act::Dispose => return vec!["disposed"],
                _ => {}
            }
        }
    }
    if first == "threw" {
        ends = vec!["host"];
    }
    ends
}

fn end_of(events: &[Event], run: Id) -> Vec<String> {
    let ends = events.iter().filter_map(|event| match event {
        Event::Done { run: id, value, .. } if *id == run => {
            assert!(matches!(value.as_int(), Ok(1 | 2)));
            Some("answered".to_owned())
        }
        Event::Failed { run: id, error } if *id == run => Some(error["kind"].to_string()),
        _ => None,
    });
    ends.collect()
}

#[test]
fn every_order_of_reply_throw_cancel_dispose_and_time_out_ends_the_run_once() {
    let mut host = Host::new();
    host.limits(Limits {
        host_timeout_ms: HOST_TIMEOUT_MS as f64,
        ..Limits::default()
    });
    host.define(1, "wait");
    let mut seen = 0;
    orders(&mut ACTS.clone(), 0, &mut |order| {
        let run = host.start("wait()");
        let events = host.run();
        let (call, _) = request(&events);
        for &one in order {
            act(&mut host, one, run, call);
        }
        let ends = end_of(&host.run(), run);
        assert_eq!(ends.len(), 1, "{order:?} gave {ends:?}");
        assert!(possible(order).contains(&ends[0].as_str()), "{order:?} gave {ends:?}");
        let counters = host.core.counters();
        assert_eq!((counters.live_runs, counters.open_requests, counters.ready), (0, 0, 0), "{order:?}");
        seen += 1;
    });
    assert_eq!(seen, 5040);
    let counters = host.core.counters();
    assert_eq!(counters.started, counters.done + counters.failed);
    assert_eq!(counters.panics, 0);
}
