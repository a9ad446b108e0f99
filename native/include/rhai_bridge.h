/* The C ABI between the addon and the Rust core: the whole contract of that border.
 *
 * Words used below
 *   borrows  the callee uses the pointer until it returns, and no longer
 *   keeps    the callee uses the pointer until the core is stopped
 *   gives    ownership goes to the caller, who hands it back to the named function
 *   owner thread  the thread that called rb_core_new: the environment's JavaScript thread
 *
 * Rules
 *   - Every function but the wake callback is called on the owner thread only, and never inside the wake callback.
 *   - No function throws, unwinds or aborts: a panic becomes RB_PANIC (or the documented empty result).
 *   - No function calls JavaScript. The wake callback may be called on any thread, also while the core is locked,
 *     until rb_core_stop has returned; it must not call back into the core.
 *   - The layout of the memory and of the records is the protocol's (docs in native/core/src/message and
 *     native/ffi/src/memory.rs), version RB_PROTOCOL_VERSION.
 */
#ifndef RHAI_BRIDGE_H
#define RHAI_BRIDGE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RB_PROTOCOL_VERSION 1

/* A core with its rings and, for a worker core, its thread. */
typedef struct rb_core rb_core;
typedef struct rb_early rb_early; /* a core that is being made */

/* Wakes the owner thread, which then drains the outbox. At most once until JavaScript clears the WAKE word. */
typedef void (*rb_wake_fn)(void* context);

typedef enum rb_kind {
  RB_HOME = 0,  /* stepped by the owner thread only; there is never a thread */
  RB_WORKER = 1 /* its thread starts at the first rb_core_wake, or at the first deadline */
} rb_kind;

typedef enum rb_status {
  RB_OK = 0,
  RB_BAD_MEMORY = 1,  /* size, alignment or ring sizes are not what the protocol says */
  RB_BAD_VERSION = 2, /* the VERSION word is not RB_PROTOCOL_VERSION */
  RB_PANIC = 3        /* a bug of ours; the core, if any, is unusable */
} rb_status;

typedef enum rb_step_result {
  RB_IDLE = 0,  /* nothing can run until a record comes or a deadline is due */
  RB_MORE = 1,  /* the budget is used up (or the outbox is full) and there is more to run */
  RB_BUSY = 2,  /* the worker holds the core; nothing was done */
  RB_BROKEN = 3 /* the core broke: all its runs ended with FAILED internal; make a new one */
} rb_step_result;

/* Begins to make a core on a thread of its own, for the first rb_core_new that is given it. Any thread.
 * gives the promise of a core (rb_early_free), or NULL where there is no thread to be had. */
rb_early* rb_early_begin(void);

/* Frees it, with its core if nobody took that; waits for its thread. The thread of rb_early_begin. May be NULL. */
void rb_early_free(rb_early* early);

/* Makes a core over `memory`.
 *   memory   keeps; `length` bytes, 8-aligned: 1024 control bytes, the outbox ring, the inbox ring. Zeroed but for
 *            the VERSION word. It must stay valid and in place until rb_core_stop has returned.
 *   wake     keeps; with `context` passed through.
 *   early    borrows; may be NULL. Its core is taken, if it still has it; came from this thread's rb_early_begin.
 *   status   borrows; may be NULL.
 * gives a core (rb_core_free), or NULL with the reason in *status. Allocates; takes about 0.4 ms without
 * `early`. */
rb_core* rb_core_new(uint8_t* memory, size_t length, uint32_t outbox_bytes, uint32_t inbox_bytes, rb_kind kind,
                     rb_wake_fn wake, void* context, rb_early* early, rb_status* status);

/* Steps the core on the owner thread, if the worker does not hold it: takes the inbox, runs for about `max_micros`
 * (a slice of script or a long native may go beyond), fills the outbox. Never waits for the worker, never wakes
 * JavaScript (the caller drains). A worker core leaves sources above 4 KB uncompiled here and says RB_MORE.
 * Wakes (or starts) the worker itself only when a deadline came up that the sleeping worker does not know of. */
rb_step_result rb_core_step(rb_core* core, uint32_t max_micros);

/* The same for one run: RB_IDLE when that run waits or has ended. Other runs stay where they are. */
rb_step_result rb_core_step_run(rb_core* core, uint32_t slot, uint32_t generation, uint32_t max_micros);

/* Hands what there is to the worker's thread, starting it if need be. On a home core: nothing.
 * RB_PANIC when the thread cannot be started. */
rb_status rb_core_wake(rb_core* core);

/* gives the side buffer `id` of the outbox (a big record, or a text or blob of one), once: `*bytes` and `*length`
 * (rb_bytes_free), or NULL and 0. */
uint8_t* rb_core_spill_take(rb_core* core, uint32_t id, size_t* length);

/* Frees what rb_core_spill_take gave. Any thread. */
void rb_bytes_free(uint8_t* bytes, size_t length);

/* borrows `target`, copies the side buffer `id` of the outbox into it and frees it: what rb_core_spill_take does,
 * for bytes that are looked at once. RB_BAD_MEMORY when there is none or it is longer than `length`. */
rb_status rb_core_spill_read(rb_core* core, uint32_t id, uint8_t* target, size_t length);

/* Says whether big values go to JavaScript these days: more freed memory is kept for the next ones as long as any core
 * is busy with them. A new core is not, and neither is one that is freed. */
void rb_core_busy(rb_core* core, uint32_t is_busy);

/* gives room for `length` > 0 bytes of text, which hold nothing yet; rb_core_spill_text takes it back. */
uint8_t* rb_text_room(size_t length);

/* takes `room` with `text_length` bytes of text in it, which becomes a side buffer of the inbox; gives its number, or
 * UINT32_MAX when the text is not ASCII (the room is freed all the same). */
uint32_t rb_core_spill_text(rb_core* core, uint8_t* room, size_t length, size_t text_length);

/* borrows `bytes` and keeps a copy as a side buffer of the inbox; gives the number that a SPILL record, or a value in
 * a record, names it by. */
uint32_t rb_core_spill_put(rb_core* core, const uint8_t* bytes, size_t length);

/* Drops a side buffer of the inbox: the record that names it will not be sent. */
void rb_core_spill_drop(rb_core* core, uint32_t id);

/* How many counters there are, and the name of one (static, borrowed, length in *length). */
size_t rb_counter_count(void);
const char* rb_counter_name(size_t index, size_t* length);

/* borrows `values`, rb_counter_count() numbers, and fills them. While the worker holds the core: those of the last
 * time it was free. */
void rb_core_counters(rb_core* core, double* values);

/* Stops and joins the thread (the slice it is in ends first). From its return on, neither memory nor wake are used.
 * Idempotent; steps after it do nothing and say RB_IDLE. */
void rb_core_stop(rb_core* core);

/* takes the core back: stops it and drops everything in it. NULL is allowed. */
void rb_core_free(rb_core* core);

#ifdef __cplusplus
}
#endif

#endif
