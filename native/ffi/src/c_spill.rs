//! The C ABI's functions for side buffers, as `native/include/rhai_bridge.h` says: big records, texts and blobs.

use crate::c_api::{with_core, RbCore, RB_BAD_MEMORY, RB_OK};

/// See the header.
///
/// # Safety
/// `length` is valid for a write.
#[no_mangle]
pub unsafe extern "C" fn rb_core_spill_take(core: *const RbCore, id: u32, length: *mut usize) -> *mut u8 {
    let bytes = with_core(core, None, |core| core.shared.side_out.take(id));
    let bytes = bytes.map(Vec::into_boxed_slice);
    // SAFETY: by the caller's promise.
    unsafe { *length = bytes.as_ref().map_or(0, |bytes| bytes.len()) };
    bytes.map_or(std::ptr::null_mut(), |bytes| Box::into_raw(bytes).cast())
}

/// See the header.
///
/// # Safety
/// `bytes` and `length` came from one call of `rb_core_spill_take`, and are freed once.
#[no_mangle]
pub unsafe extern "C" fn rb_bytes_free(bytes: *mut u8, length: usize) {
    if !bytes.is_null() {
        // SAFETY: by the caller's promise this is the boxed slice that `rb_core_spill_take` let go of.
        drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(bytes, length)) });
    }
}

/// See the header.
///
/// # Safety
/// `bytes` is valid for `length` bytes (anything when `length` is 0).
#[no_mangle]
pub unsafe extern "C" fn rb_core_spill_put(core: *const RbCore, bytes: *const u8, length: usize) -> u32 {
    if bytes.is_null() || length == 0 {
        return u32::MAX; // no such buffer: the record that names it is counted as broken
    }
    // SAFETY: by the caller's promise.
    let bytes = unsafe { std::slice::from_raw_parts(bytes, length) };
    with_core(core, u32::MAX, |core| core.shared.side_in.put(bytes.to_vec()))
}

/// See the header.
#[no_mangle]
pub extern "C" fn rb_core_spill_drop(core: *const RbCore, id: u32) {
    with_core(core, (), |core| drop(core.shared.side_in.take(id)));
}

/// See the header.
#[no_mangle]
pub extern "C" fn rb_core_busy(core: *const RbCore, is_busy: u32) {
    with_core(core, (), |core| {
        if core.is_busy.replace(is_busy != 0) != (is_busy != 0) {
            crate::allocator::core_busy(is_busy != 0);
        }
    });
}

/// See the header.
#[no_mangle]
pub extern "C" fn rb_text_room(length: usize) -> *mut u8 {
    Box::into_raw(Box::<[u8]>::new_uninit_slice(length)).cast()
}

/// See the header.
///
/// # Safety
/// `room` and `length` came from one call of `rb_text_room`, its first `text_length` bytes were written, and it is not
/// used afterwards.
#[no_mangle]
pub unsafe extern "C" fn rb_core_spill_text(core: *const RbCore, room: *mut u8, length: usize, text_length: usize) -> u32 {
    // SAFETY: by the caller's promise this is the block that `rb_text_room` let go of, `length` bytes large, and what is
    // taken for text was written.
    let text = unsafe { Vec::from_raw_parts(room, text_length.min(length), length) };
    if !text.is_ascii() {
        return u32::MAX;
    }
    with_core(core, u32::MAX, |core| core.shared.side_in.put(text))
}

/// See the header.
///
/// # Safety
/// `target` is valid for `length` bytes (anything when `length` is 0).
#[no_mangle]
pub unsafe extern "C" fn rb_core_spill_read(core: *const RbCore, id: u32, target: *mut u8, length: usize) -> u32 {
    let bytes = with_core(core, None, |core| core.shared.side_out.take(id));
    match bytes {
        Some(bytes) if bytes.len() <= length && !target.is_null() => {
            // SAFETY: by the caller's promise; the buffer is ours, so they cannot overlap.
            unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), target, bytes.len()) };
            RB_OK
        }
        _ => RB_BAD_MEMORY,
    }
}
