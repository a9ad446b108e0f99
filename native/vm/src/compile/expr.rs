//! Expressions: each leaves its value in register `d`, which it writes last.

use super::function::{numbered, FunctionBuilder};
use super::{scan, unsupported, Compiled, Compiler};
use crate::bytecode::{Op, Reg};
use rhai::{Dynamic, Expr, FnPtr, ImmutableString, Namespace, Position};

/// Elements of a literal that are built at once; the rest is pushed one by one.
const LITERAL_CHUNK: usize = 64;

impl Compiler {
    pub(super) fn expression(&mut self, f: &mut FunctionBuilder, e: &Expr, d: Reg) -> Compiled {
        self.look()?;
        let mark = f.mark();
        let position = e.position();
        if !position.is_none() {
            f.position = position;
        }
        self.value(f, e, d)?;
        f.release(mark);
        Ok(())
    }

    fn value(&mut self, f: &mut FunctionBuilder, e: &Expr, d: Reg) -> Compiled {
        match e {
            Expr::IntegerConstant(i, _) => match i32::try_from(*i) {
                Ok(i) => drop(f.emit(Op::Int(d, i))),
                Err(_) => self.load(f, d, Dynamic::from_int(*i)),
            },
            Expr::BoolConstant(b, _) => drop(f.emit(Op::Bool(d, *b))),
            Expr::Unit(_) => drop(f.emit(Op::Unit(d))),
            Expr::FloatConstant(..) | Expr::CharConstant(..) | Expr::StringConstant(..) | Expr::DynamicConstant(..) => {
                match e.get_literal_value(None) {
                    Some(value) if value.is_fnptr() => return self.pointer(f, d, &value),
                    Some(value) => self.load(f, d, value),
                    None => {}
                }
            }
            Expr::Variable(v, _, position) if v.2.is_empty() => return self.variable(f, &v.1, *position, d),
            Expr::Variable(v, ..) => {
                let t = f.temporary()?;
                self.qualified_variable(f, &v.2, &v.1, t)?;
                f.emit(Op::Move(d, t));
            }
            Expr::ThisPtr(position) => return self.this(f, *position, d),
            Expr::Stmt(block) => return self.block(f, block.statements(), Some(d)),
            Expr::FnCall(call, position) => return self.call(f, call, *position, d),
            Expr::And(x, _) => return self.logic(f, x, d, true),
            Expr::Or(x, _) => return self.logic(f, x, d, false),
            Expr::Coalesce(x, _) => return self.coalesce(f, x, d),
            Expr::Array(x, _) => return self.array(f, x, d),
            Expr::Map(x, _) => return self.map(f, &x.0, d),
            Expr::InterpolatedString(x, _) => return self.interpolation(f, x, d),
            Expr::Dot(..) | Expr::Index(..) => return self.chain_value(f, e, d),
            Expr::Custom(_, position) => return unsupported("custom syntax", *position),
            other => return unsupported(&format!("{other:?}"), other.position()),
        }
        Ok(())
    }

    /// A closure, or a function's name as a value.
    fn pointer(&mut self, f: &mut FunctionBuilder, d: Reg, value: &Dynamic) -> Compiled {
        let name: ImmutableString = value.read_lock::<FnPtr>().map_or_else(ImmutableString::new, |p| p.fn_name().into());
        let n = *self.pointers.entry(name.clone()).or_insert_with(|| {
            self.program.pointers.push(name);
            self.program.pointers.len() - 1
        });
        let n = numbered(n + 1, f)?;
        f.emit(Op::Pointer(d, n));
        Ok(())
    }

    fn load(&mut self, f: &mut FunctionBuilder, d: Reg, value: Dynamic) {
        let k = self.constant(value);
        f.emit(Op::Const(d, k));
    }

    fn variable(&mut self, f: &mut FunctionBuilder, name: &ImmutableString, position: Position, d: Reg) -> Compiled {
        f.position = position;
        if f.dynamic {
            let (register, _) = f.find_static(name);
            let site = self.named_site(f, name, position);
            f.emit_at(Op::LoadNamed(d, register), site);
            return Ok(());
        }
        if let Some(register) = f.find(name) {
            if register != d {
                f.emit(Op::Move(d, register));
            }
            return Ok(());
        }
        let outer = f.find_outer(name);
        if let (Some(function), None) = (self.function_named(name), outer) {
            return self.pointer(f, d, &function);
        }
        if let Some(register) = outer {
            // A function's name is its value, unless the scope has a variable of that name.
            let meaning = crate::program::Meaning {
                function: self.program.any_function(name),
                ..Default::default()
            };
            let site = self.site(name, 0, meaning, position);
            f.emit_at(Op::LoadOuter(d, register), site);
            return Ok(());
        }
        self.unknown_variable(f, name, position);
        Ok(())
    }

    /// A function's name used as a value.
    fn function_named(&self, name: &ImmutableString) -> Option<Dynamic> {
        self.program
            .has_function(name)
            .then(|| FnPtr::new(name.clone()).ok().map(Dynamic::from))?
    }

    /// `space::name` in register `t`, read-only: a module's variable, or a global constant.
    pub(super) fn qualified_variable(&mut self, f: &mut FunctionBuilder, space: &Namespace, name: &ImmutableString, t: Reg) -> Compiled {
        f.position = space.position();
        let site = self.native_site(name, 0, f.position);
        if space.path.len() == 1 && space.path[0].as_str() == "global" {
            f.emit_at(Op::LoadGlobal(t), site);
            f.emit(Op::Freeze(t));
        } else {
            let n = self.namespace(f, space)?;
            f.emit_at(Op::ModuleVariable(t, n), site);
        }
        Ok(())
    }

