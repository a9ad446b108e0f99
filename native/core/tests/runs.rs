//! Runs from START to their end: values, host calls, errors, output, compiles.

mod harness;

use harness::{error, field, id, request, value, Event, Host, Limits};
use rhai_bridge_core::message::{inbox_kind, start_flag, Id};

#[test]
fn a_script_without_host_calls_is_done_in_one_step() {
    let mut host = Host::new();
    host.start("2 + 40");
    assert_eq!(value(&host.run()), "42");
    assert_eq!(host.core.counters().live_runs, 0);
}

#[test]
fn a_host_call_suspends_the_run_until_its_reply() {
    let mut host = Host::new();
    host.define(5, "fetch");
    let run = host.start("let a = fetch(\"x\", 1.5);\n a + fetch(a)");
    let events = host.run();
    let Event::Request {
        run: of,
        function: 5,
        line: 1,
        ..
    } = events[0]
    else {
        panic!("{events:?}")
    };
    assert_eq!(of, run);
    let (first, args) = request(&events);
    assert_eq!((args[0].to_string(), args[1].to_string()), ("x".to_owned(), "1.5".to_owned()));
    assert!(host.run().is_empty());
    host.reply(first, 10);
    let (second, args) = request(&host.run());
    assert_ne!(second, first);
    assert_eq!(args[0].as_int(), Ok(10));
    host.reply(second, 32);
    assert_eq!(value(&host.run()), "42");
}

#[test]
fn runs_interleave_and_end_in_the_order_of_their_replies() {
    let mut host = Host::new();
    host.define(0, "wait");
    let runs: Vec<Id> = (0..3).map(|n| host.start(&format!("wait({n}) * 2"))).collect();
    let requests: Vec<Id> = host.run().iter().map(|event| request(std::slice::from_ref(event)).0).collect();
    for n in [2, 0, 1] {
        host.reply(requests[n], n as i64);
        match &host.run()[..] {
            [Event::Done { run, value, .. }] => assert_eq!((*run, value.as_int()), (runs[n], Ok(n as i64 * 2))),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_failed_host_call_can_be_caught_and_read() {
    let mut host = Host::new();
    host.define(0, "fetch");
    host.start("let r = 0; try { fetch() } catch (e) { r = `${e}/` + e + \"/\" + e.message + e.name + e.code + e.line } r");
    let (call, _) = request(&host.run());
    host.throw(call, 3, "gone");
    assert_eq!(value(&host.run()), "gone/gone/goneTypeErrorE11");
}

#[test]
fn an_uncaught_host_error_carries_its_handle_and_function() {
    let mut host = Host::new();
    host.define(0, "fetch");
    host.start("fn inner() {\n fetch() }\n\ninner()");
    let (call, _) = request(&host.run());
    host.throw(call, 3, "gone");
    let failed = error(&host.run());
    assert_eq!((field(&failed, "kind"), field(&failed, "error")), ("host".to_owned(), "3".to_owned()));
    assert_eq!(
        (field(&failed, "function"), field(&failed, "message")),
        ("fetch".to_owned(), "gone".to_owned())
    );
    assert_eq!(field(&failed, "line"), "2");
}

#[test]
fn a_rethrown_host_error_keeps_its_handle() {
    let mut host = Host::new();
    host.define(0, "fetch");
    host.start("try { fetch() } catch (e) { throw e }");
    let (call, _) = request(&host.run());
    host.throw(call, 9, "gone");
    assert_eq!(field(&error(&host.run()), "error"), "9");
}

#[test]
fn what_a_script_throws_comes_out_as_its_value() {
    let mut host = Host::new();
    host.start("\n throw #{ code: 7 }");
    let failed = error(&host.run());
    assert_eq!(
        (field(&failed, "kind"), field(&failed, "value")),
        ("runtime".to_owned(), "#{\"code\": 7}".to_owned())
    );
    assert_eq!(field(&failed, "line"), "2");
}

#[test]
fn a_syntax_error_fails_the_run_with_its_place() {
    let mut host = Host::new();
    host.start("let x = ;");
    let failed = error(&host.run());
    assert_eq!((field(&failed, "kind"), field(&failed, "line")), ("syntax".to_owned(), "1".to_owned()));
    assert_eq!(field(&failed, "source"), "test.rhai");
}

#[test]
fn an_operations_limit_ends_the_run_and_not_the_next() {
    let mut host = Host::new();
    host.limits(Limits {
        max_operations: 20_000.0,
        ..Limits::default()
    });
    host.start("try { loop {} } catch { 1 }");
    let failed = error(&host.run());
    assert_eq!(
        (field(&failed, "kind"), field(&failed, "limit")),
        ("limit".to_owned(), "maxOperations".to_owned())
    );
    host.start("1");
    assert_eq!(value(&host.run()), "1");
}

#[test]
fn a_result_that_cannot_cross_names_its_path() {
    let mut host = Host::new();
    host.start("#{ list: [1, range(0, 9, 2)] }");
    let failed = error(&host.run());
    assert_eq!(
        (field(&failed, "kind"), field(&failed, "path")),
        ("value".to_owned(), "$.list[1]".to_owned())
    );
}

#[test]
fn an_argument_that_cannot_cross_is_an_error_the_script_can_catch() {
    let mut host = Host::new();
    host.define(0, "send");
    host.start("let r = 0; try { send(1, [range(0, 9, 2)]) } catch (e) { r = e.name } r");
    assert_eq!(value(&host.run()), "RhaiValueError");
    host.start("send([range(0, 9, 2)])");
    let failed = error(&host.run());
    assert_eq!(
        (field(&failed, "kind"), field(&failed, "path")),
        ("value".to_owned(), "$[0][0]".to_owned())
    );
    assert_eq!(host.core.counters().open_requests, 0);
}

#[test]
fn output_comes_in_order_before_the_end() {
    let mut host = Host::new();
    host.start("print(\"a\"); debug(1); print(\"b\"); 5");
    let events = host.run();
    assert!(matches!(&events[0], Event::Print { text, .. } if text == "a"));
    assert!(matches!(&events[1], Event::Debug { text, .. } if text == "1"));
    assert!(matches!(&events[2], Event::Print { text, .. } if text == "b"));
    assert!(matches!(&events[3], Event::Done { .. }));
}

#[test]
fn too_much_output_ends_the_run() {
    let mut host = Host::new();
    host.limits(Limits {
        max_output_bytes: 1000.0,
        ..Limits::default()
    });
    host.start("loop { print(\"0123456789\") }");
    let events = host.run();
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Print { .. })).count(), 100);
    assert_eq!(field(&error(&events), "limit"), "maxOutputBytes");
}

