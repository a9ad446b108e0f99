//! Cuts a batch into its records: each begins with its own size in bytes.

use rhai_bridge_core::message::HEADER_BYTES;

/// The whole records at the front of `batch`; ends at the first one whose size cannot be true.
pub fn records_of(mut batch: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let size = u32::from_le_bytes(batch.get(..4)?.try_into().ok()?) as usize;
        if size < HEADER_BYTES || size > batch.len() {
            return None;
        }
        let (record, rest) = batch.split_at(size);
        batch = rest;
        Some(record)
    })
}

#[cfg(test)]
mod tests {
    use super::records_of;

    fn record(size: u32, bytes: usize) -> Vec<u8> {
        let mut record = size.to_le_bytes().to_vec();
        record.resize(bytes, 0);
        record
    }

    #[test]
    fn a_batch_is_cut_at_the_sizes() {
        let batch = [record(16, 16), record(24, 24)].concat();
        let sizes: Vec<usize> = records_of(&batch).map(<[u8]>::len).collect();
        assert_eq!(sizes, [16, 24]);
    }

    #[test]
    fn an_impossible_size_ends_the_batch() {
        for size in [0, 8, 15, 17, u32::MAX] {
            let batch = [record(16, 16), record(size, 16)].concat();
            assert_eq!(records_of(&batch).count(), 1, "size {size}");
        }
    }

    #[test]
    fn a_batch_shorter_than_a_size_is_empty() {
        assert_eq!(records_of(&[1, 0, 0]).count(), 0);
    }
}
