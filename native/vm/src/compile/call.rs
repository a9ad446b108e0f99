//! Calls by name: the script's own functions, the host's, rhai's packages, and the words that are no functions.

use super::expr::local_of;
use super::function::FunctionBuilder;
use super::{Compiled, Compiler};
use crate::bytecode::{Op, Reg};
use crate::machine::{reflects, Direct, Routine};
use crate::program::{Meaning, NO_SITE};
use rhai::{Dynamic, Expr, FnCallExpr, ImmutableString, Position};

impl Compiler {
    /// What `name(argc arguments)` means, as a function and as a method.
    pub(super) fn meaning(&self, name: &ImmutableString, argc: usize) -> Meaning {
        let function = self.program.find(name, argc);
        let typed = self.program.has_typed(name, argc);
        let host = self.program.hosts.get(name);
        let native = function.is_none() && !typed && host.is_none();
        Meaning {
            function,
            method: function,
            own_method: function.filter(|_| !typed && !matches!(name.as_str(), "call" | "curry")),
            typed,
            host,
            reflects: reflects(name, argc),
            routine: Routine::of(name, argc),
            direct: if native { Direct::of(name, argc) } else { None },
        }
    }

    pub(super) fn call(&mut self, f: &mut FunctionBuilder, call: &FnCallExpr, position: Position, d: Reg) -> Compiled {
        f.position = position;
        if let Some(token) = &call.op_token {
            match call.args.len() {
                1 => return self.unary(f, token, &call.name, &call.args[0], position, d),
                2 if self.meaning(&call.name, 2).function.is_none() => return self.binary(f, token, &call.name, &call.args, position, d),
                _ => {}
            }
        }
        if call.capture_parent_scope && !call.is_qualified() && self.program.find(&call.name, call.args.len()).is_some() {
            return self.call_inside(f, call, position, d);
        }
        if call.is_qualified() {
            return self.qualified_call(f, call, position, d);
        }
        match (&*call.name, call.args.len()) {
            ("call", 1..) => self.call_pointer(f, &call.args, position, d),
            ("Fn", 1) => self.make_pointer(f, &call.args[0], position, d),
            ("curry", 2..) => self.curry(f, &call.args, position, d),
            ("is_shared", 1) => self.is_shared(f, &call.args[0], d),
            ("is_def_var", 1) => self.is_defined(f, &call.args[0], position, d),
            ("eval", 1) => self.eval(f, &call.args[0], position, d),
            _ => self.named_call(f, &call.name, &call.args, position, d),
        }
    }

