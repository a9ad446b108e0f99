//! Big texts and blobs go aside: a buffer of their own that changes hands, instead of bytes copied from record to
//! record. The record holds the buffer's number and length. A port that can carry such buffers gives both codecs of
//! its core a store; without one everything is written inline.

use super::{Malformed, Reader};
use std::cell::Cell;
use std::fmt::Debug;
use std::sync::Arc;

/// Texts and blobs from here on go aside.
pub const MIN_ASIDE: usize = 16 << 10;

/// Buffers by number, each taken once. Both sides of a port use it, perhaps on two threads.
pub trait Asides: Debug + Send + Sync {
    /// Keeps `bytes` and gives their number.
    fn put(&self, bytes: Vec<u8>) -> u32;
    /// Gives buffer `id` away.
    fn take(&self, id: u32) -> Option<Vec<u8>>;
}

/// The writing end: knows which buffers belong to the record in progress, so that they can be taken back.
#[derive(Debug, Default)]
pub(super) struct AsidesOut {
    store: Option<Arc<dyn Asides>>,
    put: Vec<u32>,
}

impl AsidesOut {
    pub fn new(store: Arc<dyn Asides>) -> Self {
        Self {
            store: Some(store),
            put: Vec::new(),
        }
    }

    /// Whether something of this length goes aside.
    #[inline]
    pub fn is_for(&self, length: usize) -> bool {
        length >= MIN_ASIDE && self.store.is_some()
    }

    /// Puts `bytes` aside; only where `is_for` said so.
    pub fn put(&mut self, bytes: Vec<u8>) -> u32 {
        let id = self.store.as_ref().map_or(u32::MAX, |store| store.put(bytes));
        self.put.push(id);
        id
    }

    pub fn mark(&self) -> usize {
        self.put.len()
    }

    /// Takes back what was put since `mark`.
    pub fn rollback(&mut self, mark: usize) {
        let Some(store) = &self.store else { return };
        self.put.drain(mark..).for_each(|id| drop(store.take(id)));
    }

    /// The record was sent: its buffers are the other side's.
    #[inline]
    pub fn commit(&mut self) {
        self.put.clear();
    }
}

/// The reading end.
#[derive(Debug, Default)]
pub(super) struct AsidesIn {
    store: Option<Arc<dyn Asides>>,
    /// Bytes that came in since somebody asked: others allocated them.
    taken: Cell<i64>,
}

impl AsidesIn {
    pub fn new(store: Arc<dyn Asides>) -> Self {
        Self {
            store: Some(store),
            taken: Cell::new(0),
        }
    }

    /// Bytes of the buffers read since the last call.
    pub fn taken(&self) -> i64 {
        self.taken.take()
    }

