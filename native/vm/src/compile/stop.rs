//! How compiling ends early: by a refusal, or because all must be compiled again with longer jumps.

use super::{line_column, Compiler};
use crate::machine::Error;
use crate::CompileError;
use rhai::Position;

/// Result of compiling a piece.
pub(super) type Compiled<T = ()> = Result<T, Stop>;

/// Why compiling stopped.
pub(super) enum Stop {
    Refused(CompileError),
    /// It may not go on: a deadline, or memory.
    Over(Error),
    /// A short jump does not reach its target: all is compiled again with long ones.
    TooFar,
}

impl From<CompileError> for Stop {
    fn from(error: CompileError) -> Self {
        Self::Refused(error)
    }
}

/// Why there is no program.
pub(crate) enum Refusal {
    /// What the script says cannot be compiled.
    Script(CompileError),
    /// A deadline passed, or memory ran out.
    Over(Error),
}

/// Expressions between two looks at the clock.
const EXPRESSIONS: u32 = 64;

impl Compiler {
    /// Whether compiling may go on; asked at every expression.
    #[inline]
    pub(super) fn look(&mut self) -> Compiled {
        if self.until_look > 0 {
            self.until_look -= 1;
            return Ok(());
        }
        self.until_look = EXPRESSIONS;
        self.limits.check().map_err(Stop::Over)
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
pub(super) fn by_short_jumps<T>(work: impl Fn(bool) -> Compiled<T>) -> Result<T, Refusal> {
    match work(true) {
        Err(Stop::TooFar) => work(false),
        result => result,
    }
    .map_err(|stop| match stop {
        Stop::Refused(error) => Refusal::Script(error),
        Stop::Over(error) => Refusal::Over(error),
        Stop::TooFar => Refusal::Script(super::function::too_large("block", Position::NONE)),
    })
}
