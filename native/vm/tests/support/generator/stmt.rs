//! Random statements.

use super::{Generator, Node, Type, PLAIN};

impl Generator {
    /// A statement, with nested ones up to `depth` levels.
    pub(super) fn statement(&mut self, depth: usize) -> Node {
        self.budget = self.budget.saturating_sub(1);
        if depth > 0 && self.random.chance(15) {
            return self.troublesome(depth);
        }
        match self.random.below(if depth == 0 { 9 } else { 16 }) {
            0 => {
                let kind = *self.random.pick(&PLAIN);
                self.declare(kind)
            }
            1 | 2 => self.assign(),
            3 => self.op_assign(),
            4 => self.mutate_array(),
            5 => self.mutate_map(),
            6 => {
                let kind = *self.random.pick(&PLAIN);
                Node::line(format!("print({});", self.expr(kind, 2)))
            }
            7 => self.closure_or_call(),
            8 => self.jump_or_call(),
            9 | 10 => self.branch(depth),
            11 | 12 => self.for_loop(depth),
            13 => self.counted_loop(depth),
            14 => self.protect(depth),
            _ => self.choose(depth),
        }
    }

    pub(super) fn declare(&mut self, kind: Type) -> Node {
        let value = self.expr(kind, 3);
        let constant = self.random.chance(8);
        let old = self.variables(kind, true);
        let shadow = !old.is_empty() && self.random.chance(15);
        let name = if shadow { self.random.pick(&old).clone() } else { self.fresh("v") };
        self.bind(&name, kind, constant, false);
        Node::line(format!("{} {name} = {value};", if constant { "const" } else { "let" }))
    }

    pub(super) fn assign(&mut self) -> Node {
        let kind = *self.random.pick(&PLAIN);
        let Some(name) = self.variable(kind, true) else {
            return self.declare(kind);
        };
        Node::line(format!("{name} = {};", self.expr(kind, 3)))
    }

    pub(super) fn op_assign(&mut self) -> Node {
        let (kind, operators): (Type, &[&str]) = match self.random.below(4) {
            0 => return self.grow_string(),
            1 => (Type::Float, &["+=", "-=", "*=", "/="]),
            2 if self.random.chance(30) => (Type::Int, &["*=", "/=", "%=", "&=", "|=", "^="]),
            _ => (Type::Int, &["+=", "-="]),
        };
        let value = self.expr(kind, 2);
        let Some(name) = self.variable(kind, true) else {
            return self.declare(kind);
        };
        Node::line(format!("{name} {} {value};", self.random.pick(operators)))
    }

    fn grow_string(&mut self) -> Node {
        let Some(name) = self.variable(Type::Str, true) else {
            return self.declare(Type::Str);
        };
        Node::line(format!("{name} += {}; {name}.crop(0, 40);", self.expr(Type::Str, 2)))
    }

    fn mutate_array(&mut self) -> Node {
        let Some(name) = self.variable(Type::Array, true) else {
            return self.declare(Type::Array);
        };
        let (value, index) = (self.expr(Type::Int, 2), self.expr(Type::Int, 1));
        Node::line(match self.random.below(9) {
            0 | 1 => format!("{name}.push({value});"),
            2 => format!("if !{name}.is_empty() {{ {name}[{index} % {name}.len()] = {value}; }}"),
            3 => format!("if !{name}.is_empty() {{ {name}[0] += {value}; }}"),
            4 => format!("if {name}.len() < 20 {{ {name} += {value}; }}"),
            5 => format!("{name}.pop();"),
            6 => format!("{name}.insert({index}, {value});"),
            7 => format!("{name}.sort();"),
            _ if self.random.chance(15) => format!("{name}[{index}] = {value};"),
            _ => format!("{name}.set({index}, {value}); {name}.truncate(9);"),
        })
    }

    fn mutate_map(&mut self) -> Node {
        let target = if self.this_is_map && self.random.chance(70) {
            "this".to_owned()
        } else {
            match self.variable(Type::Map, true) {
                Some(name) => name,
                None => return self.declare(Type::Map),
            }
        };
        let value = self.expr(Type::Int, 2);
        Node::line(match self.random.below(8) {
            0 | 1 => format!("{target}.a = {value};"),
            2 => format!("{target}[\"b\"] += {value};"),
            3 => format!("{target}.l.push({value});"),
            4 => format!("{target}.m.x -= {value};"),
            5 => format!("{target}.s = ({target}.s + {}).sub_string(0, 30);", self.expr(Type::Str, 1)),
            6 => format!("if {target}.l.len > 0 {{ {target}.l[0] = {value}; }}"),
            _ => match self
                .random
                .pick(&self.methods.clone().iter().chain([&String::new()]).cloned().collect::<Vec<_>>())
            {
                name if name.is_empty() || self.in_function.is_some() => {
                    format!("{target}.l = [{value}];")
                }
                name => format!("{target}.{name}({value});"),
            },
        })
    }

