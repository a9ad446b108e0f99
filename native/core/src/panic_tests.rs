//! Panics, injected as native functions: a panic ends its run with an internal error and nothing else.

use crate::codec::Encoder;
use crate::core::{Budget, Core, StepResult};
use crate::message::{inbox_kind as kind, outbox_kind};
use crate::port::Port;

/// Keeps the kind and the text of every record.
#[derive(Default)]
struct Port1 {
    found: Vec<(u32, String)>,
    panics_at_push: bool,
}

impl Port for Port1 {
    fn now_ns(&mut self) -> u64 {
        0
    }
    fn push(&mut self, record: &[u8]) {
        assert!(!std::mem::take(&mut self.panics_at_push), "a port that fails");
        self.found
            .push((u32::from(record[4]), String::from_utf8_lossy(&record[16..]).into_owned()));
    }
}

struct Bench {
    core: Core,
    port: Port1,
}

impl Bench {
    fn new() -> Self {
        let mut core = Core::new();
        core.vm.engine_mut().register_fn("boom", || -> i64 { panic!("boom at {}", 7) });
        let mut bench = Self {
            core,
            port: Port1::default(),
        };
        bench.send(kind::LIMITS, 0, |out| (0..12).for_each(|_| out.f64(0.0)));
        bench
    }

    fn send(&mut self, kind: u32, slot: u32, payload: impl FnOnce(&mut Encoder)) {
        let mut out = Encoder::new();
        [0, kind, slot, 1].iter().for_each(|&word| out.u32(word));
        payload(&mut out);
        self.core.receive(out.bytes(), 0, &mut self.port);
    }

    fn start(&mut self, slot: u32, source: &str) {
        self.send(kind::COMPILE, slot, |out| {
            [0, 0].iter().for_each(|&word| out.u32(word));
            ["a", source].iter().for_each(|text| out.text(text));
        });
        self.send(kind::START, slot, |out| [slot, 0, 0, 0].iter().for_each(|&word| out.u32(word)));
    }

    fn step(&mut self) -> (StepResult, Vec<(u32, String)>) {
        let result = self.core.step(&mut self.port, Budget::until(0));
        (result, std::mem::take(&mut self.port.found))
    }
}

fn is_internal(record: &(u32, String), text: &str) -> bool {
    record.0 == outbox_kind::FAILED && record.1.contains("internal") && record.1.contains(text)
}

#[test]
fn row_91_a_panic_in_a_native_ends_its_run_and_no_other() {
    let mut bench = Bench::new();
    bench.start(1, "1 + boom()");
    bench.start(2, "40 + 2");
    let (_, first) = bench.step();
    let (result, second) = bench.step();
    assert!(is_internal(&first[0], "boom at 7"), "{first:?}");
    assert_eq!((second[0].0, result), (outbox_kind::DONE, StepResult::Idle));
    let counters = bench.core.counters();
    assert_eq!((counters.panics, counters.live_runs), (1, 0));
}

#[test]
fn row_91_a_panic_outside_a_machine_ends_every_run_and_the_core() {
    let mut bench = Bench::new();
    bench.start(1, "1");
    bench.start(2, "2");
    bench.port.panics_at_push = true;
    let (result, found) = bench.step();
    assert_eq!(result, StepResult::Broken);
    assert!(found.iter().any(|record| is_internal(record, "a port that fails")), "{found:?}");
    assert_eq!(bench.core.counters().live_runs, 0);
    bench.start(3, "3");
    let (result, found) = bench.step();
    assert_eq!(result, StepResult::Broken);
    assert!(is_internal(&found[0], "broken"), "{found:?}");
}
