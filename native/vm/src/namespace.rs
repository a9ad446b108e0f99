//! The namespaces that a script's code names.

use rhai::ImmutableString;

/// `a::b` in front of a name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Namespace {
    pub(crate) path: Vec<ImmutableString>,
}

impl Namespace {
    /// As written.
    pub(crate) fn text(&self) -> String {
        self.path.iter().map(ImmutableString::as_str).collect::<Vec<_>>().join("::")
    }
}
