//! Values as text: `print`, `debug`, `to_string`, `to_debug`, interpolation. Containers are written here, piece by
//! piece; everything else is rhai's to write.

use super::{by_size, Args, Guarded};
use crate::machine::Error;
use crate::program::Site;
use crate::Vm;
use rhai::{Dynamic, ImmutableString};
use std::fmt::{Arguments, Display, Write};

/// Text written between two looks at the limits.
const CHUNK_BYTES: usize = 16 * 1024;

/// `print(value)` and `debug(value)`.
pub(super) fn print(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    let debug = site.name == "debug";
    let text = match args {
        [] => ImmutableString::new(),
        [value] => text(vm, site, value, debug)?,
        _ => return Ok(None),
    };
    vm.ledger.printed(text.len())?;
    vm.print(debug, &text, site.position);
    Ok(Some(Dynamic::UNIT))
}

/// `to_string(value)` and `to_debug(value)`.
pub(super) fn to_text(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    match args {
        [value] if value.is_array() || value.is_map() => {
            let debug = site.name == "to_debug";
            text(vm, site, value, debug).map(|text| Some(text.into()))
        }
        _ => by_size(vm, site, args),
    }
}

/// A value's text.
pub(crate) fn text(vm: &mut Vm, site: &Site, value: &mut Dynamic, debug: bool) -> Result<ImmutableString, Error> {
    if !(value.is_array() || value.is_map()) {
        return leaf(vm, value, debug);
    }
    let mut writer = Writer {
        text: String::new(),
        checked: 0,
    };
    writer.value(vm, value)?;
    vm.text_is_made(writer.text.len()).map_err(|e| crate::machine::at(e, site.position))?;
    Ok(writer.text.into())
}

struct Writer {
    text: String,
    /// How long the text was when the limits were looked at.
    checked: usize,
}

impl Writer {
    /// A value inside a container, in its debug form.
    fn value(&mut self, vm: &mut Vm, value: &Dynamic) -> Result<(), Error> {
        vm.ledger.charge(1)?;
        if self.text.len() > self.checked + CHUNK_BYTES {
            vm.text_is_made(self.text.len())?;
            vm.ledger.charge_bytes(self.text.len() - self.checked)?;
            self.checked = self.text.len();
        }
        if let Ok(int) = value.as_int() {
            self.show(int);
        } else if let Ok(array) = value.as_array_ref() {
            self.text.push('[');
            for (i, item) in array.iter().enumerate() {
                self.comma(i);
                self.value(vm, item)?;
            }
            self.text.push(']');
        } else if let Ok(map) = value.as_map_ref() {
            self.text.push_str("#{");
            for (i, (key, item)) in map.iter().enumerate() {
                self.comma(i);
                let _ = write!(self.text, "{key:?}: ");
                self.value(vm, item)?;
            }
            self.text.push('}');
        } else {
            let text = leaf(vm, &mut value.flatten_clone(), true)?;
            self.text.push_str(&text);
        }
        Ok(())
    }

    fn comma(&mut self, i: usize) {
        if i > 0 {
            self.text.push_str(", ");
        }
    }

    fn show(&mut self, value: impl Display) {
        let _ = write!(self.text, "{value}");
    }
}

/// The text of a value that is no container.
fn leaf(vm: &mut Vm, value: &mut Dynamic, debug: bool) -> Result<ImmutableString, Error> {
    if !debug {
        if let Ok(text) = value.as_immutable_string_ref() {
            return Ok(text.clone());
        }
    }
    if let Ok(int) = value.as_int() {
        return Ok(int.to_string().into());
    }
    let site = if debug { vm.to_debug.clone() } else { vm.to_text.clone() };
    Ok(match vm.call_native(&site, &mut [value], true) {
        Ok(text) if text.is_string() => text.into_immutable_string().unwrap_or_default(),
        Ok(other) => vm.engine.map_type_name(other.type_name()).into(),
        Err(error) if !error.is_catchable() => return Err(error),
        Err(_) if debug => bounded(format_args!("{value:?}")).into(),
        Err(_) => bounded(format_args!("{value}")).into(),
    })
}

/// Longest text of a value in an error message.
const MESSAGE_BYTES: usize = 4096;

/// A value's text, cut at a length that no nesting gets round: for error messages.
pub(crate) fn bounded(value: Arguments<'_>) -> String {
    let mut text = Bounded(String::new());
    if text.write_fmt(value).is_err() {
        text.0.push('…');
    }
    text.0
}

struct Bounded(String);

impl Write for Bounded {
    fn write_str(&mut self, more: &str) -> std::fmt::Result {
        let room = MESSAGE_BYTES.saturating_sub(self.0.len());
        if more.len() <= room {
            self.0.push_str(more);
            return Ok(());
        }
        let cut = (0..=room).rev().find(|i| more.is_char_boundary(*i)).unwrap_or(0);
        self.0.push_str(&more[..cut]);
        Err(std::fmt::Error)
    }
}
