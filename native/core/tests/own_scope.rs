//! The core's own scope: what `eval` reads and leaves behind, also when runs nest.

mod harness;

use harness::{error, request, value, Event, Host};
use rhai_bridge_core::message::{inbox_kind, start_flag};

#[test]
fn eval_reads_and_changes_the_own_scope() {
    let mut host = Host::new();
    host.set_var("x", 1);
    host.start_eval("x += 1; let y = x * 10; y");
    assert_eq!(value(&host.run()), "20");
    assert_eq!(host.scope_text(), "x=2 y=20");
    host.start_eval("x + y");
    assert_eq!(value(&host.run()), "22");
}

#[test]
fn what_a_failed_eval_changed_stays_changed() {
    let mut host = Host::new();
    host.set_var("x", 1);
    host.start_eval("x = 5; throw 1");
    error(&host.run());
    assert_eq!(host.scope_text(), "x=5");
}

#[test]
fn a_run_without_the_flag_does_not_see_the_own_scope() {
    let mut host = Host::new();
    host.set_var("x", 1);
    host.start("x");
    error(&host.run());
}

#[test]
fn a_nested_eval_sees_and_keeps_changes_and_the_outer_wins() {
    let mut host = Host::new();
    host.define(0, "call");
    host.set_var("x", 1);
    host.set_var("y", 1);
    host.start_eval("x = 2; call(); x = x + 100;");
    let (call, _) = request(&host.run());
    host.start_eval("let seen = x; x = 50; y = 7; seen");
    assert_eq!(value(&host.run()), "2");
    host.reply(call, 0);
    assert!(matches!(host.run()[..], [Event::Done { .. }]));
    assert_eq!(host.scope_text(), "x=102 y=7 seen=2");
}

#[test]
fn a_closure_in_the_scope_is_named_when_the_scope_is_read() {
    let mut host = Host::new();
    host.start_eval("let f = |x| x; let n = 3;");
    host.run();
    let text = host.scope_text();
    assert!(text.contains("f!a function of a script cannot leave its core"), "{text}");
    assert!(text.contains("n=3"), "{text}");
}

#[test]
fn variables_of_a_run_can_be_sent_back() {
    let mut host = Host::new();
    host.start_with("x += 1; let y = 2; x", start_flag::SCOPE | start_flag::COMMIT, 0, |out| {
        out.u32(1);
        out.text("x");
        out.u8(0);
        out.value(&41.into(), 0).expect("encodes");
    });
    match &host.run()[..] {
        [Event::Done { value, bindings, .. }] => {
            let names: Vec<&str> = bindings.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!((value.as_int(), names), (Ok(42), vec!["x", "y"]));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn constants_cannot_be_assigned() {
    let mut host = Host::new();
    host.send(inbox_kind::SET_VAR, harness::id(0), |out| {
        out.text("LIMIT");
        out.u8(1);
        out.value(&5.into(), 0).expect("encodes");
    });
    host.start_eval("LIMIT = 6");
    error(&host.run());
    assert_eq!(host.scope_text(), "LIMIT=5");
    host.send(inbox_kind::CLEAR_SCOPE, harness::id(0), |_| {});
    assert_eq!(host.scope_text(), "");
}
