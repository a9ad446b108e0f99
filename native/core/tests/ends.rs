//! Every run ends exactly once: time limits on a virtual clock, cancel, late replies.

mod harness;

use harness::{error, field, request, value, Event, Host, Limits, MS};
use rhai_bridge_core::message::abort_reason;
use rhai_bridge_core::Probes;
use std::sync::atomic::{AtomicI64, Ordering};

fn host(limits: Limits) -> Host {
    let mut host = Host::new();
    host.limits(limits);
    host.define(0, "wait");
    host
}

#[test]
fn a_host_call_that_takes_too_long_is_an_error_the_script_can_catch() {
    let mut host = host(Limits {
        host_timeout_ms: 50.0,
        ..Limits::default()
    });
    host.start("let r = 0; try { wait() } catch (e) { r = e.name + e.code } r");
    let (call, _) = request(&host.run());
    assert!(host.core.next_deadline() >= Some(50 * MS));
    host.world.clock_ns = 49 * MS;
    assert!(host.run().is_empty());
    host.world.clock_ns = 51 * MS;
    match &host.run()[..] {
        [Event::Aborted {
            request,
            why: abort_reason::TIMED_OUT,
        }, Event::Done { value, .. }] => {
            assert_eq!((*request, value.to_string()), (call, "RhaiTimeoutErrorRHAI_TIMEOUT".to_owned()));
        }
        other => panic!("{other:?}"),
    }
    host.reply(call, 1);
    assert!(host.run().is_empty());
    assert_eq!(host.core.counters().late_replies, 1);
}

#[test]
fn an_uncaught_host_timeout_names_the_function_and_its_limit() {
    let mut host = host(Limits {
        host_timeout_ms: 50.0,
        ..Limits::default()
    });
    host.define_with_timeout(1, "slow", 20.0);
    host.start("slow()");
    host.run();
    host.world.clock_ns = 25 * MS;
    let failed = error(&host.run());
    assert_eq!(
        (field(&failed, "kind"), field(&failed, "limit")),
        ("timeout".to_owned(), "hostTimeoutMs".to_owned())
    );
    assert_eq!((field(&failed, "function"), field(&failed, "ms")), ("slow".to_owned(), "20.0".to_owned()));
}

#[test]
fn a_function_without_a_limit_waits_for_ever() {
    let mut host = host(Limits {
        host_timeout_ms: 50.0,
        ..Limits::default()
    });
    host.define_with_timeout(1, "slow", 0.0);
    host.start("slow()");
    let (call, _) = request(&host.run());
    assert_eq!(host.core.next_deadline(), None);
    host.world.clock_ns = 1_000_000 * MS;
    host.reply(call, 1);
    assert_eq!(value(&host.run()), "1");
}

#[test]
fn the_wall_clock_ends_a_waiting_run_and_aborts_its_call() {
    let mut host = host(Limits {
        timeout_ms: 100.0,
        host_timeout_ms: 1000.0,
        ..Limits::default()
    });
    host.start("try { wait() } catch { 1 }");
    let (call, _) = request(&host.run());
    host.world.clock_ns = 101 * MS;
    let events = host.run();
    assert!(matches!(events[1], Event::Aborted { request, why: abort_reason::RUN_ENDED } if request == call));
    let failed = error(&events);
    assert_eq!(
        (field(&failed, "limit"), field(&failed, "where")),
        ("timeoutMs".to_owned(), "host".to_owned())
    );
    assert_eq!(field(&failed, "function"), "wait");
}

#[test]
fn the_wall_clock_ends_a_computing_run_inside_its_loop() {
    let mut host = host(Limits {
        timeout_ms: 10.0,
        ..Limits::default()
    });
    host.world.tick_ns = MS;
    host.start("\nloop {}");
    let failed = error(&host.run());
    assert_eq!(
        (field(&failed, "kind"), field(&failed, "where")),
        ("timeout".to_owned(), "script".to_owned())
    );
    assert_eq!(field(&failed, "line"), "2");
}

