//! Where the machine differs from rhai on purpose. `native/vm/DIFFERENCES.md` holds the reasons, by the same keys.

/// (part of a case's name, key in DIFFERENCES.md).
pub const ON_PURPOSE: &[(&str, &str)] = &[];

/// The key of the intended difference that covers a case.
pub fn on_purpose(case: &str) -> Option<&'static str> {
    ON_PURPOSE.iter().find(|(part, _)| case.contains(part)).map(|(_, key)| *key)
}
