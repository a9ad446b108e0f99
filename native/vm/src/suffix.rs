//! A literal that a script puts behind a text (`s += "…"`, `s += '…'`), ready for the common case.

use rhai::Dynamic;

#[derive(Debug)]
pub(crate) struct Suffix {
    /// What is put behind a text.
    pub(crate) text: Box<str>,
    /// As written, a string or a character: what is put behind anything else.
    pub(crate) operand: Dynamic,
}

impl From<Dynamic> for Suffix {
    fn from(operand: Dynamic) -> Self {
        Self {
            text: operand.to_string().into(),
            operand,
        }
    }
}
