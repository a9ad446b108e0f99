//! Where a function pointer comes from: a pointer to a script's function keeps its program alive and findable.
//!
//! rhai's `FnPtr` has room for a native function. Ours is never called by a script: it owns the program, and answers
//! with it when the machine asks ([`of`]). Such pointers copy, curry and print like any other. Native functions must
//! have plain names, so a closure's `anon$…` is spelled `anon_…` in its pointers; [`name_of`] gives the true one.

use super::Error;
use crate::program::Program;
use crate::Vm;
use rhai::{Dynamic, Engine, FnPtr, GlobalRuntimeState, ImmutableString, NativeCallContext, Position};
use std::fmt::Write;
use std::rc::Rc;

const ANONYMOUS: &str = "anon$";
const SPELLED: &str = "anon_";

/// A pointer to function `name` of `program`.
#[allow(deprecated)] // "volatile", which the exact version of rhai takes care of
pub(crate) fn pointer(name: &str, program: &Rc<Program>) -> Result<FnPtr, Error> {
    let owned = program.clone();
    FnPtr::from_fn(spelled(name), move |_, _| Ok(Dynamic::from(owned.clone())))
}

/// A function's name as pointers have it.
pub(crate) fn spelled(name: &str) -> ImmutableString {
    name.replacen(ANONYMOUS, SPELLED, 1).into()
}

/// The name of a pointer's function as rhai has it.
pub(crate) fn name_of(pointer: &FnPtr) -> ImmutableString {
    if pointer.fn_name().starts_with(SPELLED) && carries(pointer) {
        pointer.fn_name().replacen(SPELLED, ANONYMOUS, 1).into()
    } else {
        pointer.fn_name().into()
    }
}

/// The program a pointer comes from, when it carries it.
pub(crate) fn of(vm: &Vm, pointer: &FnPtr) -> Option<Rc<Program>> {
    read(&vm.engine, &vm.global, pointer)
}

/// The same with any engine: it has no part in the answer.
pub(crate) fn read(engine: &Engine, global: &GlobalRuntimeState, pointer: &FnPtr) -> Option<Rc<Program>> {
    if !carries(pointer) {
        return None;
    }
    let context = NativeCallContext::new_with_all_fields(engine, "", None, global, Position::NONE);
    let mut bare = pointer.clone();
    bare.set_curry([]);
    bare.call_raw(&context, None, []).ok()?.try_cast::<Rc<Program>>()
}

/// Whether it holds a native function: told by the first letters of its debug text, which rhai writes piece by piece.
fn carries(pointer: &FnPtr) -> bool {
    struct Head(String);
    impl Write for Head {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            self.0.push_str(text);
            if self.0.len() < 3 {
                Ok(())
            } else {
                Err(std::fmt::Error)
            }
        }
    }
    let mut head = Head(String::new());
    let _ = write!(head, "{pointer:?}");
    head.0.starts_with("Fn#")
}
