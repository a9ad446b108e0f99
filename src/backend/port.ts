// A port moves records between JavaScript and one core and decides who runs the core:
// this thread for a bounded slice (assist), the next turn when the slice is used up, or the core's own thread.
// Writers call begin/end; what comes back goes to the sink. Knows nothing of runs, functions or values.
// long because: who steps the core, when and for how long is decided in one place.

import { Asides, type AsideStore } from '../protocol/asides.js';
import { Season } from './season.js';
import * as C from '../protocol/constants.js';
import type { DecodeContext } from '../protocol/decode-context.js';
import type { Encoder } from '../protocol/encode.js';
import type { HandleSource } from '../protocol/handles.js';
import { Inbox } from '../protocol/inbox.js';
import { thenNative } from '../protocol/intrinsics.js';
import type { ValueLimits } from '../protocol/limits.js';
import { Outbox, type RecordSink } from '../protocol/outbox.js';
import { Views } from '../protocol/views.js';
import { amongOthers, asNobody, backTo } from '../platform/async-scope.js';
import { unref, type Timer } from '../platform/timers.js';
import { BROKEN, BUSY, IDLE, MORE, type Backend, type Core, type CoreKind } from './core.js';
import {
  clock,
  defer,
  readClock,
  remainingMicros,
  spend,
  touchTurn,
  turnClock,
  type Resumable,
} from './turn.js';

export interface PortSink extends RecordSink {
  /** The core or its bytes are broken: nothing more will come. */
  broken(error: unknown): void;
}

const RING_BYTES = { home: 1 << 16, worker: 1 << 18 } as const;
/** A slice of a synchronous run: long, because nobody else can run meanwhile. */
const SYNC_SLICE_MICROS = 50_000;
/** Timers take no longer times. */
const FARTHEST_MS = 2 ** 30;
/** Inline runs need some budget even when assisting workers is off. */
const MIN_INLINE_MICROS = 100;
/** So many records of one pump, and the next one is made ready for many host calls. */
const MANY_RECORDS = 4;
const settled = Promise.resolve();

/** Who steps the core next. */
const enum Owner {
  Here,
  NextTurn,
  Thread,
}

/**
 * When to look at a deadline that is so far away: a far one first up to a sixteenth too early. So it need not be moved for
 * what the clock says a little later, and there are few different lengths: Node keeps a list for each one until it is due.
 */
function ringsAfter(ms: number): number {
  if (ms < 64) return ms;
  const step = 2 ** (26 - Math.clz32(ms));
  return (Math.floor(ms / step) - 1) * step;
}

/** In a function of its own, so that the addon holds nothing but the weak reference: a forgotten engine can be collected. */
function waker(port: WeakRef<Port>): () => void {
  return () => port.deref()?.resume();
}

function asidesOf(core: Core): Asides | undefined {
  if (!core.spillText || !core.spillRead || !core.spillDrop) return undefined;
  const season = new Season((isBusy) => core.spillBusy?.(isBusy ? 1 : 0));
  return new Asides(core as AsideStore, () => season.touch());
}

export class Port implements Resumable {
  readonly #core: Core;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #control: Int32Array;
  /** What it may run here in a turn of the event loop. */
  #budget: number;
  readonly #pump = (): void => this.#scheduledPump();
  readonly #moving = (): void => this.#move();
  /** What the last pump has drained. */
  #drained = 0;
  #scheduled = false;
  #pumping = false;
  /** Published, but the core has not been stepped since. */
  #owed = false;
  #closed = false;
  #alarm: Timer | undefined;
  #alarmAt = 0;
  #alive = false;
  /** The core says how long its steps take: exact, and cheaper than to ask the clock. */
  #measures = true;

