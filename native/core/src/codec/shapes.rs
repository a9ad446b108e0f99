//! Shapes: the keys of an object map are sent once per direction, then only their id.
//!
//! Scripts choose keys, so nothing here trusts a hash: a hit is verified key by key. Only shapes of a sane size
//! are remembered, at most [`MAX_SHAPES`]. A record that is given up takes the shapes it defined back with it
//! (`mark`, `rollback`): the other side never saw them.

use super::words::Words;
use super::{Malformed, MAX_SHAPES, NO_SHAPE};
use rhai::{Dynamic, Map};
use std::collections::HashMap;
use std::rc::Rc;

const MAX_SHAPE_KEYS: usize = 128;
const MAX_SHAPE_BYTES: usize = 2048;

/// Places of shapes that are found without hashing all keys.
const RECENT: usize = 64;

/// The shapes this side has defined.
#[derive(Debug)]
pub(super) struct SentShapes {
    /// Hash of the keys → id. Never iterated, so its order cannot matter.
    by_hash: HashMap<u64, u32>,
    /// By id. Ids are dense: `len` is the next one.
    shapes: Vec<SentShape>,
    /// The ids found last, by a hash of very little. An id in it may be gone: whoever finds one looks.
    recent: [u32; RECENT],
}

impl Default for SentShapes {
    fn default() -> Self {
        Self {
            by_hash: HashMap::new(),
            shapes: Vec::new(),
            recent: [NO_SHAPE; RECENT],
        }
    }
}

#[derive(Debug)]
struct SentShape {
    hash: u64,
    keys: Box<[SentKey]>,
}

/// A key and, if it is short, its words: nearly all are.
#[derive(Debug)]
struct SentKey {
    text: Box<str>,
    words: Option<Words>,
}

impl SentKey {
    fn new(key: &str) -> Self {
        Self {
            text: key.into(),
            words: Words::of(key.as_bytes()),
        }
    }

    #[inline]
    fn is(&self, key: &str) -> bool {
        let is_as_long = self.text.len() == key.len();
        is_as_long && self.words == Words::of(key.as_bytes()) && (self.words.is_some() || *self.text == *key)
    }
}

/// How a map goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// Its keys are known under this id.
    Known(u32),
    /// Its keys go along and get this id (perhaps [`NO_SHAPE`]).
    New(u32),
}

impl SentShapes {
    /// Finds the shape of `map`, or defines it.
    pub fn find_or_define(&mut self, map: &Map) -> Sent {
        let place = glance(map);
        let recent = self.recent[place];
        if self.shapes.get(recent as usize).is_some_and(|shape| shape.has_keys_of(map)) {
            return Sent::Known(recent);
        }
        let found = self.find_by_hash(map);
        if let Sent::Known(id) = found {
            self.recent[place] = id;
        }
        found
    }

    fn find_by_hash(&mut self, map: &Map) -> Sent {
        let hash = hash_keys(map);
        match self.by_hash.get(&hash) {
            Some(&id) if self.shapes[id as usize].has_keys_of(map) => Sent::Known(id),
            Some(_) => Sent::New(NO_SHAPE),
            None => Sent::New(self.define(hash, map)),
        }
    }

    fn define(&mut self, hash: u64, map: &Map) -> u32 {
        if self.shapes.len() >= MAX_SHAPES || !is_worth_it(map) {
            return NO_SHAPE;
        }
        let id = self.shapes.len() as u32;
        let keys = map.keys().map(|key| SentKey::new(key)).collect();
        self.shapes.push(SentShape { hash, keys });
        self.by_hash.insert(hash, id);
        id
    }

    /// A point to come back to.
    pub fn mark(&self) -> usize {
        self.shapes.len()
    }

    /// Forgets every shape defined since `mark`.
    pub fn rollback(&mut self, mark: usize) {
        for shape in self.shapes.drain(mark..) {
            self.by_hash.remove(&shape.hash);
        }
    }
}

