//! The rings under pressure: tiny rings, records of every size, the other side on a thread of its own.

use crate::inbox::{InRing, Mail};
use crate::memory::tests::buffer;
use crate::memory::{Memory, Word};
use crate::outbox::OutRing;
use crate::side::SideBuffers;
use rhai_bridge_core::message::port_kind;

const RECORDS: u32 = if cfg!(miri) { 300 } else { 20_000 };

/// A record whose size and bytes follow from its number; every seventh is too big for the ring.
fn record(number: u32) -> Vec<u8> {
    let size = if number % 7 == 3 { 600 } else { 16 + (number * 37 % 29) * 8 };
    let mut bytes = vec![number as u8; size as usize];
    for (at, word) in [size, 1, number, !number].into_iter().enumerate() {
        bytes[at * 4..at * 4 + 4].copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

fn word(bytes: &[u8], index: usize) -> u32 {
    u32::from_le_bytes([bytes[index * 4], bytes[index * 4 + 1], bytes[index * 4 + 2], bytes[index * 4 + 3]])
}

/// JavaScript's end of the outbox: the next record, if one is published.
fn read_next(memory: Memory, tail: &mut u32, side: &SideBuffers) -> Option<Vec<u8>> {
    while *tail != memory.load(Word::OutHead) {
        let offset = *tail & (memory.out_bytes - 1);
        let size = word(&memory.read_out(offset, 4), 0);
        let bytes = memory.read_out(offset, size);
        *tail = tail.wrapping_add(size);
        let found = match word(&bytes, 1) {
            port_kind::PAD => None,
            port_kind::SPILL => Some(side.take(word(&bytes, 2)).expect("the side buffer is there")),
            _ => Some(bytes),
        };
        memory.store(Word::OutTail, *tail);
        if found.is_some() {
            return found;
        }
    }
    None
}

#[test]
fn every_record_of_the_outbox_arrives_once_and_in_order() {
    let (_buffer, memory) = buffer(1024, 1024);
    let side = SideBuffers::default();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut ring = OutRing::new(memory);
            for number in 0..RECORDS {
                ring.push(&record(number), &side);
                while ring.is_full() {
                    ring.publish(&side, false);
                    std::thread::yield_now();
                }
                ring.publish(&side, false);
            }
        });
        let (mut tail, mut number) = (0, 0);
        while number < RECORDS {
            match read_next(memory, &mut tail, &side) {
                Some(bytes) => {
                    assert_eq!(bytes, record(number));
                    number += 1;
                }
                None => std::thread::yield_now(),
            }
        }
    });
    assert_eq!(memory.load(Word::OutOverflow), 0);
}

/// JavaScript's end of the inbox.
fn write_next(memory: Memory, head: &mut u32, bytes: &[u8]) {
    let size = bytes.len() as u32;
    let offset = *head & (memory.in_bytes - 1);
    let rest = memory.in_bytes - offset;
    let needed = if rest < size { rest + size } else { size };
    while memory.in_bytes - head.wrapping_sub(memory.load(Word::InTail)) < needed {
        std::thread::yield_now();
    }
    if rest < size {
        let pad: Vec<u8> = [rest, port_kind::PAD].into_iter().flat_map(u32::to_le_bytes).collect();
        memory.write_in(offset, &pad);
        *head = head.wrapping_add(rest);
    }
    memory.write_in(*head & (memory.in_bytes - 1), bytes);
    *head = head.wrapping_add(size);
    memory.store(Word::InHead, *head);
}

fn spilled(bytes: Vec<u8>, side: &SideBuffers) -> Vec<u8> {
    let length = bytes.len() as u32;
    [16, port_kind::SPILL, side.put(bytes), length]
        .into_iter()
        .flat_map(u32::to_le_bytes)
        .collect()
}

#[test]
fn every_record_of_the_inbox_arrives_once_and_in_order() {
    let (_buffer, memory) = buffer(1024, 1024);
    let side = SideBuffers::default();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut head = 0;
            for bytes in (0..RECORDS).map(record) {
                let small = if bytes.len() > 256 { spilled(bytes, &side) } else { bytes };
                write_next(memory, &mut head, &small);
            }
        });
        let mut ring = InRing::new(memory);
        let mut number = 0;
        while number < RECORDS {
            ring.look();
            while let Some(mail) = ring.next(&side) {
                let bytes = match mail {
                    Mail::Record(bytes) => bytes.to_vec(),
                    Mail::Spilled(bytes) => bytes,
                    Mail::Broken => panic!("broken at {number}"),
                };
                assert_eq!(bytes, record(number));
                number += 1;
            }
            ring.release(false);
            std::thread::yield_now();
        }
    });
}

#[test]
fn sizes_that_cannot_be_are_refused() {
    let (_buffer, memory) = buffer(1024, 1024);
    let side = SideBuffers::default();
    let mut ring = InRing::new(memory);
    let mut head = 0u32;
    for size in [0, 4, 8, 20, 32, 1 << 31, u32::MAX] {
        memory.write_in(head & 1023, &[size, 1, 0, 0].into_iter().flat_map(u32::to_le_bytes).collect::<Vec<u8>>());
        head = head.wrapping_add(16);
        memory.store(Word::InHead, head);
        ring.look();
        assert!(matches!(ring.next(&side), Some(Mail::Broken)), "{size}");
        assert!(ring.next(&side).is_none());
        ring.release(false);
    }
}

#[test]
fn a_head_that_cannot_be_is_refused() {
    let (_buffer, memory) = buffer(1024, 1024);
    let side = SideBuffers::default();
    let mut ring = InRing::new(memory);
    let mut head = 0u32;
    // 1021: the next header would begin three bytes before the end of the memory.
    for claimed in [5, 1016, 24, 1025, u32::MAX] {
        head = head.wrapping_add(claimed);
        memory.store(Word::InHead, head);
        ring.look();
        assert!(matches!(ring.next(&side), Some(Mail::Broken)), "{claimed}");
        assert!(ring.next(&side).is_none());
    }
}

#[test]
fn an_unknown_side_buffer_is_a_broken_record() {
    let (_buffer, memory) = buffer(1024, 1024);
    let side = SideBuffers::default();
    let mut head = 0;
    let bytes: Vec<u8> = [16, port_kind::SPILL, 9, 100].into_iter().flat_map(u32::to_le_bytes).collect();
    write_next(memory, &mut head, &bytes);
    let mut ring = InRing::new(memory);
    ring.look();
    assert!(matches!(ring.next(&side), Some(Mail::Broken)));
}
