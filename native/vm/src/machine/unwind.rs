//! Errors: from where they arose, frame by frame, to a handler or to the end of the run.
//!
//! Between frames an error is wrapped as rhai wraps it ("in call to function …"), because a handler sees those texts.
//! Limits and other system errors pass every handler.

use super::modules::in_module;
use super::{invoke, Error, Kind, Machine};
use crate::compile::line_column;
use crate::depth::is_container;
use crate::natives::bounded;
use crate::value::Value;
use crate::{Failure, FailureKind, Limits, TraceFrame, Vm};
use rhai::{Dynamic, EvalAltResult, Map};

/// How a run ends by an error.
pub(super) enum Ended {
    Failed(Box<Failure>),
    /// `exit(value)` is no failure.
    Exit(Dynamic),
}

impl Machine {
    /// Finds the handler of `error` and makes it the next thing to run.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub(super) fn unwind(&mut self, vm: &mut Vm, error: Error, limits: &Limits) -> Result<(), Ended> {
        let mut error = super::native::at(error, self.position());
        loop {
            if let EvalAltResult::Exit(value, _) = *error {
                self.drop_frames_above(vm, 0);
                return Err(Ended::Exit(value));
            }
            if !error.is_catchable() || self.handlers.is_empty() {
                let trace = self.trace();
                self.drop_frames_above(vm, 0);
                self.end_loans(0);
                self.handlers.clear();
                self.iterators.clear();
                return Err(Ended::Failed(Box::new(failure(error, trace, limits))));
            }
            let Some(mut handler) = self.handlers.pop() else { continue };
            let depth = self.frames.len();
            while self.frames.len() - 1 > handler.frame as usize {
                error = self.leave_by_error(vm, error);
            }
            if let Some(caught) = handler.caught.take() {
                error = rethrown(error, caught, depth == self.frames.len());
                continue;
            }
            self.end_loans(handler.frame as usize);
            self.iterators.truncate(handler.iterators as usize);
            let value = match error_value(&mut error, &self.current_program().name, vm, handler.named) {
                Ok(value) => value,
                Err(refused) => {
                    error = super::native::at(refused, self.position());
                    continue;
                }
            };
            if let Some(frame) = self.frames.last_mut() {
                frame.pc = handler.pc;
                self.stack[frame.base as usize + usize::from(handler.register)] = Value::from(value);
            }
            handler.caught = Some(error);
            self.handlers.push(handler);
            return Ok(());
        }
    }

    /// Drops the frame on top and wraps the error with its name.
    fn leave_by_error(&mut self, vm: &mut Vm, error: Error) -> Error {
        let top = self.frames.len() - 1;
        let kind = self.frames[top].kind;
        let source = self.source_in_text(top);
        let name = match &self.frames[top].routine {
            Some(routine) => routine.kind.name().to_owned(),
            None => self.function_of(&self.frames[top]).name.to_string(),
        };
        let position = self.position_of(top - 1);
        invoke::drop_frame(self, vm);
        if kind == Kind::Module {
            return in_module(&source, error, position);
        }
        if error.is_system_exception() {
            return error;
        }
        EvalAltResult::ErrorInFunctionCall(name, source, without_place(error), position).into()
    }

    /// The source that rhai names for a frame: a closure of a script without a name counts as its caller's.
    fn source_in_text(&self, index: usize) -> String {
        let is_own = |i: &usize| {
            let frame = &self.frames[*i];
            let is_closure = frame.routine.is_some() || self.function_of(frame).is_closure();
            !is_closure || !self.unit(frame.unit).0.name.is_empty()
        };
        let owner = (0..=index).rev().find(is_own).unwrap_or(0);
        self.unit(self.frames[owner].unit).0.name.to_string()
    }

    fn drop_frames_above(&mut self, vm: &mut Vm, keep: usize) {
        while self.frames.len() > keep + 1 {
            invoke::drop_frame(self, vm);
        }
    }
}

/// An error as it is told outside of its function: rhai does not know where an argument was in use.
fn without_place(mut error: Error) -> Error {
    if matches!(&*error, EvalAltResult::ErrorDataRace(what, _) if what.starts_with("argument #")) {
        error.clear_position();
    }
    error
}

