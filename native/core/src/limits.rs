//! Tables of limits. A run points at one; runs with the same options share it.

use crate::codec::{Malformed, Reader};
use rhai_bridge_vm::Limits;
use std::rc::Rc;

const MAX_TABLES: usize = 1 << 16;
const NS_PER_MS: f64 = 1e6;

/// Everything that bounds a run; 0 = unlimited.
#[derive(Debug, Clone, PartialEq)]
pub struct RunLimits {
    /// What the machine checks.
    pub vm: Limits,
    /// Longest source, in bytes.
    pub max_source_bytes: u64,
    /// Most output of `print` and `debug`, in bytes.
    pub max_output_bytes: u64,
    /// The script's own time, in milliseconds.
    pub compute_ms: f64,
    /// The same in nanoseconds; [`crate::deadlines::NEVER`] when there is no limit.
    pub compute_ns: u64,
    /// Wall clock from start to end, in milliseconds.
    pub timeout_ms: f64,
    /// One host call, in milliseconds, unless the function has its own.
    pub host_timeout_ms: f64,
}

impl RunLimits {
    /// Reads the payload of a LIMITS record.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut limits = Self {
            vm: Limits {
                max_operations: whole(reader)?,
                max_call_depth: small(reader)?,
                max_string_bytes: whole(reader)?,
                max_array_length: whole(reader)?,
                max_map_size: whole(reader)?,
                max_value_depth: small(reader)?,
                max_memory_bytes: whole(reader)?,
                max_source_bytes: 0,
            },
            max_source_bytes: whole(reader)?,
            max_output_bytes: whole(reader)?,
            compute_ms: reader.f64()?,
            compute_ns: 0,
            timeout_ms: reader.f64()?,
            host_timeout_ms: reader.f64()?,
        };
        limits.vm.max_source_bytes = limits.max_source_bytes;
        limits.compute_ns = deadline_ns(0, limits.compute_ms);
        Ok(limits)
    }
}

/// JavaScript checked the number; a cast saturates whatever else comes.
fn whole(reader: &mut Reader<'_>) -> Result<u64, Malformed> {
    Ok(reader.f64()? as u64)
}

fn small(reader: &mut Reader<'_>) -> Result<u32, Malformed> {
    Ok(reader.f64()? as u32)
}

/// The moment `ms` after `now_ns`; 0 = never.
#[must_use]
pub fn deadline_ns(now_ns: u64, ms: f64) -> u64 {
    if ms > 0.0 {
        now_ns.saturating_add((ms * NS_PER_MS) as u64)
    } else {
        crate::deadlines::NEVER
    }
}

/// Nanoseconds as JavaScript's milliseconds.
#[must_use]
pub fn to_ms(ns: u64) -> f64 {
    ns as f64 / NS_PER_MS
}

/// Limits by the id JavaScript gave them.
#[derive(Debug, Default)]
pub struct LimitTables {
    tables: Vec<Option<Rc<RunLimits>>>,
}

impl LimitTables {
    /// Sets table `id`. Runs that already use the old one keep it.
    pub fn set(&mut self, id: u32, limits: RunLimits) -> Result<(), Malformed> {
        let id = id as usize;
        if id >= MAX_TABLES {
            return Err(Malformed("limits id out of range"));
        }
        if id >= self.tables.len() {
            self.tables.resize(id + 1, None);
        }
        self.tables[id] = Some(Rc::new(limits));
        Ok(())
    }

    /// Table `id`.
    pub fn get(&self, id: u32) -> Result<Rc<RunLimits>, Malformed> {
        self.tables.get(id as usize).cloned().flatten().ok_or(Malformed("unknown limits"))
    }
}
