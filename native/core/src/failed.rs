//! The bad end of a run as the map that JavaScript turns into an error. Failures are rare: this is built from plain
//! `Dynamic`s and goes through the codec like any value.

use crate::limits::to_ms;
use crate::runs::Spent;
use crate::values::{HostError, Origin, NO_HANDLE};
use rhai::{Array, Dynamic, Map};
use rhai_bridge_vm::{CompileError, Failure, FailureKind, TraceFrame};

/// One field of the map.
type Field = (&'static str, Dynamic);

/// Why and where a run ended badly.
#[derive(Debug)]
pub struct Failed {
    kind: &'static str,
    class: &'static str,
    message: String,
    line: u32,
    column: u32,
    source: String,
    trace: Vec<TraceFrame>,
    /// What was thrown; left out when it cannot cross.
    pub value: Option<Dynamic>,
    /// What only some kinds have.
    extra: Vec<Field>,
}

impl Failed {
    /// A bare failure of `kind`.
    #[must_use]
    pub fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind,
            class: "",
            message: message.into(),
            line: 0,
            column: 0,
            source: String::new(),
            trace: Vec::new(),
            value: None,
            extra: Vec::new(),
        }
    }

    /// A broken invariant of ours.
    #[must_use]
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new("internal", message)
    }

    /// A value that cannot cross, with its path.
    #[must_use]
    pub fn value(reason: String, path: String) -> Self {
        Self::new("value", format!("{reason} (at {path})")).with("path", path)
    }

    /// A limit that only the core counts.
    #[must_use]
    pub fn limit(name: &'static str, value: f64) -> Self {
        Self::new("limit", format!("{name} exceeded")).with_limit(name, value)
    }

    /// A time limit; `place` is `script`, `host` or `queue`.
    #[must_use]
    pub fn timeout(name: &'static str, ms: f64, place: &'static str) -> Self {
        let message = format!("timed out after {ms} ms ({name}, in the {place})");
        Self::new("timeout", message).with_limit(name, ms).with("ms", ms).with("where", place)
    }

    /// Adds a field.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<Dynamic>) -> Self {
        self.extra.push((key, value.into()));
        self
    }

    fn with_limit(self, name: &'static str, value: f64) -> Self {
        self.with("limit", name).with("limitValue", number(value))
    }

    /// Where the run stood.
    #[must_use]
    pub fn at(mut self, trace: Vec<TraceFrame>) -> Self {
        if let Some(inner) = trace.first() {
            (self.line, self.column) = (inner.line, inner.column);
            self.source.clone_from(&inner.source);
        }
        self.trace = trace;
        self
    }

    /// Source text that does not compile.
    #[must_use]
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub fn syntax(error: &CompileError, source: &str) -> Self {
        let base = match error.limit {
            Some(hit) => Self::new("limit", error.message.clone()).with_limit(hit.name, hit.value as f64),
            None => Self::new("syntax", error.message.clone()),
        };
        Self {
            line: error.line,
            column: error.column,
            source: source.to_owned(),
            ..base
        }
    }

    /// The machine's failure.
    #[must_use]
    pub fn machine(failure: Failure) -> Self {
        let host_error = failure.value.as_ref().and_then(|value| value.clone().try_cast::<HostError>());
        let base = match failure.kind {
            FailureKind::Limit(hit) => Self::new("limit", failure.message).with_limit(hit.name, hit.value as f64),
            FailureKind::Syntax => Self::new("syntax", failure.message),
            // The deadline of a slice: whoever stepped says which limit that was.
            FailureKind::Late | FailureKind::Internal => Self::internal(failure.message),
            FailureKind::Runtime(class) => match host_error {
                Some(error) => Self::uncaught(&error, class),
                None => Self {
                    class,
                    value: failure.value,
                    ..Self::new("runtime", failure.message)
                },
            },
        };
        let (line, column) = (failure.line, failure.column);
        Self {
            line,
            column,
            source: failure.source,
            trace: failure.trace,
            ..base
        }
    }

    /// A failed host call that nobody caught.
    fn uncaught(error: &HostError, class: &'static str) -> Self {
        let base = match error.origin() {
            Origin::Thrown(handle) if *handle == NO_HANDLE => Self::new("runtime", error.message().as_str()),
            Origin::Thrown(handle) => Self::new("host", error.message().as_str()).with("error", i64::from(*handle)),
            Origin::TimedOut(ms) => Self::timeout("hostTimeoutMs", *ms, "host"),
            Origin::Value(path) => Self::new("value", error.message().as_str()).with("path", path.clone()),
        };
        let text = |text: &str| Dynamic::from(text.to_owned());
        Self { class, ..base }
            .with("function", text(error.function()))
            .with("name", text(error.name()))
            .with("code", text(error.code()))
    }

    /// The whole map.
    #[must_use]
    pub fn into_map(self, spent: &Spent) -> Map {
        let mut map = position(self.line, self.column);
        let texts = [
            ("kind", self.kind.to_owned()),
            ("class", self.class.to_owned()),
            ("message", self.message),
        ];
        texts.into_iter().for_each(|(key, text)| put(&mut map, key, text));
        put(&mut map, "source", self.source);
        put(&mut map, "trace", self.trace.into_iter().map(frame).collect::<Array>());
        put(&mut map, "operations", number(spent.operations as f64));
        put(&mut map, "spent", times(spent));
        self.extra.into_iter().for_each(|(key, value)| put(&mut map, key, value));
        if let Some(value) = self.value {
            put(&mut map, "value", value);
        }
        map
    }
}

/// Sets a field.
pub fn put(map: &mut Map, key: &str, value: impl Into<Dynamic>) {
    map.insert(key.into(), value.into());
}

/// A map with `line` and `column`.
#[must_use]
pub fn position(line: u32, column: u32) -> Map {
    let mut map = Map::new();
    put(&mut map, "line", i64::from(line));
    put(&mut map, "column", i64::from(column));
    map
}

/// An integer where the number is one.
fn number(value: f64) -> Dynamic {
    if value.fract() == 0.0 && value.abs() < 9e15 {
        Dynamic::from_int(value as i64)
    } else {
        Dynamic::from_float(value)
    }
}

fn frame(frame: TraceFrame) -> Dynamic {
    let mut map = position(frame.line, frame.column);
    put(&mut map, "function", frame.function);
    put(&mut map, "source", frame.source);
    map.into()
}

fn times(spent: &Spent) -> Map {
    let mut map = Map::new();
    put(&mut map, "scriptMs", to_ms(spent.script_ns));
    put(&mut map, "hostMs", to_ms(spent.host_ns));
    put(&mut map, "queueMs", to_ms(spent.queue_ns));
    map
}
