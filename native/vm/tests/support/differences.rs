//! Where the machine differs from rhai on purpose. `native/vm/DIFFERENCES.md` holds the reasons, by the same keys.

/// (part of a case's name, key in DIFFERENCES.md).
pub const ON_PURPOSE: &[(&str, &str)] = &[
    ("exit in a callback", "exit-in-callback"),
    ("endless recursion is a stack overflow", "system-error-position"),
    ("endless recursion cannot be caught", "system-error-position"),
    ("memo in a captured map", "pointer-is-read"),
    ("recursion through a captured variable", "pointer-is-read"),
    ("overloads with ranges and counts 75", "comparator-errors"),
    ("overloads with ranges and counts 76", "comparator-errors"),
    ("blobs 78", "constant-element"),
    ("bit fields 37", "constant-element"),
    ("const string char assignment", "constant-element"),
    ("methods with a comparer", "comparator-errors"),
    ("scopes of imports 10", "import-shadowing"),
    ("scopes of imports 11", "import-shadowing"),
    ("scopes of imports 20", "module-closures"),
    ("scopes of imports 21", "module-closures"),
    ("scopes of imports 22", "module-closures"),
    ("a script function two calls away reads the captured root", "closure-argument"),
    ("a closure captures after a text declared a variable", "eval-then-capture"),
    ("a closure in an object reads the object through a capture", "unused-this"),
    ("the text of a race in an operand of in", "race-operand"),
];

/// The key of the intended difference that covers a case.
pub fn on_purpose(case: &str) -> Option<&'static str> {
    ON_PURPOSE.iter().find(|(part, _)| case.contains(part)).map(|(_, key)| *key)
}
