//! A value on its way from one place to another, so that scalars travel in the processor's registers.
//!
//! Measured: a register written as tag and payload and read back at once as sixteen bytes stalls the processor for
//! longer than most instructions take, and that is how the compiler copies an enum of this size. So the machine's hot
//! paths move a [`Light`]: a scalar as it is, anything else through a spare register.

use crate::value::Value;
use rhai::Dynamic;

/// A scalar's bits, or a word that the value is in the spare register.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Light {
    Unit,
    Bool(u64),
    Int(u64),
    Float(u64),
    Spare,
}

impl Light {
    /// A copy of an element, when that is no work worth counting: a scalar, or text.
    #[inline]
    pub(crate) fn light_copy_of(d: &Dynamic, spare: &mut Value) -> Option<Self> {
        Self::scalar(d).or_else(|| Self::closed_copy_of(d, spare))
    }

    #[inline(never)]
    fn closed_copy_of(d: &Dynamic, spare: &mut Value) -> Option<Self> {
        *spare = Value::light_copy_of(d)?;
        Some(Self::Spare)
    }

    /// An element that left its container.
    #[inline]
    pub(crate) fn of_item(d: Dynamic, spare: &mut Value) -> Self {
        match Self::scalar(&d) {
            Some(light) => light,
            None => {
                *spare = if d.is_shared() { Value::from_item(d) } else { Value::Dyn(d) };
                Self::Spare
            }
        }
    }

    /// The common scalars; others are closed, which is right as well.
    #[inline]
    fn scalar(d: &Dynamic) -> Option<Self> {
        if d.is_shared() || d.tag() != 0 {
            return None;
        }
        // (The kind first: rhai makes a text of the type's name for each one that it is not.)
        if d.is_int() {
            return d.as_int().ok().map(|i| Self::Int(i as u64));
        }
        if d.is_bool() {
            return d.as_bool().ok().map(|b| Self::Bool(u64::from(b)));
        }
        if d.is_float() {
            return d.as_float().ok().map(|f| Self::Float(f.to_bits()));
        }
        None
    }

    /// The value, closed.
    #[inline]
    pub(crate) fn into_dynamic(self, spare: &mut Value) -> Dynamic {
        match self {
            Self::Unit => Dynamic::UNIT,
            Self::Bool(b) => Dynamic::from_bool(b != 0),
            Self::Int(i) => Dynamic::from_int(i as i64),
            Self::Float(f) => Dynamic::from_float(f64::from_bits(f)),
            Self::Spare => spare.take_dynamic(),
        }
    }

    /// Whether it is `true`.
    #[inline]
    pub(crate) fn is_true(self, spare: &Value) -> bool {
        match self {
            Self::Bool(b) => b != 0,
            Self::Spare => matches!(spare.bool(), Ok(true)),
            _ => false,
        }
    }
}

impl Value {
    /// Moves the value out. (A scalar may stay behind: it does no harm in a register that is read no more.)
    #[inline]
    pub(crate) fn lift(&mut self, spare: &mut Self) -> Light {
        match self {
            Self::Unit | Self::Unbound => Light::Unit,
            Self::Bool(b) => Light::Bool(u64::from(*b)),
            Self::Int(i) => Light::Int(*i as u64),
            Self::Float(f) => Light::Float(f.to_bits()),
            Self::Dyn(_) => {
                *spare = self.take();
                Light::Spare
            }
        }
    }

    /// A copy as it stands, shared when it is shared.
    #[inline]
    pub(crate) fn lift_clone(&self, spare: &mut Self) -> Light {
        match self {
            Self::Unit | Self::Unbound => Light::Unit,
            Self::Bool(b) => Light::Bool(u64::from(*b)),
            Self::Int(i) => Light::Int(*i as u64),
            Self::Float(f) => Light::Float(f.to_bits()),
            Self::Dyn(d) => {
                *spare = Self::Dyn(d.clone());
                Light::Spare
            }
        }
    }

    /// Takes the value that travelled.
    #[inline]
    pub(crate) fn put(&mut self, light: Light, spare: &mut Self) {
        match light {
            Light::Unit => *self = Self::Unit,
            Light::Bool(b) => *self = Self::Bool(b != 0),
            Light::Int(i) => *self = Self::Int(i as i64),
            Light::Float(f) => *self = Self::Float(f64::from_bits(f)),
            Light::Spare => *self = spare.take(),
        }
    }

    /// Takes a value from outside.
    #[inline]
    pub(crate) fn receive(&mut self, d: Dynamic) {
        match Light::scalar(&d) {
            Some(Light::Int(i)) => *self = Self::Int(i as i64),
            Some(Light::Bool(b)) => *self = Self::Bool(b != 0),
            Some(Light::Float(f)) => *self = Self::Float(f64::from_bits(f)),
            _ => return *self = Self::from(d),
        }
        std::mem::forget(d); // a plain scalar: nothing to drop, and no call to find that out
    }

    /// Stores the value into an element; it leaves the register, unless it is a scalar.
    #[inline]
    pub(crate) fn store(&mut self, place: &mut Dynamic) {
        match self {
            Self::Int(i) => *place = Dynamic::from_int(*i),
            Self::Bool(b) => *place = Dynamic::from_bool(*b),
            Self::Float(f) => *place = Dynamic::from_float(*f),
            _ => *place = self.take_dynamic(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_arrives_as_it_left() {
        for value in [Dynamic::UNIT, true.into(), 7.into(), 1.5.into(), "text".into(), 'c'.into()] {
            let (mut from, mut to, mut spare) = (Value::from(value.clone()), Value::Int(9), Value::Unit);
            let light = from.lift_clone(&mut spare);
            to.put(light, &mut spare);
            assert_eq!(format!("{to:?}"), format!("{from:?}"));
            let light = from.lift(&mut spare);
            assert_eq!(light.into_dynamic(&mut spare).to_string(), value.to_string());
            if let Some(light) = Light::light_copy_of(&value, &mut spare) {
                to.put(light, &mut spare);
            }
            assert_eq!(to.read_dynamic().to_string(), value.to_string());
            let mut place = Dynamic::UNIT;
            to.store(&mut place);
            assert_eq!(place.to_string(), value.to_string());
        }
    }
}