    /// Number of a namespace of the program.
    pub(super) fn namespace(&mut self, f: &FunctionBuilder, space: &Namespace) -> Compiled<u16> {
        let path = space.path.iter().map(|part| part.as_str().into()).collect();
        let space = crate::program::Namespace { path };
        let n = *self.namespaces.entry(space.text().into()).or_insert_with(|| {
            self.program.namespaces.push(space);
            self.program.namespaces.len() - 1
        });
        numbered(n + 1, f)
    }

    fn this(&mut self, f: &mut FunctionBuilder, position: Position, d: Reg) -> Compiled {
        let Some(this) = f.this else { return unsupported("this", position) };
        f.position = position;
        f.emit(Op::CheckThis(this));
        f.emit(Op::Move(d, this));
        Ok(())
    }

    /// A register that holds the value of `e`: the variable's own, or a temporary.
    pub(super) fn operand(&mut self, f: &mut FunctionBuilder, e: &Expr) -> Compiled<Reg> {
        if let Some(register) = local_of(f, e) {
            return Ok(register);
        }
        let t = f.temporary()?;
        self.expression(f, e, t)?;
        Ok(t)
    }

    /// Operands left to right; a variable on the left is copied when the right side may change it.
    pub(super) fn operands(&mut self, f: &mut FunctionBuilder, a: &Expr, b: &Expr) -> Compiled<(Reg, Reg)> {
        let left = match (local_of(f, a), a) {
            (Some(_), Expr::Variable(v, ..)) if scan::may_change(b, &v.1, f.captured.contains(&v.1)) => {
                let t = f.temporary()?;
                self.expression(f, a, t)?;
                t
            }
            _ => self.operand(f, a)?,
        };
        Ok((left, self.operand(f, b)?))
    }

    fn logic(&mut self, f: &mut FunctionBuilder, parts: &[Expr], d: Reg, and: bool) -> Compiled {
        let mut jumps = Vec::new();
        for e in parts {
            let value = self.operand(f, e)?;
            f.position = e.position();
            jumps.push(f.emit(if and { Op::JumpIfNot(value, 0) } else { Op::JumpIf(value, 0) }));
        }
        f.emit(Op::Bool(d, and));
        let end = f.emit(Op::Jump(0));
        for jump in jumps {
            f.land(jump)?;
        }
        f.emit(Op::Bool(d, !and));
        f.land(end)
    }

    fn coalesce(&mut self, f: &mut FunctionBuilder, parts: &[Expr], d: Reg) -> Compiled {
        let value = f.temporary()?;
        let mut jumps = Vec::new();
        for (i, e) in parts.iter().enumerate() {
            self.expression(f, e, value)?;
            if i + 1 < parts.len() {
                jumps.push(f.emit(Op::JumpIfSome(value, 0)));
            }
        }
        for jump in jumps {
            f.land(jump)?;
        }
        f.emit(Op::Take(d, value));
        Ok(())
    }

    fn array(&mut self, f: &mut FunctionBuilder, items: &[Expr], d: Reg) -> Compiled {
        let whole = f.temporary()?;
        let first = items.len().min(LITERAL_CHUNK);
        let base = self.consecutive(f, &items[..first])?;
        f.emit(Op::Array(whole, base, first as u16));
        for e in &items[first..] {
            let mark = f.mark();
            let t = f.temporary()?;
            self.expression(f, e, t)?;
            f.emit(Op::Push(whole, t));
            f.release(mark);
        }
        f.emit(Op::Take(d, whole));
        Ok(())
    }

    /// Values of the expressions in new consecutive registers; at least one is taken.
    pub(super) fn consecutive(&mut self, f: &mut FunctionBuilder, items: &[Expr]) -> Compiled<Reg> {
        let base = f.temporary()?;
        for (i, e) in items.iter().enumerate() {
            let t = if i == 0 { base } else { f.temporary()? };
            self.expression(f, e, t)?;
        }
        Ok(base)
    }

    fn map(&mut self, f: &mut FunctionBuilder, items: &[(rhai::Ident, Expr)], d: Reg) -> Compiled {
        let base = f.temporary()?;
        for (i, (_, e)) in items.iter().enumerate() {
            let t = if i == 0 { base } else { f.temporary()? };
            self.expression(f, e, t)?;
        }
        self.program.shape_keys.push(items.iter().map(|(k, _)| k.name.clone()).collect());
        let shape = super::index(self.program.shape_keys.len());
        f.emit_at(Op::Map(d, base, items.len() as u16), shape);
        Ok(())
    }

    fn interpolation(&mut self, f: &mut FunctionBuilder, parts: &[Expr], d: Reg) -> Compiled {
        let base = self.consecutive(f, parts)?;
        let at = parts.first().map_or(Position::NONE, Expr::position);
        let site = self.native_site("to_string", 1, at);
        f.emit_at(Op::Interpolate(d, base, parts.len() as u16), site);
        Ok(())
    }
}

/// The register of a local variable, when `e` is one.
pub(super) fn local_of(f: &FunctionBuilder, e: &Expr) -> Option<Reg> {
    match e {
        Expr::Variable(v, ..) if v.2.is_empty() => f.find(&v.1),
        _ => None,
    }
}
