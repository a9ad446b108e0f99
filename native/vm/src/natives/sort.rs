//! `sort` and `order` without a callback: rhai's rules (elements of one simple type), in pieces that can be stopped.
//!
//! Short runs are sorted at once, then merged pair by pair; stable, like rhai's.

use super::{by_size, Args, Guarded};
use crate::ledger::ITEM_BYTES;
use crate::machine::Error;
use crate::program::Site;
use crate::Vm;
use rhai::{Array, Dynamic};
use std::cmp::Ordering;

/// Elements sorted without a stop.
const RUN: usize = 1024;

/// `sort`, `sort_desc`, `order`, `order_desc`.
pub(super) fn sort(vm: &mut Vm, site: &Site, args: Args<'_, '_>) -> Guarded {
    let [target] = args else { return by_size(vm, site, args) };
    let order = site.name.starts_with("order");
    if target.is_read_only() && !order {
        return Ok(None);
    }
    let Some(compare) = comparison(target) else {
        return by_size(vm, site, args);
    };
    if order {
        let Ok(array) = target.as_array_ref() else { return Ok(None) };
        let mut copy = vm.ledger.copy_array(&array)?;
        merge_sort(vm, &mut copy, compare, site.name.ends_with("desc"))?;
        return Ok(Some(Dynamic::from_array(copy)));
    }
    let Ok(mut array) = target.as_array_mut() else { return Ok(None) };
    merge_sort(vm, &mut array, compare, site.name.ends_with("desc"))?;
    Ok(Some(Dynamic::UNIT))
}

type Compare = fn(&Dynamic, &Dynamic) -> Ordering;

/// How elements of the array's one type are compared; `None`: rhai says what is wrong, or there is nothing to do.
fn comparison(target: &Dynamic) -> Option<Compare> {
    let array = target.as_array_ref().ok()?;
    let first = array.first().filter(|_| array.len() > RUN / 8)?;
    let kind = first.type_id();
    if array.iter().any(|item| item.is_shared() || item.type_id() != kind) {
        return None;
    }
    if first.is_int() {
        Some(|a, b| a.as_int().ok().cmp(&b.as_int().ok()))
    } else if first.is_float() {
        Some(|a, b| a.as_float().ok().partial_cmp(&b.as_float().ok()).unwrap_or(Ordering::Equal))
    } else if first.is_string() {
        Some(|a, b| match (a.as_immutable_string_ref(), b.as_immutable_string_ref()) {
            (Ok(x), Ok(y)) => x.as_str().cmp(y.as_str()),
            _ => Ordering::Equal,
        })
    } else if first.is_char() {
        Some(|a, b| a.as_char().ok().cmp(&b.as_char().ok()))
    } else if first.is_bool() {
        Some(|a, b| a.as_bool().ok().cmp(&b.as_bool().ok()))
    } else {
        None
    }
}

/// Sorts in place; stopped half way, all elements are still there.
fn merge_sort(vm: &mut Vm, array: &mut Array, compare: Compare, descending: bool) -> Result<(), Error> {
    let compare = move |a: &Dynamic, b: &Dynamic| if descending { compare(a, b).reverse() } else { compare(a, b) };
    vm.ledger.reserve(array.len() * ITEM_BYTES)?;
    for run in array.chunks_mut(RUN) {
        vm.ledger.charge_items(run.len() * 16)?;
        run.sort_by(compare);
    }
    let mut merged = Array::with_capacity(array.len());
    let mut width = RUN;
    while width < array.len() {
        for pair in array.chunks_mut(2 * width) {
            let result = merge(vm, pair, width.min(pair.len()), &mut merged, &compare);
            // What is not merged yet follows; nothing is lost when it was stopped.
            pair.iter_mut().zip(merged.drain(..)).for_each(|(place, item)| *place = item);
            result?;
        }
        width *= 2;
    }
    Ok(())
}

/// Merges the two sorted halves of `pair` into `merged`; in the end all of them are there.
fn merge(
    vm: &mut Vm,
    pair: &mut [Dynamic],
    middle: usize,
    merged: &mut Array,
    compare: &impl Fn(&Dynamic, &Dynamic) -> Ordering,
) -> Result<(), Error> {
    let (mut left, mut right) = (0, middle);
    let mut result = Ok(());
    while left < middle && right < pair.len() {
        if merged.len().is_multiple_of(RUN) {
            result = vm.ledger.charge_items(2 * RUN);
            if result.is_err() {
                break;
            }
        }
        let from = if compare(&pair[left], &pair[right]) == Ordering::Greater {
            &mut right
        } else {
            &mut left
        };
        merged.push(std::mem::take(&mut pair[*from]));
        *from += 1;
    }
    for i in (left..middle).chain(right..pair.len()) {
        merged.push(std::mem::take(&mut pair[i]));
    }
    result
}