#[test]
fn a_function_can_be_called_with_values() {
    let mut host = Host::new();
    host.start_with("fn add(a, b) { a + b }", start_flag::CALL, 0, |out| {
        out.text("add");
        out.u32(2);
        out.value(&40.into(), 0).expect("encodes");
        out.value(&2.into(), 0).expect("encodes");
    });
    assert_eq!(value(&host.run()), "42");
}

#[test]
fn a_name_defined_later_makes_the_next_run_call_the_host() {
    let mut host = Host::new();
    host.compile(50, 0, "late(1)");
    let start = |host: &mut Host, generation| {
        let run = Id { slot: 50, generation };
        host.send(inbox_kind::START, run, |out| [50, 0, 0, 0].iter().for_each(|&word| out.u32(word)));
        host.run()
    };
    assert_eq!(field(&error(&start(&mut host, 1)), "kind"), "runtime");
    host.define(0, "late");
    let (call, _) = request(&start(&mut host, 2));
    host.reply(call, 3);
    assert_eq!(value(&host.run()), "3");
}

#[test]
fn a_compile_answers_without_running() {
    let mut host = Host::new();
    host.define(0, "fetch");
    host.compile(1, 1, "/// Adds.\nfn add(a, b) { a + b }\n print(\"no\"); fetch(1)");
    host.compile(2, 1, "let = 3");
    let events = host.run();
    let [Event::Compiled { program: 1, answer: good }, Event::Compiled { program: 2, answer: bad }] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(field(good, "ok"), "true");
    assert!(field(good, "functions").contains("\"add\""));
    assert!(field(good, "hostFunctions").contains("\"fetch\""));
    assert_eq!(field(bad, "ok"), "false");
    assert!(field(bad, "error").contains("line"));
}

#[test]
fn a_busy_run_and_a_waiting_one_take_turns() {
    let mut host = Host::new();
    host.define(0, "fetch");
    let busy = host.start("let x = 0; while x < 1000000 { x += 1 } x");
    host.start("fetch()");
    assert_eq!(host.step(5_000), rhai_bridge_core::StepResult::More);
    let (call, _) = request(&host.drain());
    host.reply(call, 1);
    host.step(5_000);
    assert_eq!(value(&host.drain()), "1");
    assert!(matches!(&host.run()[..], [Event::Done { run, .. }] if *run == busy));
}

#[test]
fn a_traced_call_reports_its_steps() {
    let mut host = Host::new();
    host.define(0, "fetch");
    host.send(inbox_kind::TRACE, id(0), |out| out.u32(1));
    host.start("fetch()");
    let events = host.run();
    assert!(matches!(
        events[..],
        [Event::Traced { step: 3 }, Event::Request { .. }, Event::Traced { step: 4 }]
    ));
    let call = events.iter().find_map(|event| match event {
        Event::Request { request, .. } => Some(*request),
        _ => None,
    });
    host.reply(call.expect("a request"), 1);
    assert!(matches!(host.run()[..], [Event::Traced { step: 9 }, Event::Done { .. }]));
}
