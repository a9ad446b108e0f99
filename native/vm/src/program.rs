//! A program: a script's bytecode and tables, compiled once and shared by its runs.
//!
//! Immutable but for the inline caches in its call sites.

use crate::bytecode::{Op, Reg};
pub(crate) use crate::chain::{Arithmetic, Chain, End, Link, Step};
pub(crate) use crate::namespace::Namespace;
pub(crate) use crate::site::{Meaning, Site, NOT_OFFERED, NO_SITE};
use crate::suffix::Suffix;
use crate::switch_table::{SwitchRange, SwitchTable};
use crate::value::Value;
use rhai::{ImmutableString, Position};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// A table by name.
pub(crate) type Names<T> = HashMap<ImmutableString, T, std::hash::BuildHasherDefault<ahash::AHasher>>;

/// One function's code. Index 0 is the script's top level.
#[derive(Debug, Default)]
pub(crate) struct Function {
    /// Its name; empty for the top level.
    pub(crate) name: ImmutableString,
    pub(crate) code: Vec<Op>,
    /// Source position of each instruction.
    pub(crate) positions: Vec<Position>,
    /// Call site, chain or name of each instruction, or `NO_SITE`.
    pub(crate) sites: Vec<u32>,
    /// Registers of a frame: parameters, `this`, variables, temporaries.
    pub(crate) registers: u16,
    /// How many of them take arguments.
    pub(crate) parameters: u16,
    /// How many of them, from the first, are its caller's: it runs inside the caller's frame.
    pub(crate) shared: u16,
    /// Register of `this`, when the body uses it.
    pub(crate) this: Option<Reg>,
    /// Its variables and where they are visible, where other code may run inside it.
    pub(crate) names: Vec<Range>,
}

/// From which instruction to which a variable is visible.
#[derive(Debug, Clone)]
pub(crate) struct Range {
    pub(crate) name: ImmutableString,
    pub(crate) register: Reg,
    pub(crate) from: u32,
    pub(crate) to: u32,
}

impl Function {
    /// The site beside instruction `pc`.
    #[inline]
    pub(crate) fn site(&self, pc: usize) -> usize {
        self.sites[pc] as usize
    }

    /// The variables visible at instruction `pc`, in order of declaration.
    pub(crate) fn visible(&self, pc: usize) -> Vec<(ImmutableString, Reg)> {
        let here = |r: &&Range| (r.from as usize) <= pc && pc < r.to as usize;
        self.names.iter().filter(here).map(|r| (r.name.clone(), r.register)).collect()
    }

    /// Whether it is a closure: nobody but its own pointers can name it.
    pub(crate) fn is_closure(&self) -> bool {
        self.name.starts_with("anon$")
    }
}

/// A place where other code may run inside a function: the text of `eval`, a function called with `!`.
#[derive(Debug, Clone, Default)]
pub(crate) struct ScopeView {
    /// The first register that is free there.
    pub(crate) free: Reg,
    /// Depth of blocks.
    pub(crate) depth: u16,
    /// It is the script's top level.
    pub(crate) is_root: bool,
    /// The call it belongs to, when it is a function called with `!`.
    pub(crate) site: u32,
}

/// A variable of the top level that outlives the run.
#[derive(Debug, Clone)]
pub(crate) struct RootVariable {
    pub(crate) name: ImmutableString,
    pub(crate) register: Reg,
    pub(crate) constant: bool,
    /// Expected from the scope the run starts with (never declared by the script).
    pub(crate) outer: bool,
}

/// A function the script defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionInfo {
    /// Its name.
    pub name: String,
    /// Names of its parameters.
    pub params: Vec<String>,
    /// Declared `private`.
    pub private: bool,
    /// 1-based line, 0 = unknown.
    pub line: u32,
    /// 1-based column in characters, 0 = unknown.
    pub column: u32,
    /// Doc comments, one line each.
    pub doc: Vec<String>,
    /// The type whose method it is.
    pub this_type: Option<String>,
}

impl FunctionInfo {
    /// Whether it is a closure: nobody can call it by name.
    pub(crate) fn is_closure(&self) -> bool {
        self.name.starts_with("anon$")
    }
}

/// A place where the script calls the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostUse {
    /// The host function's name.
    pub name: String,
    /// Its id in the [`crate::HostNames`] the program was compiled with.
    pub function: u32,
    /// 1-based line.
    pub line: u32,
    /// 1-based column in characters.
    pub column: u32,
}

