//! Makes a program on which the two sides disagree smaller: deletes statements while they still disagree.

use super::generator::{render, without_nth, Node};
use super::guard::{Guard, Runner};
use super::machine::Form;
use super::outcome::{Difference, End};

/// Attempts after which a program counts as small enough.
const MAX_ATTEMPTS: usize = 600;

/// A smaller program that shows the same kind of difference in the same form.
pub fn shrink(guard: &mut Guard, mut nodes: Vec<Node>, form: Form, what: Difference) -> Vec<Node> {
    let mut attempts = 0;
    for keep_body in [false, true, false] {
        let mut n = 0;
        while let Some(smaller) = without_nth(&nodes, n, keep_body) {
            attempts += 1;
            if attempts > MAX_ATTEMPTS {
                return nodes;
            }
            if disagrees(guard, &render(&smaller), form, what) {
                nodes = smaller;
            } else {
                n += 1;
            }
        }
    }
    nodes
}

fn disagrees(guard: &mut Guard, source: &str, form: Form, what: Difference) -> bool {
    let ours = guard.run(source, Runner::Machine(form));
    if matches!(ours.end, End::Refused(_)) {
        return false;
    }
    guard.run(source, Runner::Rhai).difference(&ours) == Some(what)
}
