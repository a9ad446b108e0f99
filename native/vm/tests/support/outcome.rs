//! What a script came to, as plain text that can be compared and sent between threads.
//!
//! Types are part of the text (`1` is not `1.0`), the order of map keys is not, and names that rhai makes up per
//! process (`anon$…`) are cut down to `anon$`.

use rhai::{Dynamic, FnPtr, INT};
use std::fmt::Write;
use std::ops::{Range, RangeInclusive};

/// How deep a value is written out; cycles of shared values end here.
const MAX_DEPTH: usize = 24;

/// Errors of limits: rhai loses where they happened and words them by its own units, so their class alone counts.
const LIMITS: [&str; 3] = ["ErrorStackOverflow", "ErrorTooManyOperations", "ErrorDataTooLarge"];

/// How a script ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// With a value.
    Value(String),
    /// With an error.
    Error(Failed),
    /// The compiler does not know a construct (it must say so, and name it).
    Refused(String),
    /// Not within the oracle's operations.
    Endless,
    /// Never, by a panic, or in another way that no script may end.
    Broken(String),
}

/// An error as far as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// rhai's class, of the innermost error.
    pub class: String,
    /// The message without the position.
    pub text: String,
    /// What was thrown, if it was thrown.
    pub value: Option<String>,
    /// 1-based, 0 = unknown.
    pub line: u32,
    /// 1-based, 0 = unknown.
    pub column: u32,
}

/// Everything that can be seen of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// What it printed: `print` lines as they are, `debug` lines with their position.
    pub printed: Vec<String>,
    /// The variables of the root scope, if it ended with a value.
    pub scope: Option<String>,
}

impl Outcome {
    /// What the oracle gives when it gives nothing.
    pub fn endless() -> Self {
        Self {
            end: End::Endless,
            printed: Vec::new(),
            scope: None,
        }
    }

    /// A run that did not end as runs end.
    pub fn broken(why: impl Into<String>) -> Self {
        Self {
            end: End::Broken(why.into()),
            printed: Vec::new(),
            scope: None,
        }
    }

    /// The first thing in which `ours` differs from `self` (the oracle's), if any.
    pub fn difference(&self, ours: &Self) -> Option<Difference> {
        let end = match (&self.end, &ours.end) {
            (End::Error(rhai), End::Error(ours)) => rhai.difference(ours),
            (rhai, ours) if rhai == ours => None,
            _ => Some(Difference::End),
        };
        end.or_else(|| (self.printed != ours.printed).then_some(Difference::Printed))
            .or_else(|| self.scope_difference(ours))
    }

    fn scope_difference(&self, ours: &Self) -> Option<Difference> {
        let both = self.scope.as_ref().zip(ours.scope.as_ref());
        both.is_some_and(|(rhai, ours)| rhai != ours).then_some(Difference::Scope)
    }
}

impl Failed {
    fn difference(&self, ours: &Self) -> Option<Difference> {
        if self.class != ours.class {
            Some(Difference::Class)
        } else if LIMITS.contains(&self.class.as_str()) {
            None
        } else if self.value.is_some() && self.value != ours.value {
            Some(Difference::Thrown)
        } else if self.line != 0 && (self.line, self.column) != (ours.line, ours.column) {
            Some(Difference::Position)
        } else {
            (!self.is_told_by(ours)).then_some(Difference::Text)
        }
    }
}

impl Failed {
    /// The same text, or more of it where rhai does not say what is in use (`race-operand` in DIFFERENCES.md).
    fn is_told_by(&self, ours: &Self) -> bool {
        self.text == ours.text || self.text == "Data race detected" && ours.text.starts_with(&self.text)
    }
}

/// What kind of thing differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Value against error, or another value.
    End,
    /// The class of the error.
    Class,
    /// The value thrown.
    Thrown,
    /// The position of the error.
    Position,
    /// The text of the error.
    Text,
    /// What was printed.
    Printed,
    /// A variable of the root scope.
    Scope,
}

/// A value with its types.
pub fn canonical(value: &Dynamic) -> String {
    let mut text = String::new();
    write_value(&mut text, value, 0);
    text
}

/// `anon$1f3a…` → `anon$`: such names differ per process.
pub fn without_anonymous_names(text: &str) -> String {
    let text = text.replace("anon_", "anon$"); // as the machine's own pointers spell it
    let mut parts = text.split("anon$");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        result.push_str("anon$");
        result.push_str(part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    result
}

fn write_value(text: &mut String, value: &Dynamic, depth: usize) {
    if depth > MAX_DEPTH {
        text.push('…');
        return;
    }
    write_flat(text, &value.flatten_clone(), depth);
}

fn write_flat(text: &mut String, value: &Dynamic, depth: usize) {
    if let Ok(items) = value.as_array_ref() {
        text.push('[');
        for item in items.iter() {
            write_value(text, item, depth + 1);
            text.push_str(", ");
        }
        text.push(']');
    } else if let Ok(entries) = value.as_map_ref() {
        text.push_str("#{");
        for (key, item) in entries.iter() {
            let _ = write!(text, "{key:?}: ");
            write_value(text, item, depth + 1);
            text.push_str(", ");
        }
        text.push('}');
    } else {
        text.push_str(&scalar(value));
    }
}

fn scalar(value: &Dynamic) -> String {
    if let Ok(number) = value.as_int() {
        format!("{number}")
    } else if let Ok(number) = value.as_float() {
        format!("{number:?}f")
    } else if let Ok(string) = value.as_immutable_string_ref() {
        format!("{:?}", without_anonymous_names(&string))
    } else if let Ok(letter) = value.as_char() {
        format!("{letter:?}")
    } else if let Ok(flag) = value.as_bool() {
        format!("{flag}")
    } else if value.is_unit() {
        "()".into()
    } else if let Ok(bytes) = value.as_blob_ref() {
        format!("blob{:?}", &*bytes)
    } else {
        other(value)
    }
}

fn other(value: &Dynamic) -> String {
    if let Some(range) = value.read_lock::<Range<INT>>() {
        format!("{}..{}", range.start, range.end)
    } else if let Some(range) = value.read_lock::<RangeInclusive<INT>>() {
        format!("{}..={}", range.start(), range.end())
    } else if let Some(pointer) = value.read_lock::<FnPtr>() {
        without_anonymous_names(&format!("Fn({})", pointer.fn_name()))
    } else if let Some(number) = value.read_lock::<f32>() {
        format!("{number:?}f32")
    } else {
        format!("<{}>", value.type_name())
    }
}