    /// `space::name(…)`: a function of a module that the script imports under that name, or else of the host.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn qualified_call(&mut self, f: &mut FunctionBuilder, call: &FnCallExpr, position: Position, d: Reg) -> Compiled {
        let full: ImmutableString = format!("{}::{}", call.namespace, call.name).into();
        let is_imported = self.program.aliases.iter().any(|alias| *alias == *call.namespace.root());
        match self.program.hosts.get(&full).filter(|_| !is_imported) {
            Some(host) => self.host_call(f, &full, host, &call.args, position, d),
            None => self.module_call(f, call, position, d),
        }
    }

    fn module_call(&mut self, f: &mut FunctionBuilder, call: &FnCallExpr, position: Position, d: Reg) -> Compiled {
        let base = self.arguments(f, &call.args)?;
        let n = self.namespace(f, &call.namespace)?;
        let site = self.native_site(&call.name, call.args.len(), position);
        self.program.sites[site as usize].argument_position = call.namespace.position();
        f.position = position;
        f.emit_at(Op::CallModule(base, d, n), site);
        Ok(())
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn named_call(&mut self, f: &mut FunctionBuilder, name: &ImmutableString, args: &[Expr], position: Position, d: Reg) -> Compiled {
        let meaning = self.meaning(name, args.len());
        if let Some(function) = meaning.function {
            let base = self.arguments(f, args)?;
            f.position = position;
            f.emit(match self.program.home {
                None => Op::Call(function, base, d),
                Some(_) => Op::CallHome(function, base, d),
            });
            return Ok(());
        }
        if let Some(host) = meaning.host {
            return self.host_call(f, name, host, args, position, d);
        }
        self.note_unknown(name, &meaning, position);
        let mut meaning = meaning;
        // Written as a function, the target is the first argument.
        let methods = args.len().checked_sub(1);
        meaning.routine = methods.and_then(|argc| Routine::of(name, argc));
        meaning.direct = methods.and_then(|argc| Direct::of(name, argc));
        let argc = args.len();
        let site = self.site(name, argc.saturating_sub(1), meaning, position);
        if let (true, Some(Expr::Variable(v, _, at))) = (f.dynamic, args.first()) {
            if v.2.is_empty() && self.program.any_function(&v.1).is_none() {
                let base = self.consecutive(f, &args[1..])?;
                let target = self.lend(f, &v.1, *at)?;
                f.position = position;
                f.emit_at(Op::CallNamedRef(target, base, d), site);
                self.give_back(f);
                return Ok(());
            }
        }
        if let Some(target) = args.first().and_then(|e| self.reference(f, e)) {
            let base = self.consecutive(f, &args[1..])?;
            f.position = position;
            self.check_reference(f, &args[0], target);
            f.position = position;
            f.emit_at(Op::CallNamedRef(target, base, d), site);
            return Ok(());
        }
        let base = self.arguments(f, args)?;
        f.position = position;
        f.emit_at(Op::CallNamed(base, d, argc as u16), site);
        Ok(())
    }

    /// Arguments in consecutive registers. A variable in front is read last, as rhai does.
    pub(super) fn arguments(&mut self, f: &mut FunctionBuilder, args: &[Expr]) -> Compiled<Reg> {
        match args {
            [first @ Expr::Variable(..), rest @ ..] if !rest.is_empty() => {
                let base = f.temporary()?;
                for e in rest {
                    let t = f.temporary()?;
                    self.expression(f, e, t)?;
                }
                self.expression(f, first, base)?;
                Ok(base)
            }
            _ => self.consecutive(f, args),
        }
    }

    /// The register of a variable that a native may change in place.
    pub(super) fn reference(&self, f: &FunctionBuilder, e: &Expr) -> Option<Reg> {
        match e {
            Expr::Variable(v, ..) if v.2.is_empty() => f
                .find(&v.1)
                .or_else(|| f.find_outer(&v.1).filter(|_| self.program.any_function(&v.1).is_none())),
            Expr::ThisPtr(_) => f.this,
            _ => None,
        }
    }

    pub(super) fn check_reference(&mut self, f: &mut FunctionBuilder, e: &Expr, register: Reg) {
        match e {
            Expr::Variable(v, _, position) if f.find(&v.1).is_none() => self.check_outer(f, &v.1, register, *position),
            Expr::ThisPtr(position) => {
                f.position = *position;
                f.emit(Op::CheckThis(register));
            }
            _ => {}
        }
    }

    /// `call(pointer, arguments)`.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn call_pointer(&mut self, f: &mut FunctionBuilder, args: &[Expr], position: Position, d: Reg) -> Compiled {
        let pointer = f.temporary()?;
        self.expression(f, &args[0], pointer)?;
        let base = self.consecutive(f, &args[1..])?;
        f.position = position;
        let site = self.native_site("call", args.len() - 1, position);
        self.program.sites[site as usize].argument_position = args[0].start_position();
        f.emit_at(Op::CallPtr(pointer, base, d), site);
        Ok(())
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn make_pointer(&mut self, f: &mut FunctionBuilder, e: &Expr, position: Position, d: Reg) -> Compiled {
        let name = self.operand(f, e)?;
        let site = self.native_site("Fn", 1, position);
        self.program.sites[site as usize].argument_position = e.start_position();
        f.position = e.start_position();
        f.emit_at(Op::MakeFn(d, name), site);
        Ok(())
    }

    /// `curry(pointer, values)`: captured variables go in as they stand, shared.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn curry(&mut self, f: &mut FunctionBuilder, args: &[Expr], position: Position, d: Reg) -> Compiled {
        let base = f.temporary()?;
        for _ in 1..args.len() {
            f.temporary()?;
        }
        for (t, (i, e)) in (base..).zip(args.iter().enumerate()) {
            let mark = f.mark();
            if let (true, true, Expr::Variable(v, _, at)) = (f.dynamic, i > 0, e) {
                let register = self.lend(f, &v.1, *at)?;
                f.emit(Op::MoveRaw(t, register));
                self.give_back(f);
                f.release(mark);
                continue;
            }
            match self.reference(f, e) {
                Some(register) if i > 0 => {
                    self.check_reference(f, e, register);
                    f.emit(Op::MoveRaw(t, register));
                }
                _ => self.expression(f, e, t)?,
            }
        }
        f.position = position;
        let site = self.native_site("curry", args.len(), position);
        self.program.sites[site as usize].argument_position = args[0].start_position();
        f.emit_at(Op::Curry(d, base, args.len() as u16), site);
        Ok(())
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn is_shared(&mut self, f: &mut FunctionBuilder, e: &Expr, d: Reg) -> Compiled {
        match (self.reference(f, e), e) {
            (_, Expr::Variable(v, _, at)) if f.dynamic && v.2.is_empty() => {
                let register = self.lend(f, &v.1, *at)?;
                f.emit(Op::IsShared(d, register));
                self.give_back(f);
            }
            (Some(register), _) => {
                self.check_reference(f, e, register);
                f.emit(Op::IsShared(d, register));
            }
            (None, _) => {
                let t = self.operand(f, e)?;
                f.emit(Op::IsShared(d, t));
            }
        }
        Ok(())
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn is_defined(&mut self, f: &mut FunctionBuilder, e: &Expr, position: Position, d: Reg) -> Compiled {
        let name = self.operand(f, e)?;
        f.position = e.start_position();
        let view = self.scope_view(f, NO_SITE);
        f.emit_at(Op::IsDefined(d, name), view);
        f.position = position;
        Ok(())
    }

    /// `eval(text)`: errors of the text stand at the text.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn eval(&mut self, f: &mut FunctionBuilder, e: &Expr, position: Position, d: Reg) -> Compiled {
        let text = self.operand(f, e)?;
        f.position = e.start_position();
        let view = self.scope_view(f, NO_SITE);
        f.emit_at(Op::Eval(d, text), view);
        f.position = position;
        Ok(())
    }

    /// `name!(arguments)`: the function runs in the scope of this one.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn call_inside(&mut self, f: &mut FunctionBuilder, call: &FnCallExpr, position: Position, d: Reg) -> Compiled {
        let base = self.consecutive(f, &call.args)?;
        let site = self.native_site(&call.name, call.args.len(), position);
        f.position = position;
        let view = self.scope_view(f, site);
        f.emit_at(Op::CallInside(d, base), view);
        Ok(())
    }

    /// Where code that runs inside this function would start now.
    fn scope_view(&mut self, f: &FunctionBuilder, site: u32) -> u32 {
        self.program.scopes.push(f.view(site));
        super::index(self.program.scopes.len())
    }

    /// A constant in a register of its own.
    pub(super) fn load_constant(&mut self, f: &mut FunctionBuilder, value: Dynamic) -> Compiled<Reg> {
        let t = f.temporary()?;
        let k = self.constant(value);
        f.emit(Op::Const(t, k));
        Ok(t)
    }

    /// A register for an index: a variable's own only when nothing after it may change it.
    pub(super) fn index_operand(&mut self, f: &mut FunctionBuilder, e: &Expr, stable: bool) -> Compiled<Reg> {
        match local_of(f, e) {
            Some(register) if stable => Ok(register),
            _ => {
                // (rhai's own value of a closure is none of ours: no machine can call it.)
                if let Some(value) = e.get_literal_value(None).filter(|value| !value.is_fnptr()) {
                    return self.load_constant(f, value);
                }
                let t = f.temporary()?;
                self.expression(f, e, t)?;
                Ok(t)
            }
        }
    }
}
