//! Calls to rhai's packages, with an inline cache per call site.
//!
//! A miss goes through rhai's own lookup (overloads, `Dynamic` parameters and error texts are its business) and leaves
//! the resolved function in our cache; a hit calls it directly.

use super::Error;
use crate::host_object::{HostClass, HostObject};
use crate::ledger::Ledger;
use crate::natives::{guard_of, Guard, Guarded};
use crate::program::Site;
use crate::value::is_lent;
use crate::Vm;
use rhai::{Dynamic, EvalAltResult, EvalContext, ImmutableString, NativeCallContext, Position, RhaiFunc, Scope};
use smallvec::SmallVec;
use std::any::TypeId;
use std::rc::Rc;

/// No native takes more arguments.
const MOST_ARGUMENTS: usize = 8;
/// Arguments whose types an error names.
const MOST_NAMED: usize = 64;

/// Arguments whose types a site remembers.
const REMEMBERED: usize = 4;

/// The native a site resolved last.
#[derive(Debug, Default)]
pub(crate) struct SiteCache {
    /// What looks at the call first; found out once.
    guard: Option<Guard>,
    types: [Option<TypeId>; REMEMBERED],
    count: usize,
    function: Option<RhaiFunc>,
    source: Option<ImmutableString>,
}

impl SiteCache {
    fn hit(&self, args: &[&mut Dynamic]) -> bool {
        self.function.is_some() && self.count == args.len() && args.iter().zip(&self.types).all(|(a, t)| *t == Some(a.type_id()))
    }

    /// Whether the native leaves its target as it is.
    pub(crate) fn is_pure(&self) -> bool {
        self.function.as_ref().is_some_and(RhaiFunc::is_pure)
    }

    fn learn(&mut self, types: [Option<TypeId>; REMEMBERED], count: usize, function: RhaiFunc, source: Option<ImmutableString>) {
        *self = Self {
            guard: self.guard,
            types,
            count,
            function: Some(function),
            source,
        };
    }
}

fn types_of(args: &[&mut Dynamic]) -> [Option<TypeId>; REMEMBERED] {
    let mut types = [None; REMEMBERED];
    for (slot, a) in types.iter_mut().zip(args) {
        *slot = Some(a.type_id());
    }
    types
}

/// Gives an error without a position the one of its call.
pub(crate) fn at(mut error: Error, position: Position) -> Error {
    if error.position().is_none() {
        error.set_position(position);
    }
    error
}

impl Vm {
    /// Calls native `site.name`. `by_reference`: the first argument may be changed in place.
    pub(crate) fn call_native(&mut self, site: &Site, args: &mut [&mut Dynamic], by_reference: bool) -> Result<Dynamic, Error> {
        if let Some(value) = self.guard(site, args).map_err(|e| at(e, site.position))? {
            return self.after(site, value, args);
        }
        let cache = site.cache.borrow();
        if !cache.hit(args) {
            drop(cache);
            return self.resolve_and_call(site, args, by_reference).map_err(|e| at(e, site.position));
        }
        let Some(function) = &cache.function else { return Ok(Dynamic::UNIT) };
        let context = NativeCallContext::new_with_all_fields(&self.engine, &site.name, cache.source.as_deref(), &self.global, site.position);
        let result = call_resolved(&mut self.ledger, function, context, args, by_reference, site);
        let value = result.map_err(|e| at(e, site.position))?;
        self.after(site, value, args)
    }

    /// Charges the call, or makes it in rhai's stead.
    #[inline]
    fn guard(&mut self, site: &Site, args: &mut [&mut Dynamic]) -> Guarded {
        let known = site.cache.borrow().guard;
        let guard = known.unwrap_or_else(|| {
            let guard = guard_of(&site.name);
            site.cache.borrow_mut().guard = Some(guard);
            guard
        });
        let guarded = guard(self, site, args);
        self.ledger.level = 0;
        guarded
    }

    /// Sizes and memory are checked.
    fn after(&mut self, site: &Site, value: Dynamic, args: &mut [&mut Dynamic]) -> Result<Dynamic, Error> {
        self.ledger.check_memory().map_err(|e| at(e, site.position))?;
        self.limits.check(&value).map_err(|e| at(e, site.position))?;
        if let Some(first) = args.first() {
            self.limits.check(first).map_err(|e| at(e, site.position))?;
        }
        Ok(value)
    }

