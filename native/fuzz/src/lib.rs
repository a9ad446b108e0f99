//! JavaScript's side of a core, for the fuzz targets: builds records, keeps account of what the core says, and knows the laws that
//! hold whatever is sent: a run ends once, a request is asked of a live run, an end is never lost, a core never breaks.

mod heard;

use heard::Heard;
use rhai_bridge_core::codec::{Encoder, Reader};
use rhai_bridge_core::message::{inbox_kind as kind, outbox_kind, Id};
use rhai_bridge_core::{Budget, Core, Port, StepResult};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

/// A core is dear to make; one serves so many executions. (A crash that needs what earlier ones left does not show again alone.)
const EXECUTIONS_PER_CORE: u32 = 64;

/// Runs `work` on a core that has nothing live in it, with the number of this use of the core.
pub fn with_host(work: impl FnOnce(&mut Host, u32)) {
    thread_local! {
        static HOST: RefCell<Option<(Host, u32)>> = const { RefCell::new(None) };
    }
    let (mut host, uses) = HOST.take().unwrap_or_else(|| (Host::new(), 0));
    work(&mut host, uses);
    host.drop_functions();
    host.begun.clear();
    host.ends.clear();
    host.asked.clear();
    if uses + 1 < EXECUTIONS_PER_CORE {
        HOST.set(Some((host, uses + 1)));
    }
}

/// A clock and a list.
#[derive(Default)]
pub struct World {
    /// Nanoseconds; every look costs some.
    pub clock_ns: u64,
    records: Vec<Vec<u8>>,
}

impl Port for World {
    fn now_ns(&mut self) -> u64 {
        self.clock_ns += 5_000;
        self.clock_ns
    }
    fn push(&mut self, record: &[u8]) {
        self.records.push(record.to_vec());
    }
}

/// A core and the account of it.
pub struct Host {
    /// The core.
    pub core: Core,
    /// Its world.
    pub world: World,
    /// Runs that were started.
    pub begun: HashSet<(u32, u32)>,
    /// Ends by run.
    pub ends: HashMap<(u32, u32), u32>,
    /// Requests that were asked, oldest first.
    pub asked: Vec<Id>,
    heard: Heard,
}

impl Default for Host {
    fn default() -> Self {
        Self::new()
    }
}

impl Host {
    /// A core with small limits in table 0 and some host functions.
    #[must_use]
    pub fn new() -> Self {
        let mut host = Self {
            core: Core::new(),
            world: World::default(),
            begun: HashSet::new(),
            ends: HashMap::new(),
            asked: Vec::new(),
            heard: Heard::default(),
        };
        let limits = [3000.0, 24.0, 4096.0, 512.0, 512.0, 32.0, 1e6, 16384.0, 4096.0, 50.0, 200.0, 20.0];
        host.send(kind::LIMITS, Id { slot: 0, generation: 0 }, |out| {
            limits.iter().for_each(|&limit| out.f64(limit))
        });
        for (slot, name) in ["host", "fetch", "log::write"].into_iter().enumerate() {
            let id = Id {
                slot: slot as u32,
                generation: 0,
            };
            host.send(kind::DEFINE, id, |out| {
                out.text(name);
                out.f64(-1.0);
            });
        }
        host
    }

    /// Sends a record whose payload `write` gives.
    pub fn send(&mut self, kind: u32, id: Id, write: impl FnOnce(&mut Encoder)) {
        let mut out = Encoder::new();
        [0, kind, id.slot, id.generation].iter().for_each(|&word| out.u32(word));
        write(&mut out);
        let mut record = out.into_bytes();
        let size = record.len().next_multiple_of(8);
        record.resize(size, 0);
        record[..4].copy_from_slice(&(size as u32).to_le_bytes());
        self.send_bytes(&record);
    }

    /// Sends bytes as they are.
    pub fn send_bytes(&mut self, record: &[u8]) {
        let now_ns = self.world.now_ns();
        self.core.receive(record, now_ns, &mut self.world);
        self.hear();
    }

    /// Keeps `source` as program `slot`.
    pub fn compile(&mut self, slot: u32, source: &str) {
        self.send(kind::COMPILE, Id { slot, generation: 0 }, |out| {
            out.u32(0);
            out.u32(0);
            out.text("fuzz");
            out.text(source);
        });
    }

