//! Captured variables of a run: who frees them, and when.
//!
//! A captured variable is a reference-counted cell, and cells can refer to each other without end: chains of closures
//! that would overflow the stack when dropped, and cycles that would never be. So the run keeps a reference to each of
//! its cells, which makes two things impossible: a cell is never dropped from inside a value (so drops do not recurse
//! from cell to cell), and none is lost (so cycles are found).
//!
//! `sweep` frees cells nobody else refers to; it runs when their number has doubled, so it is O(1) amortised. `collect`
//! also finds cycles, by counting the references that come from the cells themselves; it runs when memory gets short and
//! at the end of the run. What is still referred to from outside then (a closure that was returned or is in the engine's
//! scope) goes to the core's [`Kept`] list, which is swept the same way.

use rhai::{Dynamic, FnPtr};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

type Cell = Rc<RefCell<Dynamic>>;

/// Cells below this number are not worth a sweep.
const FEW: usize = 256;

/// Cells that outlived their runs.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    list: Vec<Cell>,
    next_sweep: usize,
}

impl Kept {
    fn take(&mut self, cells: Vec<Cell>) {
        self.list.extend(cells);
        if self.list.len() >= self.next_sweep {
            sweep(&mut self.list);
            self.next_sweep = self.list.len() * 2 + FEW;
        }
    }
}

/// The cells of one run.
#[derive(Debug)]
pub(crate) struct Cells {
    list: Vec<Cell>,
    next_sweep: usize,
    /// Cells that the last collection left.
    collected: usize,
    kept: Rc<RefCell<Kept>>,
}

impl Cells {
    pub(crate) fn new(kept: &Rc<RefCell<Kept>>) -> Self {
        Self {
            list: Vec::new(),
            next_sweep: FEW,
            collected: 0,
            kept: kept.clone(),
        }
    }

    /// A captured variable with this value.
    pub(crate) fn share(&mut self, value: Dynamic) -> Dynamic {
        if value.is_shared() {
            return value;
        }
        if self.list.len() >= self.next_sweep {
            sweep(&mut self.list);
            self.next_sweep = self.list.len() * 2 + FEW;
        }
        let cell = Rc::new(RefCell::new(value));
        self.list.push(cell.clone());
        Dynamic::from(cell)
    }

    /// Whether a collection may be worth its time: half as many cells again as after the last.
    pub(crate) fn has_grown(&self) -> bool {
        self.list.len() > self.collected + self.collected / 2 + 8
    }

    /// Frees every cell that cannot be reached from outside the cells, cycles included.
    pub(crate) fn collect(&mut self) {
        let reached = reached(&self.list);
        let mut garbage = Vec::new();
        let mut left = Vec::new();
        for (cell, reached) in self.list.drain(..).zip(reached) {
            match cell.try_borrow_mut() {
                Ok(mut content) if !reached => garbage.push(std::mem::take(&mut *content)),
                _ => {
                    left.push(cell.clone());
                    continue;
                }
            }
            // The emptied cell itself goes when the last value that refers to it does.
        }
        self.list = left;
        self.collected = self.list.len();
        drop(garbage);
    }
}

impl Drop for Cells {
    fn drop(&mut self) {
        self.collect();
        let left = std::mem::take(&mut self.list);
        if !left.is_empty() {
            if let Ok(mut kept) = self.kept.try_borrow_mut() {
                kept.take(left);
            }
        }
    }
}

/// Frees the cells that only the list refers to: from the newest, then from the oldest, which takes whole chains of
/// either direction at once.
fn sweep(list: &mut Vec<Cell>) {
    for cell in list.iter().rev().chain(list.iter()) {
        if Rc::strong_count(cell) == 1 {
            let content = cell.try_borrow_mut().map(|mut content| std::mem::take(&mut *content));
            drop(content);
        }
    }
    list.retain(|cell| Rc::strong_count(cell) > 1);
}

