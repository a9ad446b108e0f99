//! Any sequence of messages, sensible ones and broken ones, between steps of any length: each run ends once, nothing is lost.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rhai::Dynamic;
use rhai_bridge_core::message::{inbox_kind as kind, start_flag, Id};
use rhai_bridge_fuzz::{with_host, Host};

/// Programs that wait, compute, fail, catch, print, hand out functions and use the core's scope.
const PROGRAMS: [&str; 12] = [
    "host(1)",
    "let s = 0; for i in 0..5 { s += host(i); } s",
    "try { fetch(#{ a: [1, 2] }) } catch (e) { print(e.message); host(e) }",
    "loop { }",
    "throw host()",
    "[1, 2, 3].map(|x| host(x)).reduce(|a, b| a + b)",
    "fn f(n) { if n == 0 { 0 } else { host(n) + f(n - 1) } } f(4)",
    "let x = ;",
    "let n = 1; |x| { n += 1; host(x) + n }",
    "fn f(a) { host(a) } [Fn(\"f\"), |x| throw x, #{ g: || fetch(1) }]",
    "fn g(a) { fetch(|x| x + a, #{ a: [|| a] }) } g(2)",
    "v += 1; let w = [v]; host(w); v",
];
const PROGRAM_COUNT: u32 = PROGRAMS.len() as u32;

const SLOTS: u32 = 6;
const GENERATIONS: u32 = 4;

struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = usize::from(self.byte()).min(self.0.len());
        let (head, rest) = self.0.split_at(length);
        self.0 = rest;
        head.to_vec()
    }
}

fn act(host: &mut Host, input: &mut Input<'_>, age: u32) {
    let (what, a, b) = (input.byte(), u32::from(input.byte()), u32::from(input.byte()));
    let run = Id {
        slot: a % SLOTS,
        generation: age * GENERATIONS + b % GENERATIONS,
    };
    let request = match host.asked.len() {
        0 => Id { slot: a % 4, generation: b },
        count => host.asked[a as usize % count],
    };
    match what % 19 {
        0 => host.compile(a % PROGRAM_COUNT, PROGRAMS[b as usize % PROGRAMS.len()]),
        // An id is used once: JavaScript never starts a run under one that has ended.
        1 | 2 if !host.begun.contains(&(run.slot, run.generation)) => host.start(b % PROGRAM_COUNT, run),
        3 => host.send(kind::REPLY, request, |out| out.value(&Dynamic::from(i64::from(b)), 0).expect("encodes")),
        4 => host.send(kind::THROW, request, |out| {
            out.u32(b);
            ["TypeError", "bad", ""].iter().for_each(|text| out.text(text));
        }),
        5 => host.send(kind::CANCEL, run, |out| out.u32(1 + b % 2)),
        6 => drop(host.step(u64::from(b) * 20_000)),
        7 => host.world.clock_ns += u64::from(a) * u64::from(b) * 10_000,
        8 => host.send(
            kind::DROP_PROGRAM,
            Id {
                slot: a % PROGRAM_COUNT,
                generation: 0,
            },
            |_| {},
        ),
        9 => {
            let payload = input.bytes();
            host.send([3, 7, 8, 10, 11, 12, 13, 15][a as usize % 8], Id { slot: b, generation: 0 }, |out| {
                payload.iter().for_each(|&byte| out.u8(byte));
            });
        }
        10 => {
            let raw = input.bytes();
            // A START of unknown bytes might reuse an id; everything else may be as wrong as it likes.
            if raw.get(4) != Some(&1) {
                host.send_bytes(&raw);
            }
        }
        12 => host.send(kind::SET_VAR, Id { slot: 0, generation: 0 }, |out| {
            out.text("v");
            out.u8(0);
            out.value(&Dynamic::from(i64::from(b)), 0).expect("encodes");
        }),
        13 => host.send(kind::GET_SCOPE, Id { slot: a, generation: b }, |out| out.u32(b % 2)),
        14 => host.send(kind::FUEL, run, |out| out.f64(f64::from(b) * 8.0)),
        15 if !host.begun.contains(&(run.slot, run.generation)) => {
            let flags = [start_flag::OWN_SCOPE, start_flag::COMMIT, start_flag::BY_HAND, start_flag::WAITED];
            let chosen: u32 = (0..4).filter(|bit| input.byte() >> bit & 1 == 1).map(|bit| flags[bit]).sum();
            let waited_ms = [f64::from(a), -1.0, f64::NAN, f64::INFINITY, 1e300][b as usize % 5];
            host.start_with(b % PROGRAM_COUNT, run, chosen, |out| {
                if chosen & start_flag::WAITED != 0 {
                    out.f64(waited_ms);
                }
            });
        }
        16 if !host.begun.contains(&(run.slot, run.generation)) => {
            let held = host.functions();
            let function = match held.len() {
                0 => Id {
                    slot: a % 4,
                    generation: b % 4,
                },
                count => held[b as usize % count],
            };
            host.start_with(0, run, start_flag::FUNCTION, |out| {
                out.u32(function.slot);
                out.u32(function.generation);
                out.u32(a % 3);
                (0..a % 3).for_each(|n| out.value(&Dynamic::from(i64::from(n)), 0).expect("encodes"));
            });
        }
        17 => host.drop_function(a as usize),
        _ => drop(host.step(1_000_000)),
    }
}

fuzz_target!(|bytes: &[u8]| with_host(|host, age| {
    if age == 0 {
        for (slot, source) in PROGRAMS.iter().enumerate() {
            host.compile(slot as u32, source);
        }
    }
    let mut input = Input(bytes);
    while !input.0.is_empty() {
        act(host, &mut input, age);
    }
    for slot in 0..SLOTS {
        for generation in 0..GENERATIONS {
            let generation = age * GENERATIONS + generation;
            host.send(kind::CANCEL, Id { slot, generation }, |out| out.u32(1));
        }
    }
    host.run_out();
    host.assert_over();
}));
