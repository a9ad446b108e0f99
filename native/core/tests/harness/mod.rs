//! JavaScript's side of a core, for tests: writes records, steps with a clock that is set by hand, reads the outbox.
#![allow(dead_code)] // each test file uses a part of it

use rhai::Dynamic;
use rhai_bridge_core::codec::{Decoder, Encoder};
use rhai_bridge_core::message::{inbox_kind as kind, start_flag, Id};
use rhai_bridge_core::{Budget, Core, Port, StepResult};

mod events;
pub use events::*;

/// Milliseconds as the core's clock counts.
pub const MS: u64 = 1_000_000;

/// A clock and a list.
#[derive(Default)]
pub struct World {
    pub clock_ns: u64,
    /// What a look at the clock costs.
    pub tick_ns: u64,
    pub records: Vec<Vec<u8>>,
    /// How many records there were at each publishing.
    pub published: Vec<usize>,
}

impl Port for World {
    fn now_ns(&mut self) -> u64 {
        self.clock_ns += self.tick_ns;
        self.clock_ns
    }
    fn push(&mut self, record: &[u8]) {
        assert_eq!(record.len() % 8, 0);
        self.records.push(record.to_vec());
    }
    fn publish(&mut self) {
        self.published.push(self.records.len());
    }
}

/// A core and its JavaScript.
pub struct Host {
    pub core: Core,
    pub world: World,
    decoder: Decoder,
    next: u32,
}

/// Limits in the order of the LIMITS record; all 0 = unlimited.
#[derive(Default, Clone, Copy)]
pub struct Limits {
    pub max_operations: f64,
    pub max_call_depth: f64,
    pub max_string_bytes: f64,
    pub max_value_depth: f64,
    pub max_source_bytes: f64,
    pub max_output_bytes: f64,
    pub compute_ms: f64,
    pub timeout_ms: f64,
    pub host_timeout_ms: f64,
}

impl Limits {
    fn list(&self) -> [f64; 12] {
        [
            self.max_operations,
            self.max_call_depth,
            self.max_string_bytes,
            0.0,
            0.0,
            self.max_value_depth,
            0.0,
            self.max_source_bytes,
            self.max_output_bytes,
            self.compute_ms,
            self.timeout_ms,
            self.host_timeout_ms,
        ]
    }
}

impl Host {
    /// A core with unlimited limits in table 0.
    pub fn new() -> Self {
        let world = World {
            tick_ns: 1000,
            ..World::default()
        };
        let mut host = Self {
            core: Core::new(),
            world,
            decoder: Decoder::new(),
            next: 0,
        };
        host.limits(Limits::default());
        host
    }

    pub fn send(&mut self, kind: u32, id: Id, payload: impl FnOnce(&mut Encoder)) {
        let mut out = Encoder::new();
        [0, kind, id.slot, id.generation].iter().for_each(|&word| out.u32(word));
        payload(&mut out);
        let mut record = out.into_bytes();
        let size = record.len().next_multiple_of(8);
        record.resize(size, 0);
        record[..4].copy_from_slice(&(size as u32).to_le_bytes());
        self.send_bytes(&record);
    }

    pub fn send_bytes(&mut self, record: &[u8]) {
        let now_ns = self.world.now_ns();
        self.core.receive(record, now_ns, &mut self.world);
    }

    pub fn limits(&mut self, limits: Limits) {
        self.send(kind::LIMITS, id(0), |out| limits.list().iter().for_each(|&limit| out.f64(limit)));
    }

    pub fn define(&mut self, function: u32, name: &str) {
        self.define_with_timeout(function, name, -1.0);
    }

    pub fn define_with_timeout(&mut self, function: u32, name: &str, timeout_ms: f64) {
        self.send(kind::DEFINE, id(function), |out| {
            out.text(name);
            out.f64(timeout_ms);
        });
    }

    pub fn compile(&mut self, program: u32, flags: u32, source: &str) {
        self.send(kind::COMPILE, id(program), |out| {
            out.u32(flags);
            out.u32(0);
            out.text("test.rhai");
            out.text(source);
        });
    }

    /// Starts `source` as a run of its own.
    pub fn start(&mut self, source: &str) -> Id {
        self.start_with(source, 0, 0, |_| {})
    }

    pub fn start_with(&mut self, source: &str, flags: u32, priority: i32, rest: impl FnOnce(&mut Encoder)) -> Id {
        self.next += 1;
        let run = Id {
            slot: self.next,
            generation: 7,
        };
        self.compile(self.next, 0, source);
        let program = self.next;
        self.send(kind::START, run, |out| {
            [program, 0, flags, priority as u32].iter().for_each(|&word| out.u32(word));
            rest(out);
        });
        run
    }

    /// `eval`: on the core's own scope, run alone.
    pub fn start_eval(&mut self, source: &str) -> Id {
        self.start_with(source, start_flag::OWN_SCOPE, 0, |_| {})
    }

    pub fn reply(&mut self, request: Id, value: impl Into<Dynamic>) {
        let value = value.into();
        self.send(kind::REPLY, request, |out| out.value(&value, 0).expect("encodes"));
    }

    pub fn throw(&mut self, request: Id, handle: u32, message: &str) {
        self.send(kind::THROW, request, |out| {
            out.u32(handle);
            ["TypeError", message, "E1"].iter().for_each(|text| out.text(text));
        });
    }

    pub fn cancel(&mut self, run: Id, why: u32) {
        self.send(kind::CANCEL, run, |out| out.u32(why));
    }

    pub fn set_var(&mut self, name: &str, value: impl Into<Dynamic>) {
        let value = value.into();
        self.send(kind::SET_VAR, id(0), |out| {
            out.text(name);
            out.u8(0);
            out.value(&value, 0).expect("encodes");
        });
    }

    /// Steps until nothing can run, and gives what came out.
    pub fn run(&mut self) -> Vec<Event> {
        while self.core.step(&mut self.world, Budget::until(u64::MAX)) == StepResult::More {}
        self.drain()
    }

    /// One step with a budget.
    pub fn step(&mut self, budget_ns: u64) -> StepResult {
        let budget = Budget::until(self.world.clock_ns + budget_ns);
        self.core.step(&mut self.world, budget)
    }

    pub fn drain(&mut self) -> Vec<Event> {
        let records = std::mem::take(&mut self.world.records);
        records.iter().map(|record| self.event(record)).collect()
    }

    /// The own scope as text, `name=value` by name.
    pub fn scope_text(&mut self) -> String {
        self.send(kind::GET_SCOPE, id(1), |_| {});
        match self.drain().pop() {
            Some(Event::Scope { bindings, .. }) => {
                let entries = bindings.into_iter().map(|(name, value)| match value {
                    Ok(value) => format!("{name}={value}"),
                    Err(reason) => format!("{name}!{reason}"),
                });
                entries.collect::<Vec<_>>().join(" ")
            }
            other => panic!("no scope but {other:?}"),
        }
    }
}

/// An id of which only the slot counts.
pub fn id(slot: u32) -> Id {
    Id { slot, generation: 0 }
}
