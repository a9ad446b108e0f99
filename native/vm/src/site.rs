//! Call sites: what a name in the code may mean, and what the machine has learnt there.

use crate::bytecode::Reg;
use crate::machine::{Direct, Routine, SiteCache};
use rhai::{ImmutableString, Position};
use std::cell::RefCell;

/// No call site beside an instruction.
pub(crate) const NO_SITE: u32 = u32::MAX;
/// An argument of a host call that is copied.
pub(crate) const NOT_OFFERED: Reg = Reg::MAX;

/// What a call by name may mean, found out when the script is compiled.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Meaning {
    /// The script's own function of this name and arity.
    pub(crate) function: Option<u16>,
    /// The script's own function when called as a method (arity without the target).
    pub(crate) method: Option<u16>,
    /// The same, when nothing but a closure in a map can go before it.
    pub(crate) own_method: Option<u16>,
    /// There are typed methods of this name and arity.
    pub(crate) typed: bool,
    /// The host's function of this name.
    pub(crate) host: Option<u32>,
    /// A native that looks at the program.
    pub(crate) reflects: bool,
    /// The routine that runs callbacks in the machine.
    pub(crate) routine: Option<Routine>,
    /// A native that the machine does itself, when nothing of the script or the host goes before it.
    pub(crate) direct: Option<Direct>,
}

/// A place in the code that calls something by name.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) name: ImmutableString,
    /// Number of arguments, the target of a method not counted.
    pub(crate) argc: u16,
    pub(crate) meaning: Meaning,
    pub(crate) position: Position,
    /// Of a host call: by argument, the variable that may be read in place of a copy (`NOT_OFFERED`: none).
    pub(crate) offers: Box<[Reg]>,
    /// Position of the first argument, or of the namespace.
    pub(crate) argument_position: Position,
    /// The native function resolved last.
    pub(crate) cache: RefCell<SiteCache>,
}

impl Site {
    pub(crate) fn new(name: ImmutableString, argc: usize, meaning: Meaning, position: Position) -> Self {
        Self {
            name,
            argc: u16::try_from(argc).unwrap_or(u16::MAX),
            meaning,
            position,
            offers: Box::default(),
            argument_position: position,
            cache: RefCell::default(),
        }
    }
}