/// Which cells can be reached from outside the list.
fn reached(list: &[Cell]) -> Vec<bool> {
    let places: HashMap<*const Dynamic, usize> = list.iter().enumerate().map(|(i, cell)| (cell.as_ptr().cast_const(), i)).collect();
    let mut inner = vec![0; list.len()];
    for cell in list {
        for_each_cell(cell, &places, &mut |i| inner[i] += 1);
    }
    let mut reached: Vec<bool> = list.iter().zip(&inner).map(|(cell, inner)| Rc::strong_count(cell) > inner + 1).collect();
    let mut todo: Vec<usize> = (0..list.len()).filter(|i| reached[*i]).collect();
    while let Some(i) = todo.pop() {
        for_each_cell(&list[i], &places, &mut |i| {
            if !std::mem::replace(&mut reached[i], true) {
                todo.push(i);
            }
        });
    }
    reached
}

/// Calls `found` with the place of each cell that the cell's value refers to.
fn for_each_cell(cell: &Cell, places: &HashMap<*const Dynamic, usize>, found: &mut dyn FnMut(usize)) {
    if let Ok(value) = cell.try_borrow() {
        visit(&value, places, found);
    }
}

fn visit(d: &Dynamic, places: &HashMap<*const Dynamic, usize>, found: &mut dyn FnMut(usize)) {
    if d.is_shared() {
        if let Some(inner) = d.read_lock::<Dynamic>() {
            if let Some(place) = places.get(&std::ptr::from_ref(&*inner)) {
                found(*place);
            }
        }
    } else if let Ok(array) = d.as_array_ref() {
        array.iter().for_each(|item| visit(item, places, found));
    } else if let Ok(map) = d.as_map_ref() {
        map.values().for_each(|item| visit(item, places, found));
    } else if let Some(pointer) = d.read_lock::<FnPtr>() {
        pointer.curry().iter().for_each(|item| visit(item, places, found));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointer(captured: &[&Dynamic]) -> Dynamic {
        let mut pointer = FnPtr::new("f").unwrap();
        for captured in captured {
            pointer.add_curry((*captured).clone());
        }
        pointer.into()
    }

    fn set(cell: &Dynamic, value: Dynamic) {
        *cell.clone().write_lock::<Dynamic>().unwrap() = value;
    }

    #[test]
    fn a_chain_of_a_million_closures_is_freed_without_recursion() {
        let kept = Rc::default();
        let mut cells = Cells::new(&kept);
        let mut last = cells.share(Dynamic::UNIT);
        for _ in 0..1_000_000 {
            last = cells.share(pointer(&[&last]));
        }
        drop(last);
        drop(cells);
        assert!(kept.borrow().list.is_empty());
    }

    #[test]
    fn a_chain_that_grew_at_its_other_end_too() {
        let kept = Rc::default();
        let mut cells = Cells::new(&kept);
        let first = cells.share(Dynamic::UNIT);
        let mut last = first.clone();
        for _ in 0..100_000 {
            let next = cells.share(Dynamic::UNIT);
            set(&last, pointer(&[&next]));
            last = next;
        }
        drop((first, last));
        drop(cells);
        assert!(kept.borrow().list.is_empty());
    }

    #[test]
    fn cycles_are_freed_and_what_is_used_outside_stays() {
        let kept = Rc::default();
        let mut cells = Cells::new(&kept);
        let (a, b, c) = (cells.share(Dynamic::UNIT), cells.share(Dynamic::UNIT), cells.share(5.into()));
        set(&a, vec![pointer(&[&b])].into());
        set(&b, vec![pointer(&[&a])].into());
        let weak = Rc::downgrade(&cells.list[0]);
        let outside = pointer(&[&c]);
        drop((a, b, c));
        cells.collect();
        assert!(weak.upgrade().is_none());
        assert_eq!(cells.list.len(), 1);
        drop(cells);
        assert_eq!(kept.borrow().list.len(), 1);
        assert_eq!(outside.cast::<FnPtr>().curry()[0].as_int(), Ok(5));
    }

    #[test]
    fn sweeping_as_it_grows_leaves_few_dead_cells() {
        let kept = Rc::default();
        let mut cells = Cells::new(&kept);
        for _ in 0..100_000 {
            drop(cells.share(Dynamic::UNIT));
        }
        assert!(cells.list.len() <= 2 * FEW);
    }
}
