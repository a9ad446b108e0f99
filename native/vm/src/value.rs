//! A register's content: scalars in the open, everything else as rhai's `Dynamic`.
//!
//! Sixteen bytes: the scalars live in the spare tags of `Dynamic`'s own tag byte. The same number may stand as
//! `Int(5)` or as `Dyn(5)`; the machine's fast paths look for the open form and fall back to the other.
//! Invariant: a `Dyn` may hold a *shared* value (a captured variable); only variables, parameters and curried
//! arguments do, never a plain temporary.

use crate::copy::is_light;
use rhai::{Dynamic, INT};

/// One register.
#[derive(Debug, Default)]
pub(crate) enum Value {
    /// `()`.
    #[default]
    Unit,
    /// A Boolean.
    Bool(bool),
    /// An integer.
    Int(INT),
    /// A float.
    Float(f64),
    /// No variable here yet: reading it is "variable not found" (or "'this' not bound").
    Unbound,
    /// Anything, the scalars included.
    Dyn(Dynamic),
}

impl Clone for Value {
    #[inline]
    fn clone(&self) -> Self {
        match self {
            Self::Unit => Self::Unit,
            Self::Bool(b) => Self::Bool(*b),
            Self::Int(i) => Self::Int(*i),
            Self::Float(f) => Self::Float(*f),
            Self::Unbound => Self::Unbound,
            Self::Dyn(d) => Self::Dyn(d.clone()),
        }
    }
}

impl From<Dynamic> for Value {
    /// Opens scalars. Shared values and values with a tag stay closed.
    #[inline]
    fn from(d: Dynamic) -> Self {
        Self::open(&d).unwrap_or(Self::Dyn(d))
    }
}

impl From<Value> for Dynamic {
    #[inline]
    fn from(v: Value) -> Self {
        match v {
            Value::Unit | Value::Unbound => Dynamic::UNIT,
            Value::Bool(b) => b.into(),
            Value::Int(i) => Dynamic::from_int(i),
            Value::Float(f) => f.into(),
            Value::Dyn(d) => d,
        }
    }
}

impl Value {
    /// The open form of a plain scalar.
    #[inline]
    fn open(d: &Dynamic) -> Option<Self> {
        if d.is_shared() || d.tag() != 0 {
            return None;
        }
        if d.is_int() {
            return d.as_int().ok().map(Self::Int);
        }
        if d.is_bool() {
            return d.as_bool().ok().map(Self::Bool);
        }
        if d.is_float() {
            return d.as_float().ok().map(Self::Float);
        }
        if d.is_unit() {
            return Some(Self::Unit);
        }
        None
    }

    /// A copy of an element, when that is no work worth counting: scalars open, text by reference.
    #[inline]
    pub(crate) fn light_copy_of(d: &Dynamic) -> Option<Self> {
        Self::open(d).or_else(|| is_light(d).then(|| Self::from(d.clone())))
    }

    /// An element that left its container.
    #[inline]
    pub(crate) fn from_item(d: Dynamic) -> Self {
        if d.is_shared() {
            return Self::from(d.flatten());
        }
        Self::from(d)
    }

    /// Whether moving and storing it is no work worth counting: a scalar, or text.
    #[inline]
    pub(crate) fn is_light(&self) -> bool {
        match self {
            Self::Dyn(d) => is_light(d),
            _ => true,
        }
    }

    /// The value as a program sees it, closed.
    #[inline]
    pub(crate) fn read_dynamic(&self) -> Dynamic {
        match self {
            Self::Unit | Self::Unbound => Dynamic::UNIT,
            Self::Bool(b) => (*b).into(),
            Self::Int(i) => Dynamic::from_int(*i),
            Self::Float(f) => (*f).into(),
            Self::Dyn(d) => d.flatten_clone(),
        }
    }

    /// Moves the value out of a temporary.
    #[inline]
    pub(crate) fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// Moves the value out, closed.
    #[inline]
    pub(crate) fn take_dynamic(&mut self) -> Dynamic {
        std::mem::take(self).into()
    }

    /// Closes the value in place, for natives that want `&mut Dynamic`.
    #[inline]
    pub(crate) fn dynamic_mut(&mut self) -> &mut Dynamic {
        if !matches!(self, Self::Dyn(_)) {
            *self = Self::Dyn(std::mem::take(self).into());
        }
        match self {
            Self::Dyn(d) => d,
            _ => unreachable!("just closed"),
        }
    }

    /// The integer, in either form (also a shared one).
    #[inline]
    pub(crate) fn int(&self) -> Option<INT> {
        match self {
            Self::Int(i) => Some(*i),
            Self::Dyn(d) => d.as_int().ok(),
            _ => None,
        }
    }

    /// The float, in either form.
    #[inline]
    pub(crate) fn float(&self) -> Option<f64> {
        match self {
            Self::Float(f) => Some(*f),
            Self::Dyn(d) => d.as_float().ok(),
            _ => None,
        }
    }

    /// The Boolean, in either form, or the type's name.
    #[inline]
    pub(crate) fn bool(&self) -> Result<bool, &'static str> {
        match self {
            Self::Bool(b) => Ok(*b),
            Self::Dyn(d) => d.as_bool(),
            other => Err(other.type_name()),
        }
    }

    /// Whether it is `()`.
    #[inline]
    pub(crate) fn is_unit(&self) -> bool {
        match self {
            Self::Unit | Self::Unbound => true,
            Self::Dyn(d) => d.is_unit(),
            _ => false,
        }
    }

    /// Whether it is a captured variable.
    #[inline]
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self, Self::Dyn(d) if d.is_shared())
    }

    /// rhai's raw name of the type.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Unit | Self::Unbound => "()",
            Self::Bool(_) => "bool",
            Self::Int(_) => "i64",
            Self::Float(_) => "f64",
            Self::Dyn(d) => d.type_name(),
        }
    }
}

/// The mark left in a captured variable while a callee has its value: reading it is a data race.
/// Tags are i32, but i16 where pointers have 32 bits.
const LENT: i16 = i16::MIN + 7;

/// What stands in a place whose value is lent to a callee.
pub(crate) fn lent() -> Dynamic {
    let mut d = Dynamic::UNIT;
    d.set_tag(LENT.into());
    d
}

/// Whether the place's value is lent.
#[inline]
pub(crate) fn is_lent(d: &Dynamic) -> bool {
    d.is_unit() && d.tag() == LENT.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_register_is_two_words() {
        assert_eq!(std::mem::size_of::<Value>(), 16);
    }

    #[test]
    fn scalars_are_opened_and_shared_values_are_not() {
        assert!(matches!(Value::from(Dynamic::from_int(3)), Value::Int(3)));
        assert!(Value::from(Dynamic::from_int(3).into_shared()).is_shared());
    }
}