/// An error that leaves a catch block: a bare `throw` there means the caught one.
fn rethrown(error: Error, mut caught: Error, same_frame: bool) -> Error {
    match *error {
        EvalAltResult::ErrorRuntime(ref value, position) if value.is_unit() && same_frame => {
            caught.set_position(position);
            caught
        }
        _ => error,
    }
}

/// What `catch (e)` gets: the thrown value, or a map that describes the error.
fn error_value(error: &mut Error, source: &str, vm: &mut Vm, named: bool) -> Result<Dynamic, Error> {
    if !named {
        return Ok(Dynamic::UNIT);
    }
    if let EvalAltResult::ErrorRuntime(value, _) = error.unwrap_inner() {
        return vm.ledger.copy(value);
    }
    let position = error.take_position();
    let mut map = Map::new();
    map.insert("message".into(), error.to_string().into());
    if !source.is_empty() {
        map.insert("source".into(), source.into());
    }
    if !position.is_none() {
        let (line, column) = line_column(position);
        map.insert("line".into(), Dynamic::from_int(i64::from(line)));
        map.insert("position".into(), Dynamic::from_int(i64::from(column)));
    }
    map.insert("error".into(), class(error).into());
    describe(error, &mut map);
    Ok(Dynamic::from_map(map))
}

/// The fields rhai gives for each class.
fn describe(error: &EvalAltResult, map: &mut Map) {
    use EvalAltResult as E;
    let mut put = |key: &str, value: Dynamic| drop(map.insert(key.into(), value));
    match error {
        E::ErrorFunctionNotFound(f, _) | E::ErrorNonPureMethodCallOnConstant(f, _) => put("function", f.into()),
        E::ErrorInFunctionCall(f, s, _, _) => {
            put("function", f.into());
            put("source", s.into());
        }
        E::ErrorMismatchDataType(requested, actual, _) | E::ErrorMismatchOutputType(requested, actual, _) => {
            put("requested", requested.into());
            put("actual", actual.into());
        }
        E::ErrorArrayBounds(length, index, _) | E::ErrorStringBounds(length, index, _) | E::ErrorBitFieldBounds(length, index, _) => {
            put("length", Dynamic::from_int(*length as i64));
            put("index", Dynamic::from_int(*index));
        }
        E::ErrorVariableExists(v, _)
        | E::ErrorForbiddenVariable(v, _)
        | E::ErrorVariableNotFound(v, _)
        | E::ErrorPropertyNotFound(v, _)
        | E::ErrorDataRace(v, _)
        | E::ErrorAssignmentToConstant(v, _) => put("variable", v.into()),
        E::ErrorIndexNotFound(v, _) => put("index", v.clone()),
        E::ErrorInModule(m, _, _) | E::ErrorModuleNotFound(m, _) => put("module", m.into()),
        E::ErrorDotExpr(p, _) => put("property", p.into()),
        E::ErrorIndexingType(t, _) | E::ErrorDataTooLarge(t, _) => put("type", t.into()),
        _ => {}
    }
}

