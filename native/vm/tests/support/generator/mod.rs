//! Random programs, typed enough that most of them end with a value.
//!
//! A program is a tree of statements (so that `shrink` can delete some) made from a seed alone. It uses functions,
//! methods with `this`, closures over shared variables, bounded loops, switch, try/catch, chains, and host calls at
//! random places, also inside callbacks. Some programs are wrong on purpose: errors must agree too.

mod expr;
mod foreign;
mod more;
mod node;
mod stmt;

use super::prng::Prng;
pub use node::{render, without_nth, Node};

/// The types the generator keeps apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// `i64`
    Int,
    /// `f64`
    Float,
    /// `bool`
    Bool,
    /// `string`
    Str,
    /// An array of integers.
    Array,
    /// An object map with `a`, `b`: Int, `s`: Str, `l`: Array, `m`: a map with `x`: Int.
    Map,
    /// A closure from Int to Int.
    Closure,
}

const PLAIN: [Type; 6] = [Type::Int, Type::Float, Type::Bool, Type::Str, Type::Array, Type::Map];

/// A variable in scope.
#[derive(Debug, Clone)]
struct Variable {
    name: String,
    kind: Type,
    constant: bool,
    /// Not to be assigned by generated statements (loop counters), so that loops end.
    reserved: bool,
}

/// A script function that later code may call.
#[derive(Debug, Clone)]
struct Function {
    name: String,
    params: Vec<Type>,
    result: Type,
}

/// The state while one program is written.
pub struct Generator {
    random: Prng,
    scopes: Vec<Vec<Variable>>,
    functions: Vec<Function>,
    /// Methods on a map (`this`), by name; they take one integer.
    methods: Vec<String>,
    names: usize,
    loops: usize,
    in_function: Option<Type>,
    this_is_map: bool,
    /// Statements left; keeps programs small.
    budget: usize,
}

/// The program of `seed`.
pub fn program(seed: u64) -> Vec<Node> {
    let mut generator = Generator {
        random: Prng::new(seed),
        scopes: vec![Vec::new()],
        functions: Vec::new(),
        methods: Vec::new(),
        names: 0,
        loops: 0,
        in_function: None,
        this_is_map: false,
        budget: 0,
    };
    generator.program()
}

impl Generator {
    fn program(&mut self) -> Vec<Node> {
        let mut nodes = Vec::new();
        for _ in 0..self.random.below(4) {
            nodes.push(self.function());
        }
        for _ in 0..self.random.below(3) {
            nodes.push(self.method());
        }
        self.budget = 6 + self.random.below(25);
        nodes.extend(self.seed_variables());
        while self.budget > 0 {
            nodes.push(self.statement(3));
        }
        nodes.push(Node::line(format!("[{}]", self.visible().join(", "))));
        nodes
    }

    fn seed_variables(&mut self) -> Vec<Node> {
        PLAIN.iter().map(|kind| self.declare(*kind)).collect()
    }

    fn function(&mut self) -> Node {
        let name = self.fresh("f");
        let params: Vec<Type> = (0..self.random.below(4)).map(|_| *self.random.pick(&PLAIN)).collect();
        let result = *self.random.pick(&PLAIN);
        let (names, body) = self.body_of(&params, result, false);
        self.functions.push(Function {
            name: name.clone(),
            params,
            result,
        });
        Node::block(format!("fn {name}({}) {{", names.join(", ")), body, "}")
    }

    fn method(&mut self) -> Node {
        let name = self.fresh("bump");
        let (names, body) = self.body_of(&[Type::Int], Type::Int, true);
        self.methods.push(name.clone());
        Node::block(format!("fn {name}({}) {{", names.join(", ")), body, "}")
    }

    /// Parameter names and the statements of a function body.
    fn body_of(&mut self, params: &[Type], result: Type, this: bool) -> (Vec<String>, Vec<Node>) {
        let outer = std::mem::replace(&mut self.scopes, vec![Vec::new()]);
        let (loops, function) = (self.loops, self.in_function);
        (self.loops, self.in_function, self.this_is_map) = (0, Some(result), this);
        let names: Vec<String> = params.iter().map(|kind| self.bind_fresh("p", *kind, false)).collect();
        self.budget = 1 + self.random.below(5);
        let mut body = Vec::new();
        while self.budget > 0 {
            body.push(self.statement(2));
        }
        body.push(Node::line(self.expr(result, 2)));
        self.scopes = outer;
        (self.loops, self.in_function, self.this_is_map) = (loops, function, false);
        (names, body)
    }

    fn fresh(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    fn bind_fresh(&mut self, prefix: &str, kind: Type, reserved: bool) -> String {
        let name = self.fresh(prefix);
        self.bind(&name, kind, false, reserved);
        name
    }

    fn bind(&mut self, name: &str, kind: Type, constant: bool, reserved: bool) {
        let variable = Variable {
            name: name.to_owned(),
            kind,
            constant,
            reserved,
        };
        self.scopes.last_mut().expect("a scope").push(variable);
    }

    /// Names of the variables that hold what their type says, innermost last; a shadowed name counts once.
    fn variables(&self, kind: Type, assignable: bool) -> Vec<String> {
        let mut seen: Vec<&Variable> = Vec::new();
        for variable in self.scopes.iter().flatten() {
            seen.retain(|other| other.name != variable.name);
            seen.push(variable);
        }
        let fits = |v: &&&Variable| v.kind == kind && !(assignable && (v.constant || v.reserved));
        seen.iter().filter(fits).map(|v| v.name.clone()).collect()
    }

    fn variable(&mut self, kind: Type, assignable: bool) -> Option<String> {
        let names = self.variables(kind, assignable);
        (!names.is_empty()).then(|| self.random.pick(&names).clone())
    }

    /// All variables that can be part of the program's value.
    fn visible(&self) -> Vec<String> {
        PLAIN.iter().flat_map(|kind| self.variables(*kind, false)).collect()
    }
}
