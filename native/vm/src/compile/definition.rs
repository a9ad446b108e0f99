//! What can be read from a function's definition as rhai's parser gives it.

use super::line_column;
use rhai::{ASTNode, Module, ScriptFuncDef, Stmt, AST};
use std::rc::Rc;

/// Statements of a script function. Its payload type cannot be named outside rhai, but an AST of this one function
/// can be walked.
pub(super) fn body_of(definition: &Rc<ScriptFuncDef>) -> Vec<Stmt> {
    let mut module = Module::new();
    module.set_script_fn(definition.clone());
    let one = AST::new(Vec::<Stmt>::new(), module);
    let mut body = Vec::new();
    one.walk(&mut |path: &[ASTNode<'_>]| {
        if let [ASTNode::Stmt(statement)] = path {
            body.push((*statement).clone());
        }
        true
    });
    body
}

/// Where the function's first statement stands: rhai keeps no position of the definition itself.
pub(super) fn first_position(definition: &Rc<ScriptFuncDef>) -> (u32, u32) {
    body_of(definition).first().map_or((0, 0), |s| line_column(s.position()))
}
