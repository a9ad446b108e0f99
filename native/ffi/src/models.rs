//! Models of the wake-up protocol: shuttle runs them in every order that two threads can have, on the very code of `doze`
//! (all of it sequentially consistent, which is what shuttle knows; loom weakens such accesses and finds orders that are none).
//! `npm run test:long -- models`, or `cargo test -p rhai-bridge-ffi --features model --lib models`.
//! A lost wake-up is a thread that sleeps for ever, which shuttle reports as a deadlock.

use crate::doze::{must_wake_javascript, Doze, Words, NEVER};
use crate::memory::Word;
use shuttle::sync::atomic::{AtomicU32, Ordering::SeqCst};
use shuttle::sync::{Arc, Condvar, Mutex};
use shuttle::thread::{self, Thread};

/// Every order, up to so many: the small models have fewer than that.
const ORDERS: usize = 30_000;

fn model(body: impl Fn() + Send + Sync + 'static) {
    shuttle::check_dfs(body, Some(ORDERS));
}

/// A core that counts: mail taken, work that was found in the mail and is not done yet, the deadline it asks for.
#[derive(Default)]
struct Station {
    taken: u32,
    undone: u32,
    deadline_ns: Option<u64>,
}

/// What both threads share, as in `worker.rs`.
struct Shared {
    words: [AtomicU32; 16],
    doze: Doze,
    baton: Mutex<Station>,
    /// Calls of JavaScript that are queued, as a threadsafe function queues them.
    calls: Mutex<u32>,
    called: Condvar,
}

impl Words for Shared {
    fn load(&self, word: Word) -> u32 {
        self.words[word as usize].load(SeqCst)
    }
    fn store(&self, word: Word, value: u32) {
        self.words[word as usize].store(value, SeqCst);
    }
    fn swap(&self, word: Word, value: u32) -> u32 {
        self.words[word as usize].swap(value, SeqCst)
    }
}

impl Shared {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            words: std::array::from_fn(|_| AtomicU32::new(0)),
            doze: Doze::default(),
            baton: Mutex::default(),
            calls: Mutex::default(),
            called: Condvar::new(),
        })
    }

    /// Takes the mail; leaves the work in it undone when `may_work` is false (an assisted slice that is used up).
    fn turn(&self, station: &mut Station, may_work: bool) {
        let head = self.load(Word::InHead);
        station.undone += head - station.taken;
        station.taken = head;
        self.store(Word::InTail, head);
        if may_work {
            station.undone = 0;
        }
        self.doze.set_nearest(station.deadline_ns);
    }

    /// The worker's life; ends by itself when `is_over` says so of what it sees with the baton in hand.
    fn work(&self, is_over: impl Fn(&Station) -> bool, sleep: impl Fn(u64)) {
        while !self.doze.is_stopped() {
            {
                let mut station = self.baton.lock().unwrap();
                self.turn(&mut station, true);
                if is_over(&station) {
                    return;
                }
            }
            self.doze.park(self, &sleep);
        }
    }

    /// JavaScript hands over what there is.
    fn wake(&self, worker: &Thread) {
        self.doze.kick();
        if self.doze.rouse(self) {
            worker.unpark();
        }
    }

    fn publish(&self, head: u32) {
        self.store(Word::InHead, head);
    }

    /// The core says something: the outbox grows to `head`.
    fn say(&self, head: u32) {
        self.store(Word::OutHead, head);
        if must_wake_javascript(self) {
            *self.calls.lock().unwrap() += 1;
            self.called.notify_one();
        }
    }
}

fn park(_until_ns: u64) {
    thread::park();
}

#[test]
fn no_mail_is_left_beside_a_sleeping_worker() {
    model(|| {
        let shared = Shared::new();
        let worker = {
            let shared = shared.clone();
            thread::spawn(move || shared.work(|station| station.taken == 2, park))
        };
        for head in 1..=2 {
            shared.publish(head);
            shared.wake(worker.thread());
        }
        worker.join().unwrap();
    });
}

#[test]
fn work_that_javascript_took_and_left_is_found_by_the_worker() {
    model(|| {
        let shared = Shared::new();
        let worker = {
            let shared = shared.clone();
            thread::spawn(move || shared.work(|station| station.taken == 1 && station.undone == 0, park))
        };
        shared.publish(1);
        if let Ok(mut station) = shared.baton.try_lock() {
            shared.turn(&mut station, false);
        }
        shared.wake(worker.thread());
        worker.join().unwrap();
    });
}

#[test]
fn a_worker_ends_whenever_it_is_stopped() {
    model(|| {
        let shared = Shared::new();
        let worker = {
            let shared = shared.clone();
            thread::spawn(move || shared.work(|_| false, park))
        };
        shared.publish(1);
        shared.wake(worker.thread());
        shared.doze.stop();
        worker.thread().unpark();
        worker.join().unwrap();
    });
}

#[test]
fn a_deadline_that_javascript_brought_up_is_watched() {
    model(|| {
        let shared = Shared::new();
        let worker = {
            let shared = shared.clone();
            // A sleep with an end ends by itself; one without lasts until somebody wakes the sleeper.
            let sleep = |until_ns| {
                if until_ns == NEVER {
                    thread::park()
                }
            };
            thread::spawn(move || shared.work(|station| station.deadline_ns.is_some(), sleep))
        };
        shared.publish(1);
        // The assisted turn finds a run that waits until 5; when the worker has the baton, it is given the work instead.
        let is_stepped = shared.baton.try_lock().map(|mut station| {
            station.deadline_ns = Some(5);
            shared.turn(&mut station, true);
        });
        if is_stepped.is_ok() {
            if shared.doze.has_unwatched_deadline(&*shared) {
                shared.wake(worker.thread());
            }
        } else {
            shared.baton.lock().unwrap().deadline_ns = Some(5);
            shared.wake(worker.thread());
        }
        worker.join().unwrap();
    });
}

#[test]
fn javascript_reads_everything_that_was_said() {
    model(|| {
        let shared = Shared::new();
        let worker = {
            let shared = shared.clone();
            thread::spawn(move || (1..=2).for_each(|head| shared.say(head)))
        };
        let mut read = 0;
        while read < 2 {
            let mut calls = shared.calls.lock().unwrap();
            while *calls == 0 {
                calls = shared.called.wait(calls).unwrap();
            }
            *calls -= 1;
            drop(calls);
            shared.store(Word::Wake, 0);
            read = shared.load(Word::OutHead);
        }
        worker.join().unwrap();
    });
}

/// The models can fail: without the second look before parking, a wake-up is lost and shuttle says so.
#[test]
#[should_panic(expected = "deadlock")]
fn without_the_second_look_a_wake_up_is_lost() {
    model(|| {
        let shared = Shared::new();
        let worker = {
            let shared = shared.clone();
            thread::spawn(move || loop {
                let mut station = shared.baton.lock().unwrap();
                shared.turn(&mut station, true);
                if station.taken == 1 {
                    return;
                }
                drop(station);
                shared.store(Word::Sleeping, 1);
                thread::park();
                shared.store(Word::Sleeping, 0);
            })
        };
        shared.publish(1);
        shared.wake(worker.thread());
        worker.join().unwrap();
    });
}