#[test]
fn waiting_does_not_count_as_computing() {
    let mut host = host(Limits {
        compute_ms: 20.0,
        ..Limits::default()
    });
    host.start("wait(); 5");
    let (call, _) = request(&host.run());
    host.world.clock_ns += 10_000 * MS;
    host.reply(call, 1);
    match &host.run()[..] {
        [Event::Done { times, .. }] => assert!(times[0] < 1.0 && times[1] > 9_999.0, "{times:?}"),
        other => panic!("{other:?}"),
    }
    host.world.tick_ns = MS;
    host.start("loop {}");
    let failed = error(&host.run());
    assert_eq!(
        (field(&failed, "limit"), field(&failed, "where")),
        ("computeMs".to_owned(), "script".to_owned())
    );
}

#[test]
fn a_thousand_answered_calls_leave_one_deadline() {
    let mut host = host(Limits {
        host_timeout_ms: 1000.0,
        ..Limits::default()
    });
    host.start("let n = 0; while n < 1000 { wait(); n += 1 }");
    for _ in 0..1000 {
        let (call, _) = request(&host.run());
        host.reply(call, 1);
        assert!(host.core.counters().deadlines <= 1);
    }
    assert!(matches!(host.run()[..], [Event::Done { .. }]));
    host.world.clock_ns += 5_000 * MS;
    assert!(host.run().is_empty());
    assert_eq!(host.core.next_deadline(), None);
}

#[test]
fn cancel_ends_a_waiting_run_at_once_and_aborts_its_call() {
    let mut host = host(Limits::default());
    let run = host.start("try { wait() } catch { 1 }");
    let (call, _) = request(&host.run());
    host.cancel(run, 1);
    let events = host.drain();
    assert!(matches!(events[1], Event::Aborted { request, why: abort_reason::RUN_ENDED } if request == call));
    assert_eq!(field(&error(&events), "kind"), "cancelled");
    host.reply(call, 1);
    host.cancel(run, 1);
    assert!(host.run().is_empty());
    assert_eq!(host.core.counters().late_replies, 1);
}

#[test]
fn cancel_ends_a_queued_run_before_it_starts() {
    let mut host = host(Limits::default());
    let run = host.start("wait()");
    host.cancel(run, 2);
    let events = host.run();
    assert_eq!((events.len(), field(&error(&events), "kind")), (1, "disposed".to_owned()));
}

#[test]
fn cancel_ends_a_loop_between_two_slices() {
    let mut host = host(Limits::default());
    let run = host.start("loop {}");
    host.step(10_000);
    assert!(host.drain().is_empty());
    host.cancel(run, 1);
    assert_eq!(field(&error(&host.run()), "kind"), "cancelled");
}

#[test]
fn a_second_reply_is_dropped_and_counted() {
    let mut host = host(Limits::default());
    host.start("wait() + wait()");
    let (first, _) = request(&host.run());
    host.reply(first, 1);
    host.reply(first, 100);
    host.throw(first, 1, "no");
    let (second, _) = request(&host.run());
    host.reply(second, 2);
    assert_eq!(value(&host.run()), "3");
    assert_eq!(host.core.counters().late_replies, 2);
}

#[test]
fn a_priority_is_served_first() {
    let mut host = host(Limits::default());
    host.start_with("1", 0, 0, |_| {});
    let urgent = host.start_with("2", 0, 9, |_| {});
    match &host.run()[..] {
        [Event::Done { run, .. }, Event::Done { .. }] => assert_eq!(*run, urgent),
        other => panic!("{other:?}"),
    }
}

/// A run seems to take another megabyte whenever somebody looks.
fn grows() -> i64 {
    static BYTES: AtomicI64 = AtomicI64::new(0);
    BYTES.fetch_add(1 << 20, Ordering::Relaxed)
}

#[test]
fn the_end_of_a_run_that_holds_much_is_told_before_it_is_freed() {
    let mut host = host(Limits::default());
    host.start("1");
    host.run();
    assert_eq!(host.world.published, [1], "a small one is told with the rest of its slice");
    host.world.published.clear();
    host.core.set_probes(Probes {
        live_bytes: grows,
        now_ns: || 0,
    });
    host.start("1");
    host.run();
    assert_eq!(host.world.published, [1, 1], "at its end, and after its slice");
}
