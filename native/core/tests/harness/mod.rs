//! JavaScript's side of a core, for tests: writes records, steps with a clock that is set by hand, reads the outbox.
#![allow(dead_code)] // each test file uses a part of it

use rhai::{Dynamic, Map};
use rhai_bridge_core::codec::{Decoder, Encoder, Reader};
use rhai_bridge_core::message::{inbox_kind as kind, outbox_kind, start_flag, Id};
use rhai_bridge_core::{Budget, Core, Port, StepResult};

/// Milliseconds as the core's clock counts.
pub const MS: u64 = 1_000_000;

/// What came out of the core.
#[derive(Debug, Clone)]
pub enum Event {
    Request { request: Id, run: Id, function: u32, line: u32, args: Vec<Dynamic> },
    Done { run: Id, value: Dynamic, bindings: Vec<(String, Dynamic)>, times: [f64; 3] },
    Failed { run: Id, error: Map },
    Print { run: Id, text: String },
    Debug { run: Id, text: String, line: u32 },
    Compiled { program: u32, answer: Map },
    Aborted { request: Id, why: u32 },
    Scope { query: u32, bindings: Vec<(String, Result<Dynamic, String>)> },
    Traced { step: u32 },
}

/// A clock and a list.
#[derive(Default)]
pub struct World {
    pub clock_ns: u64,
    /// What a look at the clock costs.
    pub tick_ns: u64,
    pub records: Vec<Vec<u8>>,
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
        let world = World { tick_ns: 1000, ..World::default() };
        let mut host = Self { core: Core::new(), world, decoder: Decoder::new(), next: 0 };
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
        let run = Id { slot: self.next, generation: 7 };
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

    fn event(&mut self, record: &[u8]) -> Event {
        let mut reader = Reader::new(record, 0);
        assert_eq!(reader.u32().expect("size") as usize, record.len());
        let kind = reader.u32().expect("kind");
        let id = Id { slot: reader.u32().expect("slot"), generation: reader.u32().expect("generation") };
        let reader = &mut reader;
        match kind {
            outbox_kind::REQUEST => self.request(id, reader),
            outbox_kind::DONE => self.done(id, reader),
            outbox_kind::FAILED => Event::Failed { run: id, error: self.value(reader).cast::<Map>() },
            outbox_kind::PRINT => Event::Print { run: id, text: text(reader) },
            outbox_kind::DEBUG => {
                let (text, _source) = (text(reader), text(reader));
                Event::Debug { run: id, text, line: word(reader) }
            }
            outbox_kind::COMPILED => Event::Compiled { program: id.slot, answer: self.value(reader).cast::<Map>() },
            outbox_kind::ABORTED => Event::Aborted { request: id, why: word(reader) },
            outbox_kind::SCOPE => self.scope(id, reader),
            outbox_kind::TRACED => Event::Traced { step: word(reader) },
            other => panic!("unknown kind {other}"),
        }
    }

    fn value(&mut self, reader: &mut Reader<'_>) -> Dynamic {
        self.decoder.value(reader, 0).expect("decodes")
    }

    fn request(&mut self, request: Id, reader: &mut Reader<'_>) -> Event {
        let run = Id { slot: word(reader), generation: word(reader) };
        let (function, line, _column, argc) = (word(reader), word(reader), word(reader), word(reader));
        let args = (0..argc).map(|_| self.value(reader)).collect();
        Event::Request { request, run, function, line, args }
    }

    fn done(&mut self, run: Id, reader: &mut Reader<'_>) -> Event {
        let _operations = reader.f64().expect("operations");
        let times = [0; 3].map(|_| reader.f64().expect("time"));
        let value = self.value(reader);
        let count = if reader.left() >= 4 { word(reader) } else { 0 };
        let bindings = (0..count).map(|_| self.binding(reader)).collect();
        Event::Done { run, value, bindings, times }
    }

    fn binding(&mut self, reader: &mut Reader<'_>) -> (String, Dynamic) {
        let name = text(reader);
        let _constant = reader.u8().expect("constant");
        (name, self.value(reader))
    }

    fn scope(&mut self, query: Id, reader: &mut Reader<'_>) -> Event {
        let count = word(reader);
        let bindings = (0..count).map(|_| self.scope_entry(reader)).collect();
        Event::Scope { query: query.slot, bindings }
    }

    fn scope_entry(&mut self, reader: &mut Reader<'_>) -> (String, Result<Dynamic, String>) {
        let name = text(reader);
        let _constant = reader.u8().expect("constant");
        match reader.u8().expect("ok") {
            1 => (name, Ok(self.value(reader))),
            _ => (name, Err(text(reader))),
        }
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

fn text(reader: &mut Reader<'_>) -> String {
    reader.text().expect("text").to_owned()
}

fn word(reader: &mut Reader<'_>) -> u32 {
    reader.u32().expect("word")
}

/// An id of which only the slot counts.
pub fn id(slot: u32) -> Id {
    Id { slot, generation: 0 }
}

/// The only request among `events`.
pub fn request(events: &[Event]) -> (Id, Vec<Dynamic>) {
    let mut requests = events.iter().filter_map(|event| match event {
        Event::Request { request, args, .. } => Some((*request, args.clone())),
        _ => None,
    });
    let found = requests.next().unwrap_or_else(|| panic!("no request in {events:?}"));
    assert!(requests.next().is_none(), "more than one request in {events:?}");
    found
}

/// The value of the only DONE.
pub fn value(events: &[Event]) -> String {
    match events {
        [Event::Done { value, .. }] => value.to_string(),
        _ => panic!("not just DONE: {events:?}"),
    }
}

/// The map of the only FAILED.
pub fn error(events: &[Event]) -> Map {
    let mut failures = events.iter().filter_map(|event| match event {
        Event::Failed { error, .. } => Some(error.clone()),
        _ => None,
    });
    let found = failures.next().unwrap_or_else(|| panic!("no FAILED in {events:?}"));
    assert!(failures.next().is_none());
    found
}

/// A field of a FAILED map as text.
pub fn field(error: &Map, key: &str) -> String {
    error.get(key).map_or_else(|| "(none)".to_owned(), ToString::to_string)
}
