//! Writes records into one reused buffer and hands each whole record to the port.
//!
//! `begin`, the payload through [`Outbox::encoder`], `end`. A record that cannot be finished is given up with
//! `cancel`, which also takes back the shapes it defined: JavaScript never saw them.

use super::{Id, HEADER_BYTES};
use crate::codec::{Asides, Encoder, Mark};
use crate::handles::SharedHandles;
use crate::port::Port;
use std::sync::Arc;

/// A core's only writer.
#[derive(Debug, Default)]
pub struct Outbox {
    encoder: Encoder,
    start: Option<Mark>,
    /// Records handed over.
    pub records: u64,
    /// Bytes handed over.
    pub bytes: u64,
}

/// A buffer that grew beyond this by a single record is given back.
const KEEP_BYTES: usize = 1 << 16;

impl Outbox {
    /// A writer for a core whose functions may leave it.
    #[must_use]
    pub fn with_handles(handles: SharedHandles) -> Self {
        Self {
            encoder: Encoder::with_handles(handles),
            ..Self::default()
        }
    }

    /// Big texts and blobs go to `store` from now on.
    pub fn put_aside(&mut self, store: Arc<dyn Asides>) {
        self.encoder.put_aside(store);
    }

    /// Starts a record.
    pub fn begin(&mut self, kind: u32, id: Id) -> &mut Encoder {
        self.encoder.bytes.clear();
        self.start = Some(self.encoder.mark());
        self.encoder.words([0, kind, id.slot, id.generation]);
        &mut self.encoder
    }

    /// The payload's writer.
    pub fn encoder(&mut self) -> &mut Encoder {
        &mut self.encoder
    }

    /// Finishes the record and hands it over.
    pub fn end(&mut self, port: &mut dyn Port) {
        self.encoder.align(8);
        let size = self.encoder.bytes.len();
        self.encoder.bytes[..4].copy_from_slice(&(size as u32).to_le_bytes());
        port.push(&self.encoder.bytes);
        self.encoder.commit();
        self.records += 1;
        self.bytes += size as u64;
        if size > KEEP_BYTES {
            self.encoder.bytes = Vec::with_capacity(HEADER_BYTES * 16);
        }
    }

    /// Gives the record up.
    pub fn cancel(&mut self) {
        if let Some(mark) = self.start.take() {
            self.encoder.rollback(mark);
        }
    }
}
