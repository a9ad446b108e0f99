//! Random expressions of a wanted type.

use super::{Generator, Type};

impl Generator {
    /// An expression of type `kind`, at most `depth` levels deep.
    pub(super) fn expr(&mut self, kind: Type, depth: usize) -> String {
        if self.random.chance(4) {
            let inner = self.expr(kind, depth.saturating_sub(1));
            return format!("host_id({inner})");
        }
        if depth == 0 || self.random.chance(25) {
            return self.leaf(kind);
        }
        if self.random.chance(12) {
            return self.control(kind, depth - 1);
        }
        if self.random.chance(12) {
            if let Some(call) = self.call_of(kind, depth - 1) {
                return call;
            }
        }
        match kind {
            Type::Int => self.int(depth - 1),
            Type::Float => self.float(depth - 1),
            Type::Bool => self.bool(depth - 1),
            Type::Str => self.string(depth - 1),
            Type::Array => self.array(depth - 1),
            Type::Map => self.map(depth - 1),
            Type::Closure => self.closure(depth - 1),
        }
    }

    fn leaf(&mut self, kind: Type) -> String {
        if self.random.chance(70) {
            if let Some(name) = self.variable(kind, false) {
                return name;
            }
        }
        match kind {
            Type::Int => match self.random.below(20) as i64 - 5 {
                negative @ i64::MIN..0 => format!("({negative})"),
                number => number.to_string(),
            },
            Type::Float => format!("{}.{}", self.random.below(9), self.random.pick(&[0, 25, 5])),
            Type::Bool => (*self.random.pick(&["true", "false"])).to_owned(),
            Type::Str => (*self.random.pick(&["\"\"", "\"a\"", "\"héllo\"", "\"x y\"", "`z`"])).to_owned(),
            Type::Array => (*self.random.pick(&["[]", "[1]", "[3, 1, 2]", "[5, -5, 5]"])).to_owned(),
            Type::Map => "#{a: 1, b: 2, s: \"m\", l: [7, 8], m: #{x: 9}}".to_owned(),
            Type::Closure => "|x| x".to_owned(),
        }
    }

    /// A value out of a control structure.
    fn control(&mut self, kind: Type, depth: usize) -> String {
        let (one, two) = (self.expr(kind, depth), self.expr(kind, depth));
        match self.random.below(6) {
            0 => format!("(if {} {{ {one} }} else {{ {two} }})", self.expr(Type::Bool, depth)),
            1 => {
                let subject = self.expr(Type::Int, depth);
                let guard = self.expr(Type::Bool, 0);
                format!("(switch {subject} {{ 0 | 1 => {one}, 2..9 if {guard} => {two}, _ => {one} }})")
            }
            2 => {
                let name = self.fresh("t");
                format!("({{ let {name} = {one}; {name} }})")
            }
            3 => format!("(loop {{ if {} {{ break {one}; }} break {two}; }})", self.expr(Type::Bool, depth)),
            4 => format!("(() ?? {one})"),
            _ => format!("[{one}, {two}][{}]", self.random.below(2)),
        }
    }

    fn call_of(&mut self, kind: Type, depth: usize) -> Option<String> {
        let fits: Vec<_> = self.functions.iter().filter(|f| f.result == kind).cloned().collect();
        if fits.is_empty() {
            return None;
        }
        let function = self.random.pick(&fits).clone();
        let args: Vec<String> = function.params.iter().map(|p| self.expr(*p, depth)).collect();
        if self.random.chance(20) {
            let args: Vec<_> = args.iter().map(|arg| format!(", {arg}")).collect();
            return Some(format!("call(Fn(\"{}\"){})", function.name, args.concat()));
        }
        Some(format!("{}({})", function.name, args.join(", ")))
    }

    fn int(&mut self, depth: usize) -> String {
        let (a, b) = (self.expr(Type::Int, depth), self.expr(Type::Int, depth));
        match self.random.below(15) {
            0..=3 => format!("({a} {} {b})", self.random.pick(&["+", "-", "*"])),
            4 if self.random.chance(50) => format!("({a} / max(1, {b}))"),
            4 => format!("({a} {} {b})", self.random.pick(&["/", "%", "&", "|", "^"])),
            5 => format!("(-{a})"),
            6 => format!("{}.len()", self.expr(Type::Array, depth)),
            7 => format!("{}.len", self.expr(Type::Str, depth)),
            8 => self.element(depth),
            9 => format!("{}.{}", self.expr(Type::Map, 0), self.random.pick(&["a", "b", "m.x", "l.len", "a"])),
            10 => format!("{}[\"{}\"]", self.expr(Type::Map, 0), self.random.pick(&["a", "b"])),
            11 => format!("host_add({a}, {b})"),
            12 => match self.variable(Type::Closure, false) {
                Some(name) => format!("{name}.call({a})"),
                None => format!("({}).call({a})", self.closure(depth)),
            },
            13 => self.reduction(depth),
            _ if self.this_is_map => format!("this.{}", self.random.pick(&["a", "b", "m.x"])),
            _ => format!("max({a}, {b})"),
        }
    }

    fn element(&mut self, depth: usize) -> String {
        let index = self.expr(Type::Int, depth);
        match self.variable(Type::Array, false) {
            Some(name) if self.random.chance(90) => {
                format!("(if {name}.is_empty() {{ 0 }} else {{ {name}[{index} % {name}.len()] }})")
            }
            _ if self.random.chance(15) => format!("{}[{index}]", self.expr(Type::Array, depth)),
            _ => format!("({}.get({index}) ?? 0)", self.expr(Type::Array, depth)),
        }
    }