  constructor(
    backend: Backend,
    readonly kind: CoreKind,
    private readonly sink: PortSink,
    assistMicros: number,
  ) {
    const ring = RING_BYTES[kind];
    const views = new Views(new ArrayBuffer(C.CONTROL_BYTES + 2 * ring));
    this.#control = views.i32;
    this.#control[C.VERSION_WORD] = C.VERSION;
    this.#control[C.DEADLINE] = C.NO_DEADLINE | 0;
    this.#core = backend.open(kind, views.buffer, ring, ring, waker(new WeakRef<Port>(this)));
    this.#budget = kind === 'home' ? Math.max(assistMicros, MIN_INLINE_MICROS) : assistMicros;
    if (this.#core.isApart === true) this.#budget = 0;
    this.#outbox = new Outbox(views, C.CONTROL_BYTES, ring, (id) => this.#core.spillTake(id));
    const asides = asidesOf(this.#core);
    this.#outbox.context.asides = asides;
    const spillPut = (bytes: Uint8Array): number => this.#core.spillPut(bytes);
    this.#inbox = new Inbox(views, C.CONTROL_BYTES + ring, ring, spillPut, asides, () => this.#makeRoom());
  }

  /** How values that come from this core are read. */
  get decoding(): DecodeContext {
    return this.#outbox.context;
  }

  /** What crosses to this core as a number; set before the first record. */
  set handles(handles: HandleSource) {
    this.#inbox.handles = handles;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Records that wait for room in the inbox. */
  get backlog(): number {
    return this.#inbox.backlog;
  }

  /** Lets a core that no longer answers be given up. */
  watch(patienceMs: () => number): void {
    this.#core.watch?.(patienceMs);
  }

  counters(): unknown {
    return this.#closed ? undefined : this.#core.counters();
  }

  begin(kind: number, slot: number, generation: number, limits?: ValueLimits): Encoder {
    return this.#inbox.begin(kind, slot, generation, limits);
  }

  /** Completes the record; it reaches the core once per microtask turn, together with its neighbours. */
  end(): void {
    if (this.#closed) return void this.#inbox.abort(undefined);
    this.#inbox.end();
    if (!this.#scheduled && !this.#pumping) this.#schedule();
  }

  abort(error: unknown): unknown {
    return this.#inbox.abort(error);
  }

  /** A record without a body. */
  send(kind: number, slot: number, generation: number): void {
    this.begin(kind, slot, generation);
    this.end();
  }

  /** The inbox is full before its turn comes: the core takes in what there is. It says nothing to anybody here. */
  #makeRoom(): void {
    if (this.#pumping || this.#closed || this.#budget === 0) return;
    touchTurn();
    this.#inbox.publish();
    this.#owed = true; // whatever it answers: the pump asks again
    const since = this.#measures ? 0 : clock();
    try {
      const found = this.#core.step(0);
      this.#share(found !== BUSY);
      if (found !== BUSY) this.#charge(since);
    } catch {
      // It died (WebAssembly only), and says so again to the pump, which can tell everybody.
    }
  }

  #schedule(): void {
    this.#scheduled = true;
    thenNative(settled, this.#pump);
  }

  #scheduledPump(): void {
    this.#scheduled = false;
    this.resume();
  }

  /** Keeps the process alive while true. */
  keepAlive(alive: boolean): void {
    if (alive === this.#alive || this.#closed) return;
    this.#alive = alive;
    if (alive) this.#core.ref();
    else this.#core.unref();
  }

  /** Moves everything that can move now. Never throws and never waits. */
  resume(): void {
    if (this.#pumping || this.#closed) return;
    this.#pumping = true;
    try {
      if (this.#drained >= MANY_RECORDS) asNobody(this.#moving);
      else this.#move();
    } catch (error) {
      this.#break(error);
    } finally {
      this.#pumping = false;
    }
  }

  #move(): void {
    const budget = this.#budget;
    let owner = budget > 0 ? Owner.Here : Owner.Thread;
    if (budget > 0) touchTurn();
    else readClock();
    this.#drained = 0;
    for (;;) {
      this.#drained += this.#outbox.drain(this.sink);
      if (this.#closed) return;
      if (this.#outbox.takeOverflow(false)) this.#owed = true;
      if (this.#inbox.publish()) this.#owed = true;
      if (!this.#owed && !this.#overflows()) break;
      if (owner !== Owner.Here) break;
      const left = remainingMicros(budget);
      if (left <= 0) {
        owner = Owner.NextTurn;
        break;
      }
      owner = this.#step(left, budget);
    }
    this.#share(false);
    this.#handOver(owner);
  }

  /** Before it rests: first others are shown that there is room, then it is seen whether one of them has just missed it. */
  #overflows(): boolean {
    this.#share(false);
    this.#owed = this.#outbox.takeOverflow(true);
    return this.#owed;
  }

  /** What was stored for this thread is for the others as well; a step that took the core has seen to that. */
  #share(hasStepped: boolean): void {
    this.#inbox.share(hasStepped);
    this.#outbox.share(hasStepped);
  }

  /** Runs the core here; says who runs it next. */
  #step(micros: number, budget: number): Owner {
    this.#owed = false;
    const since = this.#measures ? 0 : clock();
    const found = this.#core.step(micros);
    this.#share(found !== BUSY);
    if (found !== BUSY) this.#charge(since);
    if (found === IDLE) return Owner.Here;
    if (found === BROKEN) throw new Error('the core is broken');
    this.#owed = true;
    if (this.kind === 'home') return Owner.NextTurn;
    // A script that used a whole slice computes: its thread is better at it. One that met the end of a turn is not.
    return found === BUSY || micros * 2 > budget ? Owner.Thread : Owner.NextTurn;
  }

  /** The turn's budget is for the core alone: what host functions and the codec take is not charged. */
  #charge(since: number): void {
    const ns = this.#control[C.STEP_NS]!;
    if (ns > 0) {
      this.#control[C.STEP_NS] = 0;
      spend(ns / 1000);
    } else if (this.#measures) {
      this.#measures = false;
    } else {
      spend((clock() - since) * 1000);
    }
  }

  #handOver(owner: Owner): void {
    if (this.kind === 'home') this.#setAlarm();
    if (!this.#owed) return;
    if (owner === Owner.Thread) {
      this.#owed = false;
      this.#core.wake();
    } else {
      defer(this);
    }
  }

  /** A home core has no thread to watch its deadlines: a timer does. */
  #setAlarm(): void {
    const ms = this.#control[C.DEADLINE]! >>> 0;
    if (ms === C.NO_DEADLINE) return;
    // An alarm that rings too early costs one look; to move it for every host call costs half of the call.
    if (this.#alarm !== undefined && this.#alarmAt <= turnClock() + ms) return;
    clearTimeout(this.#alarm);
    const early = ringsAfter(Math.min(ms, FARTHEST_MS));
    this.#alarmAt = clock() + early;
    this.#alarm = unref(setTimeout(() => this.#ring(), early + 1));
  }

  #ring(): void {
    this.#alarm = undefined;
    this.#owed = true;
    this.resume();
  }

  /**
   * Home core: one slice of one run, and everything it says. False when the run cannot go on by itself.
   * What others sent is shown to the core as well: with `others`, it is stepped for them later.
   */
  stepRun(slot: number, generation: number, others: boolean): boolean {
    if (this.#inbox.publish() && others) this.#owed = true;
    const found = this.#directly(() => this.#core.stepRun(slot, generation, SYNC_SLICE_MICROS));
    return found !== IDLE || this.#inbox.dirty;
  }

  /** Home core: reads the inbox and answers, without running anything for longer than a moment. */
  settle(): void {
    this.#inbox.publish();
    if (this.#directly(() => this.#core.step(0)) === MORE) this.#owed = true;
  }

  #directly(step: () => number): number {
    if (this.#closed) return IDLE;
    const outer = amongOthers();
    try {
      const found = step();
      if (found === BROKEN) throw new Error('the core is broken');
      this.#outbox.drain(this.sink);
      this.#share(false);
      return found;
    } catch (error) {
      this.#break(error);
      return IDLE;
    } finally {
      backTo(outer);
    }
  }

  #break(error: unknown): void {
    this.#lastWords();
    this.close();
    this.sink.broken(error);
  }

  /** A broken core has still said how its runs ended. */
  #lastWords(): void {
    try {
      this.#outbox.drain(this.sink);
    } catch {
      // The bytes themselves are broken: the sink ends the runs.
    }
  }

  close(): void {
    if (this.#closed) return;
    this.keepAlive(false);
    this.#closed = true;
    clearTimeout(this.#alarm);
    this.#core.close();
  }
}