    /// rhai's error for a native that does not exist. Looking for one takes rhai two to the power of its arguments.
    #[cold]
    fn unknown_native(&self, site: &Site, args: &[&mut Dynamic]) -> Error {
        let text = std::any::type_name::<ImmutableString>();
        let names = args.iter().take(MOST_NAMED).map(|a| match a.type_name() {
            name if name == text || name == "string" => "&str | ImmutableString | String",
            name => self.engine.map_type_name(name),
        });
        let mut list = names.collect::<Vec<_>>().join(", ");
        if args.len() > MOST_NAMED {
            list.push_str(", …");
        }
        EvalAltResult::ErrorFunctionNotFound(format!("{} ({list})", site.name), site.position).into()
    }

    #[cold]
    fn resolve_and_call(&mut self, site: &Site, args: &mut [&mut Dynamic], by_reference: bool) -> Result<Dynamic, Error> {
        if let ("type_of", [Some(class)]) = (site.name.as_str(), &classes_of(args)[..]) {
            return Ok(class.name.clone().into());
        }
        let (types, count) = (types_of(args), args.len());
        if count > MOST_ARGUMENTS {
            return Err(self.unknown_native(site, args));
        }
        self.caches.fn_resolution_cache_mut().dict.clear();
        let mut scope = Scope::new();
        let mut context = EvalContext::new(&self.engine, &mut self.global, &mut self.caches, &mut scope, None);
        let result = context.call_native_fn_raw(site.name.as_str(), by_reference, args);
        self.locate_output(site.position);
        let learned = &mut self.caches.fn_resolution_cache_mut().dict;
        if count <= REMEMBERED && learned.len() == 1 {
            if let Some(Some(entry)) = learned.drain().map(|(_, e)| e).next() {
                if !matches!(entry.func, RhaiFunc::Script { .. }) {
                    site.cache.borrow_mut().learn(types, count, entry.func, entry.source);
                }
            }
        }
        let value = result.map_err(|e| not_found(e, &site.name, args))?;
        self.after(site, value, args)
    }
}

/// An argument that is held is the reason, as in rhai, when a function is not found; else see [`with_classes`].
#[cold]
fn not_found(error: Error, name: &str, args: &[&mut Dynamic]) -> Error {
    let is_missing = matches!(&*error, EvalAltResult::ErrorFunctionNotFound(text, _) if text.starts_with(name));
    match args
        .iter()
        .position(|a| a.is_locked() || a.read_lock::<Dynamic>().is_some_and(|held| is_lent(&held)))
        .filter(|_| is_missing)
    {
        Some(n) => EvalAltResult::ErrorDataRace(format!("argument #{} of function '{name}'", n + 1), Position::NONE).into(),
        None => with_classes(error, name, args),
    }
}

/// The classes of the arguments that are host objects.
fn classes_of(args: &[&mut Dynamic]) -> SmallVec<[Option<Rc<HostClass>>; REMEMBERED]> {
    args.iter().map(|a| a.read_lock::<HostObject>().map(|o| o.class().clone())).collect()
}

/// What was not found, with the class names of host objects in place of their one Rust type.
fn with_classes(mut error: Error, name: &str, args: &[&mut Dynamic]) -> Error {
    let text = match &mut *error {
        EvalAltResult::ErrorFunctionNotFound(text, _) if text.starts_with(name) => text,
        EvalAltResult::ErrorIndexingType(text, _) => text,
        _ => return error,
    };
    for class in classes_of(args).into_iter().flatten() {
        *text = text.replacen("HostObject", &class.name, 1);
    }
    error
}

fn call_resolved(
    ledger: &mut Ledger,
    function: &RhaiFunc,
    context: NativeCallContext<'_>,
    args: &mut [&mut Dynamic],
    by_reference: bool,
    site: &Site,
) -> Result<Dynamic, Error> {
    if !function.is_pure() && args.first().is_some_and(|a| a.is_read_only()) {
        return Err(EvalAltResult::ErrorNonPureMethodCallOnConstant(site.name.to_string(), site.position).into());
    }
    let context = function.has_context().then_some(context);
    if by_reference && !function.is_method() && !args.is_empty() {
        let mut copy = ledger.copy(args[0])?;
        let mut copied: Vec<&mut Dynamic> = Vec::with_capacity(args.len());
        copied.push(&mut copy);
        copied.extend(args[1..].iter_mut().map(|a| &mut **a));
        return call_function(function, context, &mut copied);
    }
    call_function(function, context, args)
}

fn call_function(function: &RhaiFunc, context: Option<NativeCallContext<'_>>, args: &mut [&mut Dynamic]) -> Result<Dynamic, Error> {
    match function {
        RhaiFunc::Pure { func, .. } | RhaiFunc::Method { func, .. } => func(context, args),
        RhaiFunc::Plugin { func } => func.call(context, args),
        RhaiFunc::StaticPlugin { func } => func.call(context, args),
        _ => Err("no native function".into()),
    }
}