    /// The buffer whose number and length come next.
    pub fn read(&self, reader: &mut Reader<'_>) -> Result<Vec<u8>, Malformed> {
        let (id, length) = (reader.u32()?, reader.u32()? as usize);
        let bytes = self.store.as_ref().and_then(|store| store.take(id));
        self.taken.set(self.taken.get() + length as i64);
        bytes.filter(|bytes| bytes.len() == length).ok_or(Malformed("no such buffer"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{Decoder, Encoder};
    use rhai::Dynamic;
    use std::collections::HashMap;
    use std::sync::Mutex;

    #[derive(Debug, Default)]
    struct Store(Mutex<(u32, HashMap<u32, Vec<u8>>)>);

    impl Store {
        fn count(&self) -> usize {
            self.0.lock().expect("whole").1.len()
        }
    }

    impl Asides for Store {
        fn put(&self, bytes: Vec<u8>) -> u32 {
            let mut inner = self.0.lock().expect("whole");
            inner.0 += 1;
            let id = inner.0;
            inner.1.insert(id, bytes);
            id
        }
        fn take(&self, id: u32) -> Option<Vec<u8>> {
            self.0.lock().expect("whole").1.remove(&id)
        }
    }

    fn pair() -> (Arc<Store>, Encoder, Decoder) {
        let store = Arc::new(Store::default());
        let (mut encoder, mut decoder) = (Encoder::new(), Decoder::new());
        encoder.put_aside(store.clone());
        decoder.take_aside(store.clone());
        (store, encoder, decoder)
    }

    fn big_values() -> Vec<Dynamic> {
        let text = |piece: &str| Dynamic::from(piece.repeat(MIN_ASIDE));
        vec![text("x"), text("é"), Dynamic::from_blob(vec![7; MIN_ASIDE])]
    }

    #[test]
    fn what_is_big_goes_aside_and_comes_back_as_it_was() {
        let (store, mut encoder, mut decoder) = pair();
        let whole = Dynamic::from_array(big_values());
        encoder.value(&whole, 0).expect("written");
        for value in big_values() {
            encoder.owned_value(value, 0).expect("written");
        }
        assert_eq!((store.count(), encoder.bytes().len() < 100), (6, true));
        let mut reader = Reader::new(encoder.bytes(), 0);
        let mut read = || Encoder::standalone(&[decoder.value(&mut reader, 0).expect("read")], 0);
        assert_eq!(read(), Encoder::standalone(&[whole], 0));
        for value in big_values() {
            assert_eq!(read(), Encoder::standalone(&[value], 0));
        }
        assert_eq!(store.count(), 0);
    }

    #[test]
    fn what_is_small_or_has_no_store_stays_in_the_record() {
        let (store, mut encoder, _) = pair();
        encoder.value(&"x".repeat(MIN_ASIDE - 1).into(), 0).expect("written");
        encoder.owned_value(Dynamic::from_blob(vec![7; MIN_ASIDE - 1]), 0).expect("written");
        assert_eq!((store.count(), encoder.bytes().len()), (0, 2 * (MIN_ASIDE - 1 + 5)));
        let inline = Encoder::standalone(&big_values(), 0).expect("written");
        assert!(inline.len() > 4 * MIN_ASIDE);
    }

    #[test]
    fn a_record_that_is_given_up_takes_its_buffers_back() {
        let (store, mut encoder, _) = pair();
        let mark = encoder.mark();
        encoder.value(&Dynamic::from_array(big_values()), 0).expect("written");
        encoder.rollback(mark);
        assert_eq!(store.count(), 0);
        encoder.value(&Dynamic::from_array(big_values()), 0).expect("written");
        encoder.commit();
        encoder.rollback(mark);
        assert_eq!(store.count(), 3);
    }

    #[test]
    fn a_number_or_length_that_is_not_true_is_malformed() {
        let (store, mut encoder, mut decoder) = pair();
        encoder.owned_value(Dynamic::from_blob(vec![7; MIN_ASIDE]), 0).expect("written");
        let mut bytes = encoder.bytes().to_vec();
        assert!(Decoder::new().value(&mut Reader::new(&bytes, 0), 0).is_err());
        bytes[5] ^= 1;
        assert!(decoder.value(&mut Reader::new(&bytes, 0), 0).is_err());
        assert!(decoder.value(&mut Reader::new(encoder.bytes(), 0), 0).is_err());
        assert_eq!(store.count(), 0);
    }

    #[test]
    fn text_that_is_not_what_its_tag_says_is_malformed() {
        use crate::codec::tags::{ASIDE_LSTR, ASIDE_STR};
        let (store, _, mut decoder) = pair();
        for (tag, bytes) in [(ASIDE_STR, vec![0xff; 9]), (ASIDE_LSTR, "é".as_bytes().to_vec())] {
            let length = bytes.len() as u32;
            let words = [store.put(bytes).to_le_bytes(), length.to_le_bytes()].concat();
            let record = [vec![tag], words].concat();
            assert!(decoder.value(&mut Reader::new(&record, 0), 0).is_err());
        }
    }
}
