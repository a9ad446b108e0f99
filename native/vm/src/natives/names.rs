//! The names of rhai's standard packages, as far as a script can call them: what is neither here nor the script's own nor
//! the host's is unknown. rhai keeps its functions by hash alone, so the names are written down (for rhai 1.27.0) and
//! a test calls every one of them.

/// Sorted, for a binary search.
const NAMES: &[&str] = &[
    "E",
    "Fn",
    "PI",
    "abs",
    "acos",
    "acosh",
    "all",
    "append",
    "as_string",
    "asin",
    "asinh",
    "atan",
    "atanh",
    "bits",
    "blob",
    "bytes",
    "call",
    "ceiling",
    "chars",
    "chop",
    "clear",
    "contains",
    "cos",
    "cosh",
    "crop",
    "curry",
    "debug",
    "dedup",
    "drain",
    "end",
    "ends_with",
    "eval",
    "exit",
    "exp",
    "extract",
    "fill_with",
    "filter",
    "find",
    "find_map",
    "floor",
    "for_each",
    "fraction",
    "get",
    "get_bit",
    "get_bits",
    "hypot",
    "index_of",
    "insert",
    "int",
    "is_anonymous",
    "is_def_fn",
    "is_def_var",
    "is_empty",
    "is_even",
    "is_exclusive",
    "is_finite",
    "is_inclusive",
    "is_infinite",
    "is_nan",
    "is_odd",
    "is_shared",
    "is_zero",
    "keys",
    "len",
    "ln",
    "log",
    "make_lower",
    "make_upper",
    "map",
    "max",
    "min",
    "mixin",
    "name",
    "order",
    "order_by",
    "order_desc",
    "pad",
    "parse_be_float",
    "parse_be_int",
    "parse_float",
    "parse_int",
    "parse_json",
    "parse_le_float",
    "parse_le_int",
    "pop",
    "print",
    "push",
    "range",
    "reduce",
    "reduce_rev",
    "remove",
    "replace",
    "retain",
    "reverse",
    "round",
    "set",
    "set_bit",
    "set_bits",
    "set_tag",
    "shift",
    "sign",
    "sin",
    "sinh",
    "some",
    "sort",
    "sort_by",
    "sort_desc",
    "splice",
    "split",
    "split_rev",
    "sqrt",
    "start",
    "starts_with",
    "sub_string",
    "tag",
    "take",
    "tan",
    "tanh",
    "to_array",
    "to_binary",
    "to_blob",
    "to_chars",
    "to_debug",
    "to_degrees",
    "to_float",
    "to_hex",
    "to_int",
    "to_json",
    "to_lower",
    "to_octal",
    "to_radians",
    "to_string",
    "to_upper",
    "trim",
    "truncate",
    "type_of",
    "values",
    "write_ascii",
    "write_be",
    "write_le",
    "write_utf8",
    "zip",
];

/// rhai's time package, which whoever brings the clock registers.
const TIME: [&str; 2] = ["elapsed", "timestamp"];

/// Whether rhai has a function, method or word of this name.
#[must_use]
pub(crate) fn is_native(name: &str) -> bool {
    NAMES.binary_search(&name).is_ok() || TIME.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai::{Engine, EvalAltResult};

    const VALUES: [&str; 11] = [
        "5",
        "2.5",
        "true",
        "'c'",
        "\"abc\"",
        "[3, 1]",
        "#{a: 1}",
        "blob(3, 65)",
        "0..2",
        "|x| x",
        "\"{}\"",
    ];

    #[test]
    fn the_names_are_sorted() {
        assert!(NAMES.is_sorted());
    }

    /// Tries `name` with up to three arguments until rhai finds it.
    fn is_found(engine: &Engine, name: &str) -> bool {
        let lists = (0..=3u32).flat_map(|count| (0..VALUES.len().pow(count)).map(move |n| list(n, count)));
        lists.into_iter().any(|args| match engine.run(&format!("{name}({})", args.join(", "))) {
            Err(error) => !matches!(error.unwrap_inner(), EvalAltResult::ErrorFunctionNotFound(what, _) if what.starts_with(&format!("{name} ("))),
            Ok(()) => true,
        })
    }

    fn list(mut number: usize, count: u32) -> Vec<&'static str> {
        let mut args = Vec::new();
        for _ in 0..count {
            args.push(VALUES[number % VALUES.len()]);
            number /= VALUES.len();
        }
        args
    }

    #[test]
    fn rhai_has_every_one_of_them() {
        let engine = Engine::new();
        let missing: Vec<_> = NAMES.iter().filter(|name| !is_found(&engine, name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn a_name_of_nobody_is_not_found() {
        assert!(!is_found(&Engine::new(), "fetch_the_page"));
        assert!(!is_native("fetch_the_page"));
    }
}
