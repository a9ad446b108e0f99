//! Random statements that look for trouble: shared containers, closures as methods, jumps out of protected code.

use super::{Generator, Node, Type};

impl Generator {
    /// A statement in which values are shared, borrowed or left early.
    pub(super) fn troublesome(&mut self, depth: usize) -> Node {
        match self.random.below(13) {
            9.. => self.foreign(),
            0 | 1 => self.capture_container(),
            2 => self.object(),
            3 => self.over_letters(depth),
            4 => self.over_keys(depth),
            5 => self.jump_out_of_try(),
            6 => self.coalesce(),
            7 => self.keep_some(),
            _ => self.edit_string(),
        }
    }

    /// A closure that changes a captured array or map, called between uses of the variable itself.
    fn capture_container(&mut self) -> Node {
        let (arg, other) = (self.expr(Type::Int, 1), self.expr(Type::Int, 1));
        let (name, closure) = (self.variable(Type::Array, true), self.fresh("c"));
        if let (Some(name), true) = (name, self.random.chance(50)) {
            let body = *self.random.pick(&["push(q)", "insert(0, q)", "len() + q", "pop() ?? q", "contains(q)"]);
            return Node::line(format!(
                "if {name}.len() < 20 {{ let {closure} = |q| {name}.{body}; {name}.push({other}); print({closure}.call({arg})); {name}.push({closure}.call({other})); print({name}); {name}.retain(|e| type_of(e) == \"i64\"); }}"
            ));
        }
        let Some(name) = self.variable(Type::Map, true) else {
            return self.declare(Type::Map);
        };
        let body = *self.random.pick(&["a += q", "m.x -= q", "l.push(q)", "b = q"]);
        Node::line(format!(
            "{{ let {closure} = |q| {{ {name}.{body}; {name}.a }}; {name}.b += {closure}.call({arg}); {name}.l = [{closure}.call({other}), {name}.b]; print({name}); }}"
        ))
    }

    /// An object with closures as methods, one of which captures a variable.
    fn object(&mut self) -> Node {
        let (object, start, step) = (self.fresh("o"), self.expr(Type::Int, 1), self.expr(Type::Int, 1));
        let capture = match self.variable(Type::Int, true) {
            Some(name) => format!("{name} += this.n;"),
            None => String::new(),
        };
        Node::line(format!(
            "{{ let {object} = #{{n: {start}, list: [], hit: |d| {{ this.n += d; this.list.push(host_id(d)); {capture} this.n }}, get: || this.n }}; print({object}.hit({step})); {object}.list.push({object}.get()); let copy = {object}; copy.hit(1); print([{object}.n, copy.n, {object}.list, copy.list]); }}"
        ))
    }

    fn over_letters(&mut self, depth: usize) -> Node {
        let source = self.expr(Type::Str, 1);
        let letter = self.fresh("ch");
        let body = self.looped(depth);
        Node::block(format!("for {letter} in {source} {{ print({letter});"), body, "}")
    }

    fn over_keys(&mut self, depth: usize) -> Node {
        let source = self.expr(Type::Map, 1);
        let key = self.fresh("key");
        let body = self.looped(depth);
        Node::block(format!("for ({key}, at) in {source}.keys() {{ print(`${{at}}${{{key}}}`);"), body, "}")
    }

    fn jump_out_of_try(&mut self) -> Node {
        let (count, value) = (self.random.below(4), self.expr(Type::Int, 1));
        let jump = *self.random.pick(&["break", "continue", "throw i", "host_fail(i)", "i / 0"]);
        let after = *self.random.pick(&["break", "continue", "i + 1", "throw e"]);
        Node::line(format!(
            "try {{ for i in 0..4 {{ try {{ let t = {value}; if i == {count} {{ {jump}; }} print(t + i); }} catch (e) {{ print(if type_of(e) == \"map\" {{ e.error }} else {{ e }}); {after}; }} }} }} catch (e) {{ print(e); }}"
        ))
    }

    fn coalesce(&mut self) -> Node {
        let value = self.expr(Type::Int, 1);
        let Some(name) = self.variable(Type::Map, true) else {
            return self.declare(Type::Map);
        };
        let path = *self.random.pick(&["a", "zz", "m?.x", "m?.zz", "zz?.a?.b", "l?[0]", "zz?[1]"]);
        Node::line(format!(
            "print({name}?.{path} ?? {value}); {name}.m.y = {name}.m?.y ?? host_add({value}, 1); {name}.m.remove(\"y\");"
        ))
    }

    fn keep_some(&mut self) -> Node {
        let test = self.expr(Type::Bool, 1);
        let Some(name) = self.variable(Type::Array, true) else {
            return self.declare(Type::Array);
        };
        let method = *self
            .random
            .pick(&["retain", "drain", "find", "some", "all", "index_of", "filter", "find_map"]);
        let params = *self.random.pick(&["|e|", "|e, i|"]);
        let key = *self.random.pick(&["e > 2", "host_id(e < 4)", "e % 2 == 0"]);
        Node::line(format!(
            "{{ let work = {name}; print(work.{method}({params} {key} && {test})); print(work); }}"
        ))
    }

    fn edit_string(&mut self) -> Node {
        let Some(name) = self.variable(Type::Str, true) else {
            return self.declare(Type::Str);
        };
        let index = self.random.below(4) as i64 - 2;
        Node::line(match self.random.below(3) {
            0 => format!("if {name}.len > 2 {{ {name}[{index}] = 'Q'; }}"),
            1 => format!("{name}.replace(\"a\", \"bb\"); {name}.truncate(30);"),
            _ => format!("{{ let view = || {name}; {name} += view.call(); {name}.crop(0, 20); print(view.call()); }}"),
        })
    }
}