/// rhai's name of the error's class.
fn class(error: &EvalAltResult) -> &'static str {
    use EvalAltResult as E;
    match error {
        E::ErrorSystem(..) => "ErrorSystem",
        E::ErrorParsing(..) => "ErrorParsing",
        E::ErrorVariableExists(..) => "ErrorVariableExists",
        E::ErrorForbiddenVariable(..) => "ErrorForbiddenVariable",
        E::ErrorVariableNotFound(..) => "ErrorVariableNotFound",
        E::ErrorPropertyNotFound(..) => "ErrorPropertyNotFound",
        E::ErrorIndexNotFound(..) => "ErrorIndexNotFound",
        E::ErrorFunctionNotFound(..) => "ErrorFunctionNotFound",
        E::ErrorModuleNotFound(..) => "ErrorModuleNotFound",
        E::ErrorInFunctionCall(..) => "ErrorInFunctionCall",
        E::ErrorInModule(..) => "ErrorInModule",
        E::ErrorUnboundThis(..) => "ErrorUnboundThis",
        E::ErrorMismatchDataType(..) => "ErrorMismatchDataType",
        E::ErrorMismatchOutputType(..) => "ErrorMismatchOutputType",
        E::ErrorIndexingType(..) => "ErrorIndexingType",
        E::ErrorArrayBounds(..) => "ErrorArrayBounds",
        E::ErrorStringBounds(..) => "ErrorStringBounds",
        E::ErrorBitFieldBounds(..) => "ErrorBitFieldBounds",
        E::ErrorFor(..) => "ErrorFor",
        E::ErrorDataRace(..) => "ErrorDataRace",
        E::ErrorNonPureMethodCallOnConstant(..) => "ErrorNonPureMethodCallOnConstant",
        E::ErrorAssignmentToConstant(..) => "ErrorAssignmentToConstant",
        E::ErrorDotExpr(..) => "ErrorDotExpr",
        E::ErrorArithmetic(..) => "ErrorArithmetic",
        E::ErrorTooManyOperations(..) => "ErrorTooManyOperations",
        E::ErrorTooManyVariables(..) => "ErrorTooManyVariables",
        E::ErrorTooManyModules(..) => "ErrorTooManyModules",
        E::ErrorStackOverflow(..) => "ErrorStackOverflow",
        E::ErrorDataTooLarge(..) => "ErrorDataTooLarge",
        E::ErrorTerminated(..) => "ErrorTerminated",
        E::ErrorCustomSyntax(..) => "ErrorCustomSyntax",
        E::ErrorRuntime(..) => "ErrorRuntime",
        _ => "Error",
    }
}

/// The public form of an error.
pub(super) fn failure(error: Error, trace: Vec<TraceFrame>, limits: &Limits) -> Failure {
    let mut inner = error;
    let mut place = String::new();
    while let EvalAltResult::ErrorInFunctionCall(name, _, next, _) | EvalAltResult::ErrorInModule(name, next, _) = *inner {
        (inner, place) = (next, name);
    }
    let kind = match (limits.hit(&inner), &*inner) {
        (Some(hit), _) => FailureKind::Limit(hit),
        (None, EvalAltResult::ErrorParsing(..)) => FailureKind::Syntax,
        (None, EvalAltResult::ErrorTerminated(..)) => FailureKind::Late,
        (None, EvalAltResult::ErrorSystem(..)) => FailureKind::Internal,
        (None, other) => FailureKind::Runtime(class(other)),
    };
    let position = inner.take_position();
    let (line, column) = line_column(position);
    let message = match &*inner {
        EvalAltResult::ErrorRuntime(value, _) if is_container(value) => bounded(format_args!("{inner}")),
        other => other.to_string(),
    };
    // A text that does not parse was given to `eval` or imported: its lines are not those of whoever asked for it.
    let is_text = matches!(kind, FailureKind::Syntax) && !place.is_empty();
    let source = if is_text {
        place
    } else {
        trace.first().map_or(String::new(), |f| f.source.clone())
    };
    let value = match *inner {
        EvalAltResult::ErrorRuntime(value, _) => Some(value),
        _ => None,
    };
    Failure {
        kind,
        message: without_paths(message),
        value,
        line,
        column,
        source,
        trace: if is_text { trace } else { with_origin(trace, line, column) },
    }
}

/// Names of types without the crates and modules of ours that they are in: rhai writes them when it has no other name.
fn without_paths(mut message: String) -> String {
    while let Some(at) = message.find("rhai_bridge_") {
        let path = message[at..].find(|c: char| c != '_' && c != ':' && !c.is_ascii_alphanumeric());
        let end = path.map_or(message.len(), |length| at + length);
        let name = message[at..end].rfind("::").map_or(end, |colons| at + colons + 2);
        message.replace_range(at..name, "");
    }
    message
}

/// The innermost frame stands where the error arose.
fn with_origin(mut trace: Vec<TraceFrame>, line: u32, column: u32) -> Vec<TraceFrame> {
    if let (Some(first), true) = (trace.first_mut(), line > 0) {
        (first.line, first.column) = (line, column);
    }
    trace
}