    /// Starts program `slot` as run `id`.
    pub fn start(&mut self, slot: u32, id: Id) {
        self.start_with(slot, id, 0, |_| {});
    }

    /// The same with flags, and what follows them.
    pub fn start_with(&mut self, slot: u32, id: Id, flags: u32, more: impl FnOnce(&mut Encoder)) {
        self.begun.insert((id.slot, id.generation));
        self.send(kind::START, id, |out| {
            [slot, 0, flags, 0].iter().for_each(|&word| out.u32(word));
            more(out);
        });
    }

    /// Functions that the core has handed out, with repeats.
    pub fn functions(&self) -> &[Id] {
        &self.heard.functions
    }

    /// Gives one of them back.
    pub fn drop_function(&mut self, at: usize) {
        if let Some(count) = self.heard.functions.len().checked_sub(1) {
            let id = self.heard.functions.swap_remove(at % (count + 1));
            self.send(kind::DROP_FUNCTION, id, |out| out.u32(1));
        }
    }

    /// Steps for `budget_ns` of the world's time.
    pub fn step(&mut self, budget_ns: u64) -> StepResult {
        let until_ns = self.world.clock_ns + budget_ns;
        let result = self.core.step(&mut self.world, Budget::until(until_ns));
        assert_ne!(result, StepResult::Broken, "the core broke");
        self.hear();
        result
    }

    /// Steps until nothing can run, however far the clock must go for the deadlines.
    pub fn run_out(&mut self) {
        for _ in 0..100_000 {
            if self.step(1_000_000) == StepResult::Idle {
                let Some(deadline_ns) = self.core.next_deadline() else { return };
                self.world.clock_ns = self.world.clock_ns.max(deadline_ns);
            }
        }
        panic!("the core never comes to rest");
    }

    /// Nothing lives any more, and every run that was started has ended (once, as `hear` saw).
    pub fn assert_over(&self) {
        let counters = self.core.counters();
        assert_eq!((counters.live_runs, counters.open_requests, counters.ready), (0, 0, 0), "left over");
        assert_eq!(counters.panics, 0, "a panic was caught");
        assert_eq!(counters.started, counters.done + counters.failed, "a run was lost");
        for run in &self.begun {
            assert!(self.ends.contains_key(run), "the end of {run:?} was lost");
        }
    }

    /// Lets go of every function that was handed out; then the core holds none for us.
    fn drop_functions(&mut self) {
        while !self.heard.functions.is_empty() {
            self.drop_function(0);
        }
        assert_eq!(self.core.functions_given_out(), 0, "a function is held for nobody");
    }

    /// Reads what the core said, and checks it.
    fn hear(&mut self) {
        for record in std::mem::take(&mut self.world.records) {
            assert_eq!(record.len() % 8, 0);
            let mut reader = Reader::new(&record, 0);
            let mut word = || reader.u32().expect("a header");
            let (size, kind) = (word(), word());
            let id = Id {
                slot: word(),
                generation: word(),
            };
            assert_eq!(size as usize, record.len());
            match kind {
                outbox_kind::REQUEST => {
                    self.asked.push(id);
                    self.heard.arguments(&mut reader).expect("the core's own arguments read");
                }
                outbox_kind::COMPILED => self.heard.value(&mut reader).expect("the core's own answer reads"),
                outbox_kind::SCOPE => self.heard.scope(&mut reader).expect("the core's own scope reads"),
                outbox_kind::DONE | outbox_kind::FAILED => {
                    if kind == outbox_kind::DONE {
                        (0..4).for_each(|_| assert!(reader.f64().is_ok(), "figures"));
                    }
                    self.heard.value(&mut reader).expect("the core's own value reads");
                    if kind == outbox_kind::DONE {
                        self.heard.variables(&mut reader).expect("the core's own variables read");
                    }
                    let ends = self.ends.entry((id.slot, id.generation)).or_default();
                    *ends += 1;
                    assert_eq!(*ends, 1, "a run ended twice");
                }
                _ => {}
            }
        }
    }
}