    fn closure_or_call(&mut self) -> Node {
        let arg = self.expr(Type::Int, 1);
        match self.variable(Type::Closure, false) {
            Some(name) if self.random.chance(60) => Node::line(format!("print({name}.call({arg}));")),
            _ => {
                let value = self.closure(2);
                let name = self.bind_fresh("c", Type::Closure, false);
                Node::line(format!("let {name} = {value};"))
            }
        }
    }

    fn jump_or_call(&mut self) -> Node {
        if self.loops > 0 && self.random.chance(50) {
            let jump = self.random.pick(&["break", "continue"]).to_string();
            return Node::line(format!("if {} {{ {jump}; }}", self.expr(Type::Bool, 2)));
        }
        if let (Some(kind), true) = (self.in_function, self.random.chance(40)) {
            let test = self.expr(Type::Bool, 1);
            return Node::line(format!("if {test} {{ return {}; }}", self.expr(kind, 1)));
        }
        let array = self.expr(Type::Array, 1);
        match self.variable(Type::Int, true) {
            Some(name) => Node::line(format!("{array}.for_each(|| {{ {name} += this; this += 1; }});")),
            None => self.declare(Type::Int),
        }
    }

    fn block(&mut self, depth: usize) -> Vec<Node> {
        self.scopes.push(Vec::new());
        let count = 1 + self.random.below(3);
        let body = (0..count).map(|_| self.statement(depth - 1)).collect();
        self.scopes.pop();
        body
    }

    fn branch(&mut self, depth: usize) -> Node {
        let test = self.expr(Type::Bool, 2);
        let node = Node::block(format!("if {test} {{"), self.block(depth), "}");
        if self.random.chance(50) {
            let other = self.block(depth);
            return node.and("} else {", other);
        }
        node
    }

    fn for_loop(&mut self, depth: usize) -> Node {
        let source = match self.random.below(4) {
            0 => format!("0..{}", self.random.below(5)),
            1 => format!("{}..={}", self.random.below(3), self.random.below(6)),
            2 => format!("range(0, {}, 2)", self.random.below(8)),
            _ => self.expr(Type::Array, 1),
        };
        self.scopes.push(Vec::new());
        let item = self.bind_fresh("i", Type::Int, false);
        let head = if self.random.chance(25) {
            let counter = self.bind_fresh("n", Type::Int, false);
            format!("for ({item}, {counter}) in {source} {{")
        } else {
            format!("for {item} in {source} {{")
        };
        let body = self.looped(depth);
        self.scopes.pop();
        Node::block(head, body, "}")
    }

    /// A block inside a loop, with a scope of its own.
    pub(super) fn looped(&mut self, depth: usize) -> Vec<Node> {
        self.loops += 1;
        let body = self.block(depth);
        self.loops -= 1;
        body
    }

    /// `while`, `do` or `loop` with a counter that the body does not touch and counts first.
    fn counted_loop(&mut self, depth: usize) -> Node {
        let count = self.random.below(5);
        let counter = self.fresh("k");
        let step = Node::line(format!("{counter} += 1;"));
        let start = Node::line(format!("let {counter} = 0;"));
        self.scopes.push(Vec::new());
        self.bind(&counter, Type::Int, false, true);
        let body = self.looped(depth);
        self.scopes.pop();
        let (head, tail, guard) = match self.random.below(4) {
            0 => (format!("while {counter} < {count} {{"), "}".to_owned(), String::new()),
            1 => ("do {".to_owned(), format!("}} while {counter} < {count};"), String::new()),
            2 => ("do {".to_owned(), format!("}} until {counter} >= {count};"), String::new()),
            _ => ("loop {".to_owned(), "}".to_owned(), format!("if {counter} > {count} {{ break; }}")),
        };
        let looped = [vec![step, Node::line(guard)], body].concat();
        Node::block("{", vec![start, Node::block(head, looped, tail)], "}")
    }

    fn protect(&mut self, depth: usize) -> Node {
        let mut body = self.block(depth);
        if self.random.chance(50) {
            let value = self.expr(*self.random.clone().pick(&[Type::Int, Type::Str]), 1);
            let throw = if self.random.chance(50) {
                format!("throw {value};")
            } else {
                format!("host_fail({value});")
            };
            let test = self.expr(Type::Bool, 1);
            body.push(Node::line(format!("if {test} {{ {throw} }}")));
        }
        self.scopes.push(Vec::new());
        let mut handler = vec![Node::line("print(if type_of(err) == \"map\" { err.error } else { err });")];
        handler.extend(self.block(depth));
        self.scopes.pop();
        Node::block("try {", body, "}").and("} catch (err) {", handler)
    }

    fn choose(&mut self, depth: usize) -> Node {
        let subject = self.expr(Type::Int, 2);
        let (one, two, other) = (self.block(depth), self.block(depth), self.block(depth));
        let guard = self.expr(Type::Bool, 1);
        Node::block(format!("switch {subject} {{ 0 | 2 => {{"), one, "} }")
            .and(format!("}}, 3..7 if {guard} => {{"), two)
            .and("}, _ => {", other)
    }
}
