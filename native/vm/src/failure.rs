//! How a compile or a run ends badly: plain data, ready to cross the border.

use rhai::Dynamic;

/// A limit that was hit, by its public option name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitHit {
    /// The option's name, for example `maxOperations`.
    pub name: &'static str,
    /// The limit's value.
    pub value: u64,
}

/// Source text that does not compile.
#[derive(Debug, Clone)]
pub struct CompileError {
    /// What is wrong, in rhai's words, without the position.
    pub message: String,
    /// 1-based line, 0 = unknown.
    pub line: u32,
    /// 1-based column in characters, 0 = unknown.
    pub column: u32,
    /// Set when a limit refused the text and not the grammar.
    pub limit: Option<LimitHit>,
}

/// Why a run failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The script threw, or did something illegal. Holds the name of rhai's error class, e.g. `ErrorArithmetic`.
    Runtime(&'static str),
    /// Text given to `eval` does not parse.
    Syntax,
    /// A limit; a script cannot catch it.
    Limit(LimitHit),
    /// The deadline of [`crate::Meter`] passed inside a native.
    Late,
    /// A broken invariant of ours.
    Internal,
}

/// One line of a script trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceFrame {
    /// The function's name; empty for the script's top level.
    pub function: String,
    /// The source's name.
    pub source: String,
    /// 1-based line, 0 = unknown.
    pub line: u32,
    /// 1-based column in characters, 0 = unknown.
    pub column: u32,
}

/// The end of a run that did not succeed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The class of failure.
    pub kind: FailureKind,
    /// What happened, in rhai's words, without the position.
    pub message: String,
    /// What the script threw, when it threw.
    pub value: Option<Dynamic>,
    /// Where: 1-based line, 0 = unknown.
    pub line: u32,
    /// Where: 1-based column in characters, 0 = unknown.
    pub column: u32,
    /// Name of the source the position is in.
    pub source: String,
    /// Script frames, innermost first.
    pub trace: Vec<TraceFrame>,
}
