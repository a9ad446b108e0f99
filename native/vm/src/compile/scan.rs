//! What must be known of a function before its code: names it expects from outside, names closures capture, `this`.

use rhai::{ASTNode, Expr, ImmutableString, Stmt};
use std::collections::HashSet;

/// Facts of one function's body.
#[derive(Default)]
pub(super) struct Facts {
    /// Variables the parser could not resolve, in order of appearance.
    pub(super) outer: Vec<ImmutableString>,
    /// Variables that some closure captures.
    pub(super) captured: HashSet<ImmutableString>,
    /// The body mentions `this`.
    pub(super) this: bool,
}

impl Facts {
    fn outer(&mut self, name: &ImmutableString) {
        if !self.outer.contains(name) {
            self.outer.push(name.clone());
        }
    }

    fn node(&mut self, node: &ASTNode<'_>) {
        match node {
            ASTNode::Stmt(Stmt::Share(variables)) => {
                for (variable, index) in variables.iter() {
                    self.captured.insert(variable.name.clone());
                    if index.is_none() {
                        self.outer(&variable.name);
                    }
                }
            }
            ASTNode::Expr(Expr::Variable(v, None, _)) if v.0.is_none() && v.2.is_empty() => self.outer(&v.1),
            ASTNode::Expr(Expr::ThisPtr(_)) => self.this = true,
            _ => {}
        }
    }
}

/// Walks a body once.
pub(super) fn scan(statements: &[Stmt]) -> Facts {
    let mut facts = Facts::default();
    let mut path = Vec::new();
    for statement in statements {
        statement.walk(&mut path, &mut |path: &[ASTNode<'_>]| {
            if let Some(node) = path.last() {
                facts.node(node);
            }
            true
        });
    }
    facts
}

/// Whether evaluating `e` may change local variable `name`, or bring in code that may (an assignment, a method).
pub(super) fn may_change(e: &Expr, name: &str, captured: bool) -> bool {
    let inner = |x: &Expr| may_change(x, name, captured);
    match e {
        Expr::Variable(..) | Expr::ThisPtr(_) => false,
        Expr::FnCall(call, _) if call.op_token.is_some() => call.args.iter().any(inner),
        Expr::FnCall(call, _) => {
            let first_is = matches!(call.args.first(), Some(Expr::Variable(v, ..)) if v.1 == name);
            captured || first_is || &*call.name == "eval" || call.args.iter().any(inner)
        }
        Expr::And(x, _) | Expr::Or(x, _) | Expr::Coalesce(x, _) => x.iter().any(inner),
        Expr::Array(x, _) | Expr::InterpolatedString(x, _) => x.iter().any(inner),
        Expr::Map(x, _) => x.0.iter().any(|(_, v)| inner(v)),
        Expr::Index(x, ..) | Expr::Dot(x, ..) => captured || has_method(&x.rhs) || inner(&x.lhs) || inner(&x.rhs),
        Expr::Property(..) => false,
        other => !other.is_constant(),
    }
}

/// Whether a chain's right part calls a method.
fn has_method(e: &Expr) -> bool {
    match e {
        Expr::MethodCall(..) => true,
        Expr::Index(x, ..) | Expr::Dot(x, ..) => has_method(&x.lhs) || has_method(&x.rhs),
        _ => false,
    }
}
