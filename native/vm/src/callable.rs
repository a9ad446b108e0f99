//! A function of a script outside of its run: a pointer, and what its code needs from the fiber it was made in.
//!
//! Whoever holds one can call it again and again, long after that fiber has ended: every call is a fiber of its own.
//! Captured variables are shared by all of them.

use crate::machine::{origin, Machine};
use crate::program::Program;
use crate::Vm;
use rhai::{Dynamic, Engine, FnPtr, GlobalRuntimeState, ImmutableString};
use std::rc::Rc;

/// A fiber's program and `global::` constants.
#[derive(Debug, Clone)]
pub struct Home {
    pub(crate) program: Rc<Program>,
    /// Each of its program.
    pub(crate) constants: Vec<(Rc<Program>, ImmutableString, Dynamic)>,
}

/// Two pointers with the same identity are the same function: its program, its name, where its captured variables live.
pub type Identity = (usize, ImmutableString, Vec<usize>);

/// Reads which program a pointer comes from.
pub struct Origins {
    engine: Engine,
    global: GlobalRuntimeState,
}

impl Default for Origins {
    fn default() -> Self {
        let engine = Engine::new_raw();
        let global = engine.new_global_runtime_state();
        Self { engine, global }
    }
}

impl std::fmt::Debug for Origins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Origins").finish_non_exhaustive()
    }
}

/// A function pointer that can be called without the fiber it comes from.
#[derive(Debug, Clone)]
pub struct Callable {
    pointer: FnPtr,
    /// The program it comes from; none for a native or a function of the host.
    program: Option<Rc<Program>>,
    home: Option<Home>,
}

impl Callable {
    /// `value`, when it is a function pointer.
    #[must_use]
    pub fn of(value: &Dynamic, origins: &Origins) -> Option<Self> {
        let pointer = value.read_lock::<FnPtr>()?.clone();
        let program = origin::read(&origins.engine, &origins.global, &pointer);
        Some(Self {
            pointer,
            program,
            home: None,
        })
    }

    /// Its name in the script; closures have generated ones.
    #[must_use]
    pub fn name(&self) -> ImmutableString {
        origin::name_of(&self.pointer)
    }

    /// The value a script gets.
    pub fn value(&self) -> Dynamic {
        self.pointer.clone().into()
    }

    /// Where it comes from.
    pub fn set_home(&mut self, home: Home) {
        self.home = Some(home);
    }

    /// What makes it the same function as another; nothing when it carries values of its own.
    #[must_use]
    pub fn identity(&self) -> Option<Identity> {
        let captured = self.pointer.iter_curry().map(address).collect::<Option<_>>()?;
        let program = self.program.as_ref().map_or(0, |program| Rc::as_ptr(program) as usize);
        Some((program, self.pointer.fn_name().into(), captured))
    }

    /// A fiber that calls it, when it is a function of a script with that many parameters.
    #[must_use]
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub fn machine(&self, vm: &Vm, args: &[Dynamic]) -> Option<Machine> {
        match (&self.home, &self.program) {
            (Some(home), _) => Machine::of_callable(vm, home, &self.pointer, args),
            (None, Some(program)) => Machine::call_pointer(vm, program, &self.pointer, args.to_vec()).ok(),
            (None, None) => None,
        }
    }
}

/// Where a captured variable lives.
fn address(captured: &Dynamic) -> Option<usize> {
    if !captured.is_shared() || captured.is_locked() {
        return None;
    }
    let place = captured.read_lock::<Dynamic>()?;
    Some(std::ptr::from_ref::<Dynamic>(&place) as usize)
}