    fn reduction(&mut self, depth: usize) -> String {
        let array = self.expr(Type::Array, depth);
        let (acc, item) = (self.fresh("acc"), self.fresh("it"));
        let step = self.inside(&[&acc, &item], |this| this.expr(Type::Int, depth));
        format!("{array}.reduce(|{acc}, {item}| {acc} + {step}, 0)")
    }

    fn float(&mut self, depth: usize) -> String {
        let (a, b) = (self.expr(Type::Float, depth), self.expr(Type::Float, depth));
        match self.random.below(6) {
            0..=2 => format!("({a} {} {b})", self.random.pick(&["+", "-", "*", "/"])),
            3 => format!("{}.to_float()", self.expr(Type::Int, depth)),
            4 => format!("({a} + {})", self.expr(Type::Int, depth)),
            _ => format!("{a}.{}()", self.random.pick(&["abs", "floor", "sqrt", "round"])),
        }
    }

    fn bool(&mut self, depth: usize) -> String {
        match self.random.below(9) {
            0..=2 => {
                let kind = *self.random.pick(&[Type::Int, Type::Float, Type::Str]);
                let (a, b) = (self.expr(kind, depth), self.expr(kind, depth));
                format!("({a} {} {b})", self.random.pick(&["<", "<=", ">", ">=", "==", "!="]))
            }
            3 | 4 => {
                let (a, b) = (self.expr(Type::Bool, depth), self.expr(Type::Bool, depth));
                format!("({a} {} {b})", self.random.pick(&["&&", "||", "&", "|"]))
            }
            5 => format!("(!{})", self.expr(Type::Bool, depth)),
            6 => {
                let (a, b) = (self.expr(Type::Int, depth), self.expr(Type::Array, depth));
                format!("({a} {} {b})", self.random.pick(&["in", "!in"]))
            }
            7 => format!("(\"{}\" in {})", self.random.pick(&["a", "zz"]), self.expr(Type::Map, depth)),
            _ => {
                let (a, b) = (self.expr(Type::Array, depth), self.expr(Type::Array, depth));
                format!("({a} == {b})")
            }
        }
    }

    fn string(&mut self, depth: usize) -> String {
        let (a, b) = (self.expr(Type::Str, depth), self.expr(Type::Str, depth));
        match self.random.below(7) {
            0 => format!("({a} + {b}){}", self.cut("sub_string")),
            1 | 2 => {
                let kind = *self.random.pick(&super::PLAIN);
                format!("`<${{{}}}|${{{a}}}>`{}", self.expr(kind, depth), self.cut("sub_string"))
            }
            3 => format!("{a}.to_upper()"),
            4 => format!("{}.to_string()", self.expr(Type::Int, depth)),
            5 => format!("{a}.sub_string({})", self.random.below(3)),
            _ => format!("{}.s", self.expr(Type::Map, 0)),
        }
    }

    /// What is built again and again is cut, or it doubles until memory is full.
    fn cut(&self, method: &str) -> String {
        let repeated = self.loops > 0 || self.in_function.is_some() || self.scopes.len() > 1;
        if repeated {
            format!(".{method}(0, 12)")
        } else {
            String::new()
        }
    }

    fn array(&mut self, depth: usize) -> String {
        let source = self.expr(Type::Array, depth);
        let item = self.fresh("it");
        match self.random.below(9) {
            0 | 1 => {
                let items: Vec<_> = (0..self.random.below(4)).map(|_| self.expr(Type::Int, depth)).collect();
                format!("[{}]", items.join(", "))
            }
            2 | 3 => {
                let body = self.inside(&[&item], |this| this.expr(Type::Int, depth));
                format!("{source}.map(|{item}| {body})")
            }
            4 => {
                let body = self.inside(&[&item], |this| this.expr(Type::Bool, depth));
                format!("{source}.filter(|{item}| {body})")
            }
            5 => format!("({source} + {}){}", self.expr(Type::Array, depth), self.cut("extract")),
            6 => format!("{}.l", self.expr(Type::Map, 0)),
            7 => format!("{source}.extract({})", self.random.below(3)),
            _ => {
                let name = self.fresh("t");
                let order = *self.random.pick(&["x - y", "y - x", "host_add(y, -x)"]);
                format!("({{ let {name} = {source}; {name}.sort(|x, y| {order}); {name} }})")
            }
        }
    }

    fn map(&mut self, depth: usize) -> String {
        let (a, b) = (self.expr(Type::Int, depth), self.expr(Type::Int, depth));
        let (s, l) = (self.expr(Type::Str, depth), self.expr(Type::Array, depth));
        format!("#{{a: {a}, b: {b}, s: {s}, l: {l}, m: #{{x: {a}}}}}")
    }

    /// A closure from Int to Int; its body may capture and change what is in scope.
    pub(super) fn closure(&mut self, depth: usize) -> String {
        let param = self.fresh("x");
        let body = self.inside(&[&param], |this| {
            let result = this.expr(Type::Int, depth);
            match this.variable(Type::Int, true) {
                Some(name) if name != param && this.random.chance(60) => {
                    format!("{{ {name} += {}; {result} }}", this.random.below(4))
                }
                _ => result,
            }
        });
        format!("|{param}| {body}")
    }

    /// Writes something that sees `params` (integers) beside what is in scope, outside of any loop and `this`.
    fn inside<T>(&mut self, params: &[&String], write: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push(Vec::new());
        params.iter().for_each(|name| self.bind(name, Type::Int, false, false));
        let this = std::mem::take(&mut self.this_is_map);
        let result = write(self);
        self.this_is_map = this;
        self.scopes.pop();
        result
    }
}
