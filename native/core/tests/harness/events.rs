//! What comes out of a core: records as events, and the usual looks at them.

use super::Host;
use rhai::{Dynamic, Map};
use rhai_bridge_core::codec::Reader;
use rhai_bridge_core::message::{outbox_kind, Id};

/// What came out of the core.
#[derive(Debug, Clone)]
pub enum Event {
    Request {
        request: Id,
        run: Id,
        function: u32,
        line: u32,
        args: Vec<Dynamic>,
        /// Of a function that only a run by hand may call.
        name: Option<String>,
    },
    Done {
        run: Id,
        value: Dynamic,
        bindings: Vec<(String, Dynamic)>,
        times: [f64; 3],
        operations: f64,
    },
    Failed {
        run: Id,
        error: Map,
    },
    Print {
        run: Id,
        text: String,
    },
    Debug {
        run: Id,
        text: String,
        line: u32,
    },
    Compiled {
        program: u32,
        answer: Map,
    },
    Aborted {
        request: Id,
        why: u32,
    },
    Scope {
        query: u32,
        bindings: Vec<(String, Result<Dynamic, String>)>,
    },
    Traced {
        step: u32,
    },
}

impl Host {
    pub(super) fn event(&mut self, record: &[u8]) -> Event {
        let mut reader = Reader::new(record, 0);
        assert_eq!(reader.u32().expect("size") as usize, record.len());
        let kind = reader.u32().expect("kind");
        let id = Id {
            slot: reader.u32().expect("slot"),
            generation: reader.u32().expect("generation"),
        };
        let reader = &mut reader;
        match kind {
            outbox_kind::REQUEST => self.request(id, reader),
            outbox_kind::DONE => self.done(id, reader),
            outbox_kind::FAILED => Event::Failed {
                run: id,
                error: self.value(reader).cast::<Map>(),
            },
            outbox_kind::PRINT => Event::Print { run: id, text: text(reader) },
            outbox_kind::DEBUG => {
                let (text, _source) = (text(reader), text(reader));
                Event::Debug {
                    run: id,
                    text,
                    line: word(reader),
                }
            }
            outbox_kind::COMPILED => Event::Compiled {
                program: id.slot,
                answer: self.value(reader).cast::<Map>(),
            },
            outbox_kind::ABORTED => Event::Aborted {
                request: id,
                why: word(reader),
            },
            outbox_kind::SCOPE => self.scope(id, reader),
            outbox_kind::TRACED => Event::Traced { step: word(reader) },
            other => panic!("unknown kind {other}"),
        }
    }

    fn value(&mut self, reader: &mut Reader<'_>) -> Dynamic {
        self.decoder.value(reader, 0).expect("decodes")
    }

    fn request(&mut self, request: Id, reader: &mut Reader<'_>) -> Event {
        let run = Id {
            slot: word(reader),
            generation: word(reader),
        };
        let (function, line, _column, argc) = (word(reader), word(reader), word(reader), word(reader));
        let args = (0..argc).map(|_| self.value(reader)).collect();
        let name = (function >= 1 << 31).then(|| text(reader));
        Event::Request {
            request,
            run,
            function,
            line,
            args,
            name,
        }
    }

    fn done(&mut self, run: Id, reader: &mut Reader<'_>) -> Event {
        let operations = reader.f64().expect("operations");
        let times = [0; 3].map(|_| reader.f64().expect("time"));
        let value = self.value(reader);
        let count = if reader.left() >= 4 { word(reader) } else { 0 };
        let bindings = (0..count).map(|_| self.binding(reader)).collect();
        Event::Done {
            run,
            value,
            bindings,
            times,
            operations,
        }
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
}

fn text(reader: &mut Reader<'_>) -> String {
    reader.text().expect("text").to_owned()
}

fn word(reader: &mut Reader<'_>) -> u32 {
    reader.u32().expect("word")
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