impl SentShape {
    fn has_keys_of(&self, map: &Map) -> bool {
        self.keys.len() == map.len() && self.keys.iter().zip(map.keys()).all(|(mine, key)| mine.is(key))
    }
}

fn is_worth_it(map: &Map) -> bool {
    !map.is_empty() && map.len() <= MAX_SHAPE_KEYS && map.keys().map(|key| key.len()).sum::<usize>() <= MAX_SHAPE_BYTES
}

/// A place in the table of recent shapes: from the number of keys and the ends of the first.
fn glance(map: &Map) -> usize {
    let first = map.keys().next().map_or(&[][..], |key| key.as_bytes());
    let ends = first.first().copied().unwrap_or(0) ^ first.last().copied().unwrap_or(0).rotate_left(3);
    (map.len() ^ usize::from(ends)) % RECENT
}

/// Eight bytes at a time; good enough for a table whose hits are verified.
fn hash_keys(map: &Map) -> u64 {
    map.keys().fold(map.len() as u64, |hash, key| hash_bytes(hash, key.as_bytes()))
}

fn hash_bytes(mut hash: u64, bytes: &[u8]) -> u64 {
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        hash = mix(hash, u64::from_le_bytes(word));
    }
    mix(hash, bytes.len() as u64)
}

fn mix(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A shape the other side has defined: a map to copy, and where its values come from.
#[derive(Debug)]
pub(super) struct ReceivedShape {
    /// The keys, sorted as maps are, every value `()`. Copying it is cheaper than inserting key by key.
    template: Map,
    /// For each key of `template`: which of the values sent belongs to it.
    order: Box<[u32]>,
    /// The keys were sent sorted: the values come as they belong.
    is_sorted: bool,
}

impl ReceivedShape {
    fn new(keys: &[&str]) -> Result<Self, Malformed> {
        let template: Map = keys.iter().map(|&key| (key.into(), Dynamic::UNIT)).collect();
        if template.len() != keys.len() {
            return Err(Malformed("key twice"));
        }
        let mut order: Box<[u32]> = (0..keys.len() as u32).collect();
        order.sort_unstable_by_key(|&at| keys[at as usize]);
        let is_sorted = order.is_sorted();
        Ok(Self { template, order, is_sorted })
    }

    /// The map to put the values into one after the other, if they come as they belong.
    pub fn in_order(&self) -> Option<Map> {
        self.is_sorted.then(|| self.template.clone())
    }

    /// How many values follow.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// The map with `values`, which are in the order the keys were sent in, moved into it.
    pub fn fill(&self, values: &mut [Dynamic]) -> Map {
        let mut map = self.template.clone();
        for (place, &from) in map.values_mut().zip(&self.order) {
            *place = std::mem::take(&mut values[from as usize]);
        }
        map
    }
}

/// The shapes the other side has defined, by id.
#[derive(Debug, Default)]
pub(super) struct ReceivedShapes {
    shapes: Vec<Option<Rc<ReceivedShape>>>,
}

impl ReceivedShapes {
    /// Makes a shape of `keys` and remembers it under `id`; a later definition replaces an earlier one.
    pub fn define(&mut self, id: u32, keys: &[&str]) -> Result<Rc<ReceivedShape>, Malformed> {
        let shape = Rc::new(ReceivedShape::new(keys)?);
        if id == NO_SHAPE {
            return Ok(shape);
        }
        let id = id as usize;
        if id >= MAX_SHAPES {
            return Err(Malformed("shape id out of range"));
        }
        if id >= self.shapes.len() {
            self.shapes.resize_with(id + 1, || None);
        }
        self.shapes[id] = Some(shape.clone());
        Ok(shape)
    }

    /// Shape `id`.
    pub fn get(&self, id: u32) -> Result<Rc<ReceivedShape>, Malformed> {
        self.shapes.get(id as usize).cloned().flatten().ok_or(Malformed("unknown shape"))
    }
}
