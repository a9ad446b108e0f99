//! Random statements whose names only the run can resolve: texts of `eval`, modules, calls with the caller's scope.

use super::{Generator, Node, Type, PLAIN};

impl Generator {
    /// A statement that brings in code from outside.
    pub(super) fn foreign(&mut self) -> Node {
        match self.random.below(6) {
            0 => self.declared(),
            1 => self.evaluated(Self::assign),
            2 => self.evaluated(Self::op_assign),
            3 => self.evaluated_value(),
            4 => self.module(),
            _ => self.lent_scope(),
        }
    }

    /// A variable that a text declares, in a block of its own: rhai captures the wrong variable once a text has
    /// declared one in the same scope.
    fn declared(&mut self) -> Node {
        let (kind, name) = (*self.random.pick(&PLAIN), self.fresh("ev"));
        let (value, other) = (self.expr(kind, 2), self.expr(Type::Int, 1));
        if value.contains('|') || other.contains('|') {
            return Node::line(format!("print({value});"));
        }
        Node::line(format!(
            "try {{ {{ eval(##\"let {name} = {value};\"##); print({name}); let later = {other}; print(later); }} print({name}); }} catch {{ print(\"gone\"); }}"
        ))
    }

    /// The same statement as a text, unless it has a closure, which texts may not define.
    fn evaluated(&mut self, statement: fn(&mut Self) -> Node) -> Node {
        let node = statement(self);
        let text = super::render(std::slice::from_ref(&node));
        let declares = text.starts_with("let ") || text.starts_with("const ");
        if declares || text.contains('|') || text.contains("\"#") {
            return node;
        }
        let text = text.trim_end();
        if self.random.chance(20) {
            return Node::line(format!("eval(`eval(##\"{}\"##)`);", text.replace('`', "'")));
        }
        Node::line(format!("eval(##\"{text}\"##);"))
    }

    fn evaluated_value(&mut self) -> Node {
        let kind = *self.random.pick(&PLAIN);
        let value = self.expr(kind, 2);
        let name = self.fresh("ev");
        if value.contains('|') || value.contains("\"#") {
            return Node::line(format!("print({value});"));
        }
        Node::line(format!(
            "try {{ let {name} = eval(##\"{value}\"##); print({name}); }} catch {{ print(\"no\"); }}"
        ))
    }

    fn module(&mut self) -> Node {
        let (module, a, b) = (self.fresh("m"), self.expr(Type::Int, 1), self.expr(Type::Int, 1));
        let list = self.expr(Type::Array, 1);
        let capture = self.variable(Type::Int, true).map_or(String::new(), |name| format!("{name} += 1;"));
        let value = match self.random.below(6) {
            0 => format!("{module}::area({a}, {b})"),
            1 => format!("{module}::each({list}, |x| {{ {capture} x }})"),
            2 => format!("{module}::ask({a}) + {module}::reveal()"),
            3 => format!("{module}::list[2][{b}]"),
            4 => format!("{module}::divide({a}, {b})"),
            _ => format!("[{a}.doubled(), {module}::twice(|x| x + {b}, {a}), {module}::nothing]"),
        };
        Node::line(format!(
            "try {{ import \"shapes\" as {module}; print({value}); }} catch (e) {{ print(if type_of(e) == \"map\" {{ e.error }} else {{ e }}); }}"
        ))
    }

    /// A call of a function in the scope of its caller.
    fn lent_scope(&mut self) -> Node {
        if self.functions.is_empty() || self.in_function.is_some() {
            return self.declared();
        }
        let index = self.random.below(self.functions.len());
        let function = self.functions[index].clone();
        let args: Vec<String> = function.params.iter().map(|kind| self.expr(*kind, 1)).collect();
        Node::line(format!(
            "try {{ print({}!({})); }} catch {{ print(\"no\"); }}",
            function.name,
            args.join(", ")
        ))
    }
}
