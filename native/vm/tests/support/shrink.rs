//! Makes a program on which the two sides disagree smaller, while they still disagree in the same way:
//! first statements are deleted, then bracketed parts of expressions are replaced by something plain.

use super::generator::{render, without_nth, Node};
use super::guard::{Guard, Runner};
use super::machine::Form;
use super::outcome::{Difference, End};
use std::time::{Duration, Instant};

/// Time after which a program counts as small enough.
const PATIENCE: Duration = Duration::from_secs(15);

/// What a bracketed part is replaced by.
const PLAIN: [(&str, &[&str]); 3] = [("(", &["()", "0", "true", "\"s\""]), ("[", &["[]", "[1]"]), ("{", &["{}"])];

/// Shrinks one program.
pub struct Shrinker<'a> {
    guard: &'a mut Guard,
    form: Form,
    what: Difference,
    started: Instant,
}

impl<'a> Shrinker<'a> {
    /// Keeps a difference of kind `what` that shows in `form`.
    pub fn new(guard: &'a mut Guard, form: Form, what: Difference) -> Self {
        Self {
            guard,
            form,
            what,
            started: Instant::now(),
        }
    }

    /// The smaller program's text.
    pub fn shrink(&mut self, nodes: Vec<Node>) -> String {
        let mut text = render(&self.fewer_statements(nodes));
        while let Some(smaller) = self.plainer_text(&text) {
            text = smaller;
        }
        text
    }

    fn fewer_statements(&mut self, mut nodes: Vec<Node>) -> Vec<Node> {
        for keep_body in [false, true, false, true, false] {
            let mut n = 0;
            while let Some(smaller) = without_nth(&nodes, n, keep_body) {
                if self.disagrees(&render(&smaller)) {
                    nodes = smaller;
                } else {
                    n += 1;
                }
            }
        }
        nodes
    }

    /// The text with one bracketed part replaced, if one can be.
    fn plainer_text(&mut self, text: &str) -> Option<String> {
        for (at, _) in text.char_indices() {
            let Some((_, plain)) = PLAIN.iter().find(|(open, _)| text[at..].starts_with(open)) else {
                continue;
            };
            let Some(end) = closing(text, at) else { continue };
            let glued = text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            for replacement in plain.iter().filter(|plain| plain.len() < end - at && (!glued || plain.len() == 2)) {
                let smaller = format!("{}{replacement}{}", &text[..at], &text[end..]);
                if self.disagrees(&smaller) {
                    return Some(smaller);
                }
            }
        }
        None
    }

    fn disagrees(&mut self, source: &str) -> bool {
        if self.started.elapsed() > PATIENCE {
            return false;
        }
        let rhai = self.guard.run(source, Runner::Rhai);
        if rhai.end == End::Endless {
            return false;
        }
        let ours = self.guard.run(source, Runner::Machine(self.form));
        let refused = matches!(&ours.end, End::Refused(_)) || matches!(&ours.end, End::Broken(why) if !why.starts_with("panic"));
        !refused && rhai.difference(&ours) == Some(self.what)
    }
}

/// Where the bracket that opens at `at` has closed (brackets in strings of generated programs are balanced).
fn closing(text: &str, at: usize) -> Option<usize> {
    let mut depth = 0;
    for (offset, letter) in text[at..].char_indices() {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at + offset + 1);
        }
    }
    None
}
