//! What a core costs without JavaScript: a host call's round trip, and a run from START to DONE.
//!
//! `cargo run --release --example cost -p rhai-bridge-core`. Prints nanoseconds, medians of nine rounds.

use rhai_bridge_core::codec::Encoder;
use rhai_bridge_core::message::{inbox_kind as kind, Id};
use rhai_bridge_core::{Budget, Core, Port};
use std::time::Instant;

/// A port that keeps the last record's id and throws the rest away.
struct Sink {
    epoch: Instant,
    last: Id,
}

impl Port for Sink {
    fn now_ns(&mut self) -> u64 {
        self.epoch.elapsed().as_nanos() as u64
    }
    fn push(&mut self, record: &[u8]) {
        let word = |at: usize| u32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]]);
        self.last = Id {
            slot: word(8),
            generation: word(12),
        };
    }
}

struct Bench {
    core: Core,
    sink: Sink,
}

fn record(kind: u32, id: Id, payload: impl FnOnce(&mut Encoder)) -> Vec<u8> {
    let mut out = Encoder::new();
    [0, kind, id.slot, id.generation].iter().for_each(|&word| out.u32(word));
    payload(&mut out);
    out.align(8);
    out.into_bytes()
}

fn id(slot: u32) -> Id {
    Id { slot, generation: 1 }
}

impl Bench {
    fn new() -> Self {
        let sink = Sink {
            epoch: Instant::now(),
            last: id(0),
        };
        let mut bench = Self { core: Core::new(), sink };
        let limits = [0.0, 100.0, 1e7, 1e6, 1e6, 128.0, 2.5e8, 1e6, 1e6, 5000.0, 0.0, 30_000.0];
        bench.send(&record(kind::LIMITS, id(0), |out| limits.iter().for_each(|&limit| out.f64(limit))));
        bench.send(&record(kind::DEFINE, id(0), |out| {
            out.text("host");
            out.f64(-1.0);
        }));
        bench
    }

    fn send(&mut self, record: &[u8]) {
        let now = self.sink.now_ns();
        self.core.receive(record, now, &mut self.sink);
    }

    fn compile(&mut self, program: u32, text: &str) {
        self.send(&record(kind::COMPILE, id(program), |out| {
            [0, 0].iter().for_each(|&word| out.u32(word));
            out.text("cost.rhai");
            out.text(text);
        }));
    }

    fn start(&mut self, run: Id, program: u32) {
        self.send(&record(kind::START, run, |out| [program, 0, 0, 0].iter().for_each(|&word| out.u32(word))));
        self.step();
    }

    fn answer(&mut self, mut reply: Vec<u8>) {
        reply[8..12].copy_from_slice(&self.sink.last.slot.to_le_bytes());
        reply[12..16].copy_from_slice(&self.sink.last.generation.to_le_bytes());
        self.send(&reply);
        self.step();
    }

    fn step(&mut self) {
        self.core.step(&mut self.sink, Budget::until(u64::MAX));
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Nanoseconds of one of `count` rounds of `work`.
fn measure(count: u32, mut work: impl FnMut()) -> f64 {
    let rounds = (0..9).map(|_| {
        let start = Instant::now();
        (0..count).for_each(|_| work());
        start.elapsed().as_nanos() as f64 / f64::from(count)
    });
    median(rounds.collect())
}

fn host_call(name: &str, script: &str, replies: [Vec<u8>; 2]) {
    let mut bench = Bench::new();
    bench.compile(1, script);
    bench.start(id(1), 1);
    let [first, mut reply] = replies;
    bench.answer(first);
    let ns = measure(100_000, || {
        let request = bench.sink.last;
        reply[8..12].copy_from_slice(&request.slot.to_le_bytes());
        reply[12..16].copy_from_slice(&request.generation.to_le_bytes());
        bench.send(&reply);
        bench.step();
    });
    assert_eq!(bench.core.counters().late_replies, 0);
    println!("{name:40} {ns:8.0} ns");
}

/// The value as it comes first, and as it comes when its shapes are known.
fn value(value: rhai::Dynamic) -> [Vec<u8>; 2] {
    let mut out = Encoder::new();
    [0; 2].map(|_| {
        let start = out.bytes().len();
        out.value(&value, 0).expect("encodes");
        let bytes = out.bytes()[start..].to_vec();
        record(kind::REPLY, id(0), |out| bytes.iter().for_each(|&byte| out.u8(byte)))
    })
}

fn tiny_run() {
    let mut bench = Bench::new();
    bench.compile(1, "2 + 2");
    let mut generation = 0;
    let ns = measure(100_000, || {
        generation += 1;
        bench.start(Id { slot: 3, generation }, 1);
    });
    println!("{:40} {ns:8.0} ns", "START to DONE of 2 + 2");
}

fn main() {
    host_call("host() -> int", "loop { host() }", value(5.into()));
    host_call(
        "host(1, 20 characters) -> int",
        "loop { host(1, \"abcdefghijklmnopqrst\") }",
        value(5.into()),
    );
    let map: rhai::Map = (0..10).map(|n| (format!("key{n}").into(), (n as i64).into())).collect();
    host_call("host(1) -> map of 10", "loop { host(1) }", value(map.into()));
    tiny_run();
    println!("{:40} {:8} bytes", "a run's bookkeeping, machine included", rhai_bridge_core::run_bytes());
}