/// Bytecode and tables of one script.
#[derive(Debug, Default)]
pub struct Program {
    pub(crate) name: ImmutableString,
    pub(crate) functions: Vec<Function>,
    pub(crate) constants: Vec<Value>,
    pub(crate) suffixes: Vec<Suffix>,
    /// Functions that the code takes pointers of.
    pub(crate) pointers: Vec<ImmutableString>,
    /// The program whose functions calls by name mean, when they are not its own.
    pub(crate) home: Option<Rc<Program>>,
    pub(crate) sites: Vec<Site>,
    pub(crate) chains: Vec<Chain>,
    pub(crate) scopes: Vec<ScopeView>,
    pub(crate) namespaces: Vec<Namespace>,
    /// The functions as parsed, for calls inside another scope; only where a script may make such calls.
    pub(crate) definitions: Vec<Rc<rhai::ScriptFuncDef>>,
    pub(crate) shape_keys: Vec<Vec<ImmutableString>>,
    pub(crate) switches: Vec<SwitchTable>,
    pub(crate) ranges: Vec<SwitchRange>,
    pub(crate) errors: Vec<rhai::EvalAltResult>,
    /// Name → (arity, function).
    pub(crate) by_name: Names<Vec<(u16, u16)>>,
    /// (type, name, arity) → function.
    pub(crate) typed: HashMap<(ImmutableString, ImmutableString, u16), u16>,
    /// Names and arities of those methods.
    pub(crate) typed_names: HashSet<(ImmutableString, u16)>,
    /// Host functions at compile time, for function pointers by name.
    pub(crate) hosts: Rc<crate::HostNames>,
    pub(crate) root: Vec<RootVariable>,
    pub(crate) infos: Vec<FunctionInfo>,
    pub(crate) uses: Vec<HostUse>,
    /// Calls of functions that nobody has: name, line, column.
    pub(crate) unknown: Vec<(ImmutableString, u32, u32)>,
    pub(crate) paths: Vec<(String, u32, u32)>,
    /// Names that an `import` of the script gives to a module; known only where host functions have namespaces.
    pub(crate) aliases: Vec<ImmutableString>,
}

impl Program {
    /// The functions the script defines, closures not counted.
    #[must_use]
    pub fn functions(&self) -> Vec<FunctionInfo> {
        self.infos.iter().filter(|f| !f.is_closure()).cloned().collect()
    }

    /// Where the script calls the host, in the order of the code.
    #[must_use]
    pub fn host_calls(&self) -> Vec<HostUse> {
        self.uses.clone()
    }

    /// Calls of functions that neither the script nor the host nor rhai has: name, line, column.
    #[must_use]
    pub fn unknown_calls(&self) -> Vec<(String, u32, u32)> {
        self.unknown
            .iter()
            .map(|(name, line, column)| (name.to_string(), *line, *column))
            .collect()
    }

    /// Literal `import` paths: path, line, column.
    #[must_use]
    pub fn imports(&self) -> Vec<(String, u32, u32)> {
        self.paths.clone()
    }

    /// Bytes of heap the program holds, roughly.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let code: usize = self
            .functions
            .iter()
            .map(|f| f.code.capacity() * 16 + std::mem::size_of::<Function>())
            .sum();
        code + self.constants.capacity() * 16 + self.sites.len() * std::mem::size_of::<Site>() + self.chains.len() * std::mem::size_of::<Chain>()
    }

    /// The program whose functions its calls by name mean: itself, or for the text of `eval` its caller's.
    pub(crate) fn home(this: &Rc<Self>) -> &Rc<Self> {
        this.home.as_ref().unwrap_or(this)
    }

    /// The program whose functions its calls by name mean.
    fn names(&self) -> &Self {
        self.home.as_deref().unwrap_or(self)
    }

    /// Whether there is a function of this name.
    pub(crate) fn has_function(&self, name: &str) -> bool {
        self.names().by_name.contains_key(name)
    }

    /// Whether there are typed methods of this name and arity.
    pub(crate) fn has_typed(&self, name: &ImmutableString, argc: usize) -> bool {
        let known = &self.names().typed_names;
        !known.is_empty() && u16::try_from(argc).is_ok_and(|argc| known.contains(&(name.clone(), argc)))
    }

    /// Some function of this name, of whatever arity.
    pub(crate) fn any_function(&self, name: &str) -> Option<u16> {
        self.names()
            .by_name
            .get(name)
            .and_then(|list| list.first())
            .map(|(_, function)| *function)
    }

    /// The script function of this name and arity.
    pub(crate) fn find(&self, name: &str, argc: usize) -> Option<u16> {
        let list = self.names().by_name.get(name)?;
        list.iter().find(|(arity, _)| usize::from(*arity) == argc).map(|(_, function)| *function)
    }

    /// The typed method of this type, name and arity.
    pub(crate) fn find_typed(&self, this: &str, name: &ImmutableString, argc: usize) -> Option<u16> {
        let typed = &self.names().typed;
        if typed.is_empty() {
            return None;
        }
        let argc = u16::try_from(argc).ok()?;
        typed.get(&(this.into(), name.clone(), argc)).copied()
    }
}
