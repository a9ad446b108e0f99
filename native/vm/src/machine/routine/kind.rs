//! Which natives call back, for which targets, and how many arguments they pass.

use crate::value::Value;
use rhai::Dynamic;

/// The natives that call back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Routine {
    Map,
    Filter,
    ForEach,
    Reduce,
    ReduceRev,
    Some,
    All,
    Find,
    FindMap,
    IndexOf,
    Sort,
    Order,
    Dedup,
    Retain,
    Drain,
    Zip,
}

impl Routine {
    /// Whether the item may also be passed as an argument.
    pub(in crate::machine) fn moves_item(self) -> bool {
        self != Self::ForEach
    }

    /// Whether a constant may be walked.
    pub(in crate::machine) fn is_pure(self) -> bool {
        !matches!(self, Self::ForEach | Self::Sort | Self::Dedup | Self::Retain | Self::Drain)
    }

    /// The routine of this name and number of arguments (the target not counted).
    pub(crate) fn of(name: &str, argc: usize) -> Option<Self> {
        Some(match (name, argc) {
            ("map", 1) => Self::Map,
            ("filter", 1) => Self::Filter,
            ("for_each", 1) => Self::ForEach,
            ("reduce", 1 | 2) => Self::Reduce,
            ("reduce_rev", 1 | 2) => Self::ReduceRev,
            ("some", 1) => Self::Some,
            ("all", 1) => Self::All,
            ("find", 1 | 2) => Self::Find,
            ("find_map", 1 | 2) => Self::FindMap,
            ("index_of", 1 | 2) => Self::IndexOf,
            ("sort" | "sort_by", 1) => Self::Sort,
            ("order" | "order_by", 1) => Self::Order,
            ("dedup", 1) => Self::Dedup,
            ("retain", 1) => Self::Retain,
            ("drain", 1) => Self::Drain,
            ("zip", 2) => Self::Zip,
            _ => return None,
        })
    }

    /// Its name in traces.
    pub(in crate::machine) fn name(self) -> &'static str {
        match self {
            Self::Map => "map",
            Self::Filter => "filter",
            Self::ForEach => "for_each",
            Self::Reduce => "reduce",
            Self::ReduceRev => "reduce_rev",
            Self::Some => "some",
            Self::All => "all",
            Self::Find | Self::IndexOf => "index_of",
            Self::FindMap => "find_map",
            Self::Sort => "sort",
            Self::Order => "order",
            Self::Dedup => "dedup",
            Self::Retain => "retain",
            Self::Drain => "drain",
            Self::Zip => "zip",
        }
    }

    /// Whether it is this routine for such a target and arguments, and not a native of the same name.
    pub(in crate::machine) fn applies_to(self, target: &Dynamic, args: &[Value]) -> bool {
        // For the older of these natives a name stands for its function.
        let newer = matches!(self, Self::IndexOf | Self::Find | Self::FindMap | Self::Zip | Self::ForEach | Self::Order);
        let named = target.is_array() && !newer;
        let pointer = |v: Option<&Value>| matches!(v, Some(Value::Dyn(d)) if d.is_fnptr() || named && d.is_string());
        let maps = matches!(self, Self::Map | Self::Filter | Self::Retain | Self::Drain);
        if !(target.is_array() || maps && target.is_map()) {
            return false;
        }
        match self {
            Self::Zip => pointer(args.get(1)) && matches!(args.first(), Some(Value::Dyn(d)) if d.is_array()),
            Self::Find | Self::FindMap | Self::IndexOf => pointer(args.first()) && args.get(1).is_none_or(|v| v.int().is_some()),
            _ => pointer(args.first()),
        }
    }

    /// The same for a target in a register.
    pub(in crate::machine) fn applies(self, target: &Value, args: &[Value]) -> bool {
        matches!(target, Value::Dyn(d) if self.applies_to(d, args))
    }

    /// Arguments besides the item, extra arguments, where the item goes among them.
    pub(super) fn shape(self, is_map: bool) -> (usize, usize, Option<usize>) {
        match self {
            _ if is_map => (1, 0, Some(1)),
            Self::ForEach => (0, 1, None),
            Self::Reduce | Self::ReduceRev => (1, 1, Some(1)),
            _ => (0, 1, Some(0)),
        }
    }
}
