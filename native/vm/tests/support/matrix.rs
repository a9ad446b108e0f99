//! Scripts by the table: every operator on every pair of types, every native method on every type of receiver.
//!
//! Hand-written scripts test what somebody thought of; these test the rest of rhai's overloads and error texts.

use super::cases::Case;

/// One value of each type, and some that are special.
const VALUES: [&str; 22] = [
    "5",
    "0",
    "-3",
    "2.5",
    "0.0",
    "true",
    "'c'",
    "\"abc\"",
    "\"\"",
    "[3, 1, 2]",
    "[]",
    "#{a: 1, b: 2}",
    "#{}",
    "()",
    "blob(3, 65)",
    "1..4",
    "0..=2",
    "|x| x",
    "0.0 / 0.0",
    "1.0 / 0.0",
    "-0.0",
    "5.000000000000001",
];

const BINARY: [&str; 21] = [
    "+", "-", "*", "/", "%", "**", "<<", ">>", "&", "|", "^", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "in", "??",
];

const ASSIGN: [&str; 11] = ["+=", "-=", "*=", "/=", "%=", "**=", "<<=", ">>=", "&=", "|=", "^="];

/// Names of the standard packages; `sleep` waits, `exit` has scripts of its own, `rand` is not there.
const NATIVES: &str = "abs all append as_string atan bits bytes ceiling chars chop clear contains crop dedup drain end \
    ends_with extract fill_with filter find find_map floor for_each fraction get get_bit get_bits index_of insert int is_empty is_even \
    is_exclusive is_finite is_inclusive is_nan is_odd is_shared is_zero keys len ln log make_lower make_upper map max min mixin name order \
    order_desc pad parse_be_int parse_float parse_int parse_json parse_le_int pop push range reduce reduce_rev remove replace retain reverse \
    round set set_bit set_bits shift sign some sort sort_desc splice split split_rev sqrt start starts_with sub_string tag take to_array to_binary \
    to_blob to_char to_chars to_debug to_degrees to_float to_hex to_int to_json to_lower to_octal to_string to_upper trim truncate type_of values \
    write_ascii write_be write_le zip is_anonymous call curry";

/// Arguments that methods are tried with.
const ARGUMENTS: [&str; 14] = [
    "",
    "1",
    "-1",
    "0.5",
    "\"b\"",
    "'b'",
    "true",
    "[7, 8]",
    "#{a: 9}",
    "0..2",
    "|x| x == 1",
    "1, 2",
    "1, \"x\"",
    "\"a\", 5",
];

/// Every operator on every pair of values, plainly and as assignment; then unary, indices and properties.
pub fn operators() -> Vec<Case> {
    let mut sources = Vec::new();
    for left in VALUES {
        for right in VALUES {
            for operator in BINARY {
                sources.push(format!("let a = {left}; let b = {right}; a {operator} b"));
            }
            for operator in ASSIGN {
                sources.push(format!("let a = {left}; a {operator} {right}; a"));
            }
            sources.push(format!("let a = {left}; a[{right}]"));
            sources.push(format!("let a = {left}; a[{right}] = 7; a"));
            sources.push(format!("let a = {left}; a[1] = {right}; a"));
            sources.push(format!("let a = {left}; switch a {{ {} => 1, _ => 2 }}", literal(right)));
        }
        for form in [
            "-a",
            "!a",
            "+a",
            "a.foo",
            "a.foo = 1",
            "a?.foo",
            "a.len",
            "a()",
            "a.call(1)",
            "`${a}`",
            "if a { 1 }",
            "while a { break; }",
        ] {
            sources.push(format!("let a = {left}; {form}"));
        }
        sources.push(format!("let o = []; for x in {left} {{ o.push(x); }} o"));
        sources.push(format!("let a = {left}; let f = || a; print(a); debug(a); [a, f.call(), a == f.call()]"));
        sources.push(format!("try {{ throw {left}; }} catch (e) {{ [e, type_of(e)] }}"));
    }
    numbered("operators", sources)
}

/// A value that may stand in a switch case.
fn literal(value: &str) -> &str {
    if value.contains("blob") || value.contains('|') || value.contains('/') {
        "1"
    } else {
        value
    }
}

/// Every native as a method of every value, with a few arguments; the receiver is part of the result.
pub fn methods() -> Vec<Case> {
    let mut sources = Vec::new();
    for name in NATIVES.split_whitespace() {
        for receiver in VALUES.iter().take(18) {
            for arguments in ARGUMENTS {
                sources.push(format!("let a = {receiver}; let r = a.{name}({arguments}); [r, a]"));
            }
            sources.push(format!("let m = #{{v: [{receiver}]}}; let r = m.v[0].{name}(1); [r, m]"));
            sources.push(format!("const A = {receiver}; A.{name}()"));
            sources.push(format!("let r = {name}({receiver}); r"));
        }
    }
    numbered("methods", sources)
}

fn numbered(title: &str, sources: Vec<String>) -> Vec<Case> {
    let case = |(index, source): (usize, String)| {
        let comparer = ["sort(", "order(", "dedup("].iter().any(|call| source.contains(call));
        let kind = if comparer { " with a comparer" } else { "" };
        Case {
            name: format!("{title}{kind} {}", index + 1),
            source,
            syntax_error: false,
        }
    };
    sources.into_iter().enumerate().map(case).collect()
}
