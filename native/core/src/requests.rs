//! Host calls that wait for an answer. An id is used once: a late, second or invented reply finds nothing.

use crate::message::Id;

const CLOSED: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
struct Request {
    generation: u32,
    /// The run that waits; slot [`CLOSED`] = free.
    run: Id,
}

/// The table of open requests.
#[derive(Debug, Default)]
pub struct Requests {
    slots: Vec<Request>,
    free: Vec<u32>,
    /// Requests open now.
    pub open: usize,
}

impl Requests {
    /// Opens a request of `run`.
    pub fn open(&mut self, run: Id) -> Id {
        self.open += 1;
        match self.free.pop() {
            Some(slot) => {
                let request = &mut self.slots[slot as usize];
                request.run = run;
                Id {
                    slot,
                    generation: request.generation,
                }
            }
            None => self.grow(run),
        }
    }

    fn grow(&mut self, run: Id) -> Id {
        let slot = self.slots.len() as u32;
        self.slots.push(Request { generation: 1, run });
        Id { slot, generation: 1 }
    }

    /// Closes a request and says whose it was; `None` when it is not open.
    pub fn close(&mut self, id: Id) -> Option<Id> {
        let request = self.slots.get_mut(id.slot as usize)?;
        if request.generation != id.generation || request.run.slot == CLOSED {
            return None;
        }
        let run = std::mem::replace(&mut request.run, Id { slot: CLOSED, generation: 0 });
        self.open -= 1;
        // A slot whose generations are used up is never used again.
        if let Some(next) = request.generation.checked_add(1) {
            request.generation = next;
            self.free.push(id.slot);
        }
        Some(run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: Id = Id { slot: 9, generation: 4 };

    #[test]
    fn row_95_a_request_is_answered_once() {
        let mut requests = Requests::default();
        let id = requests.open(RUN);
        assert_eq!(requests.close(id), Some(RUN));
        assert_eq!(requests.close(id), None);
        let next = requests.open(RUN);
        assert_eq!(next.slot, id.slot);
        assert_ne!(next, id);
        assert_eq!(requests.close(id), None);
        assert_eq!(requests.open, 1);
    }

    #[test]
    fn row_95_an_invented_reply_finds_nothing() {
        let mut requests = Requests::default();
        assert_eq!(requests.close(Id { slot: 7, generation: 1 }), None);
        assert_eq!(requests.close(Id { slot: CLOSED, generation: 0 }), None);
    }

    #[test]
    fn row_95_a_slot_with_its_generations_used_up_is_retired() {
        let mut requests = Requests::default();
        let id = requests.open(RUN);
        requests.slots[0].generation = u32::MAX;
        assert_eq!(
            requests.close(Id {
                slot: id.slot,
                generation: u32::MAX
            }),
            Some(RUN)
        );
        assert_ne!(requests.open(RUN).slot, id.slot);
    }
}
