//! Deadlines of runs: a heap with at most one entry per slot.
//!
//! An entry may be too early (its host call was answered long ago) but never too late: moving a deadline back costs
//! nothing, the entry is looked at when it comes up and armed again for what is then due. So a host call costs O(1),
//! and ten thousand answered calls leave one entry.

/// No deadline.
pub const NEVER: u64 = u64::MAX;

#[derive(Debug, Clone, Copy)]
struct Entry {
    at_ns: u64,
    slot: u32,
}

/// Earliest entry first; entries can move forward in place.
#[derive(Debug, Default)]
pub struct Deadlines {
    heap: Vec<Entry>,
    /// By slot: 1 + index in `heap`, 0 = not armed.
    places: Vec<u32>,
}

impl Deadlines {
    /// Makes sure that `slot` comes up at `at_ns` at the latest.
    pub fn arm(&mut self, slot: u32, at_ns: u64) {
        if at_ns == NEVER {
            return;
        }
        match self.place(slot) {
            Some(index) if self.heap[index].at_ns <= at_ns => {}
            Some(index) => {
                self.heap[index].at_ns = at_ns;
                self.sift_up(index);
            }
            None => self.insert(Entry { at_ns, slot }),
        }
    }

    /// When the next entry comes up.
    #[must_use]
    pub fn first_ns(&self) -> Option<u64> {
        self.heap.first().map(|entry| entry.at_ns)
    }

    /// Takes an entry that is due at `now_ns`.
    pub fn pop_due(&mut self, now_ns: u64) -> Option<u32> {
        let first = *self.heap.first()?;
        if first.at_ns > now_ns {
            return None;
        }
        self.places[first.slot as usize] = 0;
        let last = self.heap.pop()?;
        if !self.heap.is_empty() {
            self.heap[0] = last;
            self.note(0);
            self.sift_down(0);
        }
        Some(first.slot)
    }

    /// Entries held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    fn place(&self, slot: u32) -> Option<usize> {
        let place = *self.places.get(slot as usize)?;
        (place as usize).checked_sub(1)
    }

    fn insert(&mut self, entry: Entry) {
        let slot = entry.slot as usize;
        if slot >= self.places.len() {
            self.places.resize(slot + 1, 0);
        }
        self.heap.push(entry);
        self.sift_up(self.heap.len() - 1);
    }

    fn note(&mut self, index: usize) {
        self.places[self.heap[index].slot as usize] = index as u32 + 1;
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.heap.swap(a, b);
        self.note(a);
        self.note(b);
    }

    fn sift_up(&mut self, mut index: usize) {
        self.note(index);
        while index > 0 {
            let parent = (index - 1) / 2;
            if self.heap[parent].at_ns <= self.heap[index].at_ns {
                break;
            }
            self.swap(index, parent);
            index = parent;
        }
    }

    fn sift_down(&mut self, mut index: usize) {
        while let Some(child) = self.earlier_child(index) {
            if self.heap[index].at_ns <= self.heap[child].at_ns {
                break;
            }
            self.swap(index, child);
            index = child;
        }
    }

    fn earlier_child(&self, index: usize) -> Option<usize> {
        let (left, right) = (2 * index + 1, 2 * index + 2);
        let first = self.heap.get(left)?.at_ns;
        match self.heap.get(right) {
            Some(entry) if entry.at_ns < first => Some(right),
            _ => Some(left),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_up_in_the_order_of_time() {
        let mut deadlines = Deadlines::default();
        let times: Vec<u64> = (0..500u64).map(|n| (n * 7919) % 1009).collect();
        for (slot, &at) in times.iter().enumerate() {
            deadlines.arm(slot as u32, at);
        }
        let mut last = 0;
        while let Some(slot) = deadlines.pop_due(NEVER - 1) {
            assert!(times[slot as usize] >= last);
            last = times[slot as usize];
        }
        assert_eq!(deadlines.len(), 0);
    }

    #[test]
    fn a_slot_has_one_entry_however_often_it_is_armed() {
        let mut deadlines = Deadlines::default();
        for round in 0..1000 {
            deadlines.arm(3, 10_000 + round);
            deadlines.arm(3, 20_000 - round);
        }
        assert_eq!((deadlines.len(), deadlines.first_ns()), (1, Some(10_000)));
    }

    #[test]
    fn a_deadline_moves_forward_in_place() {
        let mut deadlines = Deadlines::default();
        deadlines.arm(0, 50);
        deadlines.arm(1, 100);
        deadlines.arm(1, 10);
        assert_eq!(deadlines.pop_due(9), None);
        assert_eq!(deadlines.pop_due(10), Some(1));
        assert_eq!(deadlines.pop_due(100), Some(0));
    }

    #[test]
    fn never_is_not_armed() {
        let mut deadlines = Deadlines::default();
        deadlines.arm(0, NEVER);
        assert_eq!(deadlines.len(), 0);
    }
}
