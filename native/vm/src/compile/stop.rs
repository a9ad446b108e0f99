//! How compiling ends early: by a refusal, or because all must be compiled again with longer jumps.

use super::line_column;
use crate::CompileError;
use rhai::Position;

/// Result of compiling a piece.
pub(super) type Compiled<T = ()> = Result<T, Stop>;

/// Why compiling stopped.
pub(super) enum Stop {
    Refused(CompileError),
    /// A short jump does not reach its target: all is compiled again with long ones.
    TooFar,
}

impl From<CompileError> for Stop {
    fn from(error: CompileError) -> Self {
        Self::Refused(error)
    }
}

/// A construct the machine does not run yet.
pub(super) fn unsupported<T>(construct: &str, position: Position) -> Compiled<T> {
    let (line, column) = line_column(position);
    Err(CompileError {
        message: format!("{construct} is not supported"),
        line,
        column,
        limit: None,
    }
    .into())
}

/// Compiles with short jumps, which nearly every script can do with, or else with long ones.
pub(super) fn by_short_jumps<T>(work: impl Fn(bool) -> Compiled<T>) -> Result<T, CompileError> {
    match work(true) {
        Err(Stop::TooFar) => work(false),
        result => result,
    }
    .map_err(|stop| match stop {
        Stop::Refused(error) => error,
        Stop::TooFar => super::function::too_large("block", Position::NONE),
    })
}
