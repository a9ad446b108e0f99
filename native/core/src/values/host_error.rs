//! The error value a script catches when a host call fails: opaque, with `message`, `name`, `code` and `line`.
//!
//! It carries the number of the JavaScript error object, so that the very same object comes out again when
//! nobody caught it. The core also throws it for host calls it ended itself (time-outs, values that cannot cross).

use rhai::{Engine, ImmutableString};
use std::rc::Rc;

/// An error without a JavaScript object behind it.
pub const NO_HANDLE: u32 = u32::MAX;

/// Who made the error: decides which class JavaScript sees when it is not caught.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// A host function threw; JavaScript knows the object by this number.
    Thrown(u32),
    /// The host function took longer than these milliseconds.
    TimedOut(f64),
    /// A value could not cross; the path inside it.
    Value(String),
}

#[derive(Debug, PartialEq)]
struct Parts {
    origin: Origin,
    name: ImmutableString,
    message: ImmutableString,
    code: ImmutableString,
    /// The host function's name; empty for an error that came in as a plain value.
    function: ImmutableString,
    /// Line of the call, 0 = unknown.
    line: u32,
}

/// A failed host call as the script sees it. Cheap to clone.
#[derive(Debug, Clone, PartialEq)]
pub struct HostError(Rc<Parts>);

impl HostError {
    /// An error that JavaScript sent, not tied to a call.
    #[must_use]
    pub fn thrown(handle: u32, name: &str, message: &str, code: &str) -> Self {
        Self::new(Origin::Thrown(handle), name, message, code)
    }

    /// An error of any origin, not tied to a call.
    #[must_use]
    pub fn new(origin: Origin, name: &str, message: &str, code: &str) -> Self {
        let function = ImmutableString::new();
        Self(Rc::new(Parts {
            origin,
            name: name.into(),
            message: message.into(),
            code: code.into(),
            function,
            line: 0,
        }))
    }

    /// A value that cannot cross; `path` is the place inside it.
    #[must_use]
    pub fn value(reason: &str, path: &str) -> Self {
        let message = format!("{reason} (at {path})");
        Self::new(Origin::Value(path.to_owned()), "RhaiValueError", &message, "RHAI_VALUE")
    }

    /// Ties a fresh error to the call it answers.
    #[must_use]
    pub fn at_call(self, function: &str, line: u32) -> Self {
        let mut parts = self.0;
        if let Some(parts) = Rc::get_mut(&mut parts) {
            parts.function = function.into();
            parts.line = line;
        }
        Self(parts)
    }

    /// JavaScript's number for the error object, or [`NO_HANDLE`].
    #[must_use]
    pub fn handle(&self) -> u32 {
        match self.0.origin {
            Origin::Thrown(handle) => handle,
            _ => NO_HANDLE,
        }
    }

    /// Who made it.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.0.origin
    }

    /// JavaScript's `error.name`.
    #[must_use]
    pub fn name(&self) -> &ImmutableString {
        &self.0.name
    }

    /// JavaScript's `error.message`.
    #[must_use]
    pub fn message(&self) -> &ImmutableString {
        &self.0.message
    }

    /// JavaScript's `error.code`, empty when it had none.
    #[must_use]
    pub fn code(&self) -> &ImmutableString {
        &self.0.code
    }

    /// The host function whose call failed; empty when unknown.
    #[must_use]
    pub fn function(&self) -> &str {
        &self.0.function
    }

    /// Line of the call, 0 = unknown.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.0.line
    }
}

/// Makes `HostError` known to an engine: the four properties, and text that is its message.
pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<HostError>("HostError")
        .register_get("message", |error: &mut HostError| error.0.message.clone())
        .register_get("name", |error: &mut HostError| error.0.name.clone())
        .register_get("code", |error: &mut HostError| error.0.code.clone())
        .register_get("line", |error: &mut HostError| i64::from(error.0.line))
        .register_fn("to_string", |error: &mut HostError| error.0.message.clone())
        .register_fn("to_debug", |error: &mut HostError| ImmutableString::from(debug_text(error)))
        .register_fn("+", |text: ImmutableString, error: HostError| text + error.0.message.clone())
        .register_fn("+", |error: HostError, text: ImmutableString| error.0.message.clone() + text)
        .register_fn("==", |a: HostError, b: HostError| a == b)
        .register_fn("!=", |a: HostError, b: HostError| a != b);
}

fn debug_text(error: &HostError) -> String {
    format!("{}: {}", error.0.name, error.0.message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai::{Dynamic, Scope};

    fn eval(script: &str) -> Dynamic {
        let mut engine = Engine::new();
        register(&mut engine);
        let mut scope = Scope::new();
        scope.push("err", HostError::thrown(7, "TypeError", "no such page", "E404").at_call("fetch", 3));
        engine.eval_with_scope(&mut scope, script).expect("script runs")
    }

    fn text(script: &str) -> String {
        eval(script).into_string().expect("a string")
    }

    #[test]
    fn a_host_error_reads_as_its_message() {
        assert_eq!(text("\"\" + err"), "no such page");
        assert_eq!(text("err + \"!\""), "no such page!");
        assert_eq!(text("`${err}`"), "no such page");
        assert_eq!(text("err.to_string()"), "no such page");
        assert_eq!(text("err.to_debug()"), "TypeError: no such page");
    }

    #[test]
    fn a_host_error_has_four_properties() {
        assert_eq!(text("err.message + err.name + err.code"), "no such pageTypeErrorE404");
        assert_eq!(eval("err.line").as_int(), Ok(3));
    }
}
