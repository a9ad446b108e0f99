//! Records that break the protocol change nothing: no panic, no lost run, and the core goes on.

mod harness;

use harness::{error, field, id, request, value, Event, Host};
use rhai_bridge_core::message::{inbox_kind as kind, start_flag, Id};
use rhai_bridge_core::{Budget, StepResult};

/// A cheap generator; the same numbers every time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % below
    }
}

fn good_records() -> Vec<Vec<u8>> {
    let payloads: [(u32, Vec<u8>); 10] = [
        (kind::START, [&[1u8, 0, 0, 0][..], &[0; 12]].concat()),
        (
            kind::START,
            [
                &[1u8, 0, 0, 0][..],
                &[0; 4],
                &[3, 0, 0, 0],
                &[0; 4],
                &[1, 0, 0, 0, 1, 0, 0, 0, 120, 0, 3, 1, 0, 0, 0],
                &[1, 0, 0, 0, 102, 1, 0, 0, 0, 1],
            ]
            .concat(),
        ),
        (kind::REPLY, vec![9, 0, 0, 0, 0, 1, 0, 0, 0, 6, 1, 97, 3, 1, 0, 0, 0]),
        (kind::THROW, vec![1, 0, 0, 0, 1, 0, 0, 0, 97, 1, 0, 0, 0, 98, 0, 0, 0, 0]),
        (
            kind::COMPILE,
            vec![1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 97, 5, 0, 0, 0, 49, 32, 43, 32, 49],
        ),
        (kind::SET_VAR, vec![1, 0, 0, 0, 120, 0, 8, 2, 0, 0, 0, 0, 1]),
        // A host object of class `U` with the member `id`; a function; the call of one; giving one back.
        (
            kind::SET_VAR,
            vec![1, 0, 0, 0, 111, 0, 19, 7, 0, 0, 0, 8, 0, 0, 0, 6, 1, 85, 1, 6, 2, 105, 100],
        ),
        (kind::REPLY, vec![16, 0, 0, 0, 0, 1, 0, 0, 0, 6, 0]),
        (
            kind::START,
            [&[0; 8][..], &[64, 0, 0, 0], &[0; 4], &[0, 0, 0, 0, 1, 0, 0, 0], &[1, 0, 0, 0, 1]].concat(),
        ),
        (kind::DROP_FUNCTION, vec![1, 0, 0, 0]),
    ];
    payloads.iter().map(|(kind, payload)| record(*kind, payload)).collect()
}

fn record(kind: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 16];
    bytes[4..8].copy_from_slice(&kind.to_le_bytes());
    bytes[8..12].copy_from_slice(&1u32.to_le_bytes());
    bytes.extend_from_slice(payload);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

#[test]
fn mutated_records_never_break_the_core() {
    let mut host = Host::new();
    host.start_eval("let f = |x| x;");
    host.start("#{ f: |x| x + 1, g: Fn(\"len\") }");
    while host.core.step(&mut host.world, Budget::until(u64::MAX)) == StepResult::More {}
    host.world.records.clear();
    let mut numbers = Numbers(1);
    let good = good_records();
    for _ in 0..20_000 {
        let mut bytes = good[numbers.next(good.len())].clone();
        for _ in 0..=numbers.next(3) {
            let at = numbers.next(bytes.len());
            bytes[at] = numbers.next(256) as u8;
        }
        bytes.truncate(bytes.len() - numbers.next(3) * numbers.next(9));
        host.send_bytes(&bytes);
        if numbers.next(10) == 0 {
            host.step(1000);
            host.world.records.clear(); // functions in them cannot be read here
        }
    }
    while host.core.step(&mut host.world, Budget::until(u64::MAX)) == StepResult::More {}
    host.world.records.clear();
    host.limits(harness::Limits::default());
    assert_eq!(host.core.counters().panics, 0);
    // A slot may be taken by a run that is stepped by hand: nobody ever does.
    let answers = (0..300).any(|_| {
        host.start("40 + 2");
        matches!(&host.run()[..], [Event::Done { value, .. }] if value.as_int() == Ok(42))
    });
    assert!(answers);
}

#[test]
fn a_run_of_an_unknown_program_is_answered() {
    let mut host = Host::new();
    host.send(kind::START, Id { slot: 3, generation: 1 }, |out| {
        [99, 0, 0, 0].iter().for_each(|&word| out.u32(word))
    });
    assert_eq!(field(&error(&host.drain()), "kind"), "internal");
    assert_eq!(host.core.counters().malformed, 1);
}

#[test]
fn a_slot_out_of_range_is_answered_and_allocates_nothing() {
    let mut host = Host::new();
    host.compile(1, 0, "1");
    let run = Id {
        slot: u32::MAX,
        generation: 1,
    };
    host.send(kind::START, run, |out| [1, 0, 0, 0].iter().for_each(|&word| out.u32(word)));
    assert!(matches!(host.drain()[..], [Event::Failed { run: of, .. }] if of == run));
}

#[test]
fn a_reply_that_cannot_be_read_is_an_error_in_the_script() {
    let mut host = Host::new();
    host.define(0, "fetch");
    host.start("let r = 0; try { fetch() } catch (e) { r = e.name } r");
    let (call, _) = request(&host.run());
    host.send(kind::REPLY, call, |out| out.u8(99));
    assert_eq!(value(&host.run()), "RhaiValueError");
}

#[test]
fn a_late_reply_still_teaches_its_shapes() {
    let mut host = Host::new();
    host.define(0, "fetch");
    let run = host.start("fetch()");
    let (late, _) = request(&host.run());
    host.cancel(run, 1);
    host.send(kind::REPLY, late, |out| {
        [9, 0, 0, 0, 0, 1, 0, 0, 0, 6, 1, 97, 0].iter().for_each(|&byte| out.u8(byte))
    });
    host.start("fetch().a");
    host.drain();
    let (call, _) = request(&host.run());
    host.send(kind::REPLY, call, |out| {
        [13, 0, 0, 0, 0, 3, 5, 0, 0, 0].iter().for_each(|&byte| out.u8(byte))
    });
    assert_eq!(value(&host.run()), "5");
}

#[test]
fn unknown_kinds_are_counted() {
    let mut host = Host::new();
    host.send(12345, id(0), |_| {});
    host.send_bytes(&[1, 2, 3]);
    host.send_bytes(&[]);
    assert_eq!(host.core.counters().malformed, 3);
}

#[test]
fn a_wait_of_any_length_before_a_start_breaks_nothing() {
    let mut host = Host::new();
    for waited_ms in [0.5, -1.0, f64::NAN, 1e300, f64::INFINITY] {
        host.start_with("1 + 1", start_flag::WAITED, 0, |out| out.f64(waited_ms));
        assert_eq!(value(&host.run()), "2", "{waited_ms}");
    }
    assert_eq!(host.core.counters().panics, 0);
}
