//! What must be known of a function before its code: names it expects from outside, names closures capture, `this`.

use crate::HostNames;
use rhai::{ASTNode, Expr, FlowControl, FnCallExpr, ImmutableString, Stmt, AST};
use std::collections::HashSet;

/// Facts of one function's body.
#[derive(Default)]
pub(super) struct Facts {
    /// Variables the parser could not resolve, in order of appearance.
    pub(super) outer: Vec<ImmutableString>,
    known: HashSet<ImmutableString>,
    /// Variables that some closure captures.
    pub(super) captured: HashSet<ImmutableString>,
    /// The body mentions `this`.
    pub(super) this: bool,
    /// The body calls `eval`.
    pub(super) evaluates: bool,
    /// The body imports modules.
    pub(super) imports: bool,
    /// The body calls `is_def_var`.
    pub(super) asks_names: bool,
    /// The body calls a function with its own scope: `f!(…)`.
    pub(super) lends_scope: bool,
}

impl Facts {
    fn outer(&mut self, name: &ImmutableString) {
        if self.known.insert(name.clone()) {
            self.outer.push(name.clone());
        }
    }

    fn block(&mut self, statements: &[Stmt]) {
        statements.iter().for_each(|s| self.statement(s));
    }

    fn call(&mut self, call: &FnCallExpr) {
        self.evaluates |= &*call.name == "eval" && call.args.len() == 1 && !call.is_qualified();
        self.asks_names |= &*call.name == "is_def_var";
        self.lends_scope |= call.capture_parent_scope;
        call.args.iter().for_each(|e| self.expression(e));
    }

    fn flow(&mut self, x: &FlowControl) {
        self.expression(&x.expr);
        self.block(x.body.statements());
        self.block(x.branch.statements());
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::If(x, _) | Stmt::While(x, _) | Stmt::Do(x, ..) => self.flow(x),
            Stmt::TryCatch(x, _) => {
                // The expression is the error's name.
                self.block(x.body.statements());
                self.block(x.branch.statements());
            }
            Stmt::For(x, _) => self.flow(&x.2),
            Stmt::Switch(x, _) => {
                self.expression(&x.0);
                for arm in &x.1.expressions {
                    self.expression(&arm.lhs);
                    self.expression(&arm.rhs);
                }
            }
            Stmt::Var(x, ..) => self.expression(&x.1),
            Stmt::Assignment(x) => {
                self.expression(&x.1.lhs);
                self.expression(&x.1.rhs);
            }
            Stmt::FnCall(call, _) => self.call(call),
            Stmt::Import(x, _) => {
                self.imports = true;
                self.expression(&x.0);
            }
            Stmt::Block(block) => self.block(block.statements()),
            Stmt::Expr(e) => self.expression(e),
            Stmt::BreakLoop(Some(e), ..) | Stmt::Return(Some(e), ..) => self.expression(e),
            Stmt::Share(variables) => {
                for (variable, index) in variables.iter() {
                    self.captured.insert(variable.name.clone());
                    if index.is_none() {
                        self.outer(&variable.name);
                    }
                }
            }
            _ => {}
        }
    }

    fn expression(&mut self, e: &Expr) {
        match e {
            Expr::Variable(v, None, _) if v.0.is_none() && v.2.is_empty() => self.outer(&v.1),
            Expr::ThisPtr(_) => self.this = true,
            Expr::InterpolatedString(x, _) | Expr::Array(x, _) => x.iter().for_each(|e| self.expression(e)),
            Expr::Map(x, _) => x.0.iter().for_each(|(_, e)| self.expression(e)),
            Expr::And(x, _) | Expr::Or(x, _) | Expr::Coalesce(x, _) => x.iter().for_each(|e| self.expression(e)),
            Expr::MethodCall(call, _) => call.args.iter().for_each(|e| self.expression(e)),
            Expr::FnCall(call, _) => self.call(call),
            Expr::Stmt(block) => self.block(block.statements()),
            Expr::Dot(x, ..) | Expr::Index(x, ..) => {
                self.expression(&x.lhs);
                self.expression(&x.rhs);
            }
            _ => {}
        }
    }
}

/// Walks a body once. (rhai's own walk leaves out some expressions, such as the value of `break`.)
pub(super) fn scan(statements: &[Stmt]) -> Facts {
    let mut facts = Facts::default();
    facts.block(statements);
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
            captured || first_is || &*call.name == "eval" || call.capture_parent_scope || call.args.iter().any(inner)
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

/// Names that imports give to modules, anywhere in a script; looked for only where the host has namespaces too.
pub(super) fn imported_names(ast: &AST, hosts: &HostNames) -> Vec<ImmutableString> {
    if hosts.has_spaces() {
        all_imported_names(ast)
    } else {
        Vec::new()
    }
}

#[cfg_attr(target_arch = "wasm32", inline(never))]
fn all_imported_names(ast: &AST) -> Vec<ImmutableString> {
    let mut names = Vec::new();
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        if let Some(ASTNode::Stmt(Stmt::Import(x, _))) = path.last() {
            names.push(x.1.name.clone());
        }
        true
    });
    names
}
