// The host calls of one core: a request starts a host function, its result becomes a reply, a late result is counted.
// Every request is answered once, dropped when its run is over, or aborted by the core; nothing here throws into the pump.

import { RhaiAsyncFunctionError } from '../errors/index.js';
import { turnClock } from '../backend/turn.js';
import type { Port } from '../backend/port.js';
import * as C from '../protocol/constants.js';
import type { Decoder } from '../protocol/decode.js';
import { thenNative } from '../protocol/intrinsics.js';
import { abandon, settleAbandoned } from './abandoned.js';
import { Answers } from './answers.js';
import { ArgumentLists } from './argument-lists.js';
import { HostCall, Settling, type CallSettler } from './call.js';
import { callIn } from './call-in.js';
import { readArguments, timedOut, wrongArity, type CallShared } from './call-parts.js';
import { CallContext } from './context.js';
import type { HostFunction } from './functions.js';
import { memberFunction } from './members.js';
import type { CallOwner, Owners } from './owner.js';
import { plain } from './plain.js';
import { callWatch } from '../trace/channels.js';
import { promiseOf } from './thenable.js';
import { watched } from './watched.js';

const ignore = (): void => {};
/** No request's slot. */
const NONE = -1;
/** Stands for a function that was unregistered while a script still knew it. */
const GONE = plain('(unregistered)');

export class HostCalls implements CallSettler {
  /** By request slot. */
  readonly #live: (HostCall | undefined)[] = [undefined];
  readonly #settling = new Settling(this);
  readonly #answers: Answers;
  readonly #lists = new ArgumentLists();
  /** The plain call whose function is running. */
  #plainSlot = NONE;
  #plainGeneration = 0;

  constructor(
    port: Port,
    private readonly owners: Owners,
    private readonly shared: CallShared,
  ) {
    this.#answers = new Answers(port, shared.errors);
  }

  /** A REQUEST record. */
  request(slot: number, generation: number, body: Decoder): void {
    const owner = this.owners.find(body.u32(), body.u32());
    const id = body.u32();
    const line = body.u32();
    const column = body.u32();
    const args = this.#lists.take(body.u32(), body);
    const refused = readArguments(body, args);
    const fn = this.#function(id, args, body);
    const { counters, tracer } = this.shared;
    counters.requests++;
    if (owner === undefined || owner.ended) {
      counters.orphaned++;
      return;
    }
    if (fn !== undefined && refused === undefined && this.#isPlain(fn, owner, args.length))
      return this.#startPlain(slot, generation, owner, fn, args);
    const call = this.#take(slot, generation, owner, fn ?? GONE);
    call.args = args;
    call.place(line, column);
    tracer?.drained(call);
    if (fn === undefined)
      return this.#throw(call, new Error('The host function is not registered any more.'));
    if (refused !== undefined) return this.#throw(call, refused);
    if (owner.byHand !== undefined && !this.#isOwnModule(call)) return this.#ask(call, owner.byHand);
    if (fn.arity >= 0 && fn.arity !== args.length) return this.#throw(call, wrongArity(fn, args.length));
    const { gate } = this.shared;
    if (gate.bounds(fn) && !gate.enter(call, this)) return;
    this.start(call);
  }

  #function(id: number, args: readonly unknown[], body: Decoder): HostFunction | undefined {
    if (id < C.FOREIGN) return this.shared.functions.byId[id];
    if (id === C.IMPORT) return this.shared.modules.importer;
    return memberFunction(id, args) ?? plain(body.text());
  }

  /** Nobody listens to the call, bounds it, or answers instead of its function, which wants no context. */
  #isPlain(fn: HostFunction, owner: CallOwner, argc: number): boolean {
    const { tracer, gate } = this.shared;
    return (
      !fn.context &&
      tracer === undefined &&
      owner.byHand === undefined &&
      (fn.arity < 0 || fn.arity === argc) &&
      !gate.bounds(fn) &&
      !callWatch().on
    );
  }

  /**
   * The short way of a plain call: it becomes a HostCall only when its function returns a promise. While the function
   * runs, the call is two numbers: what the function itself does may end it.
   */
  #startPlain(slot: number, generation: number, owner: CallOwner, fn: HostFunction, args: unknown[]): void {
    const { counters } = this.shared;
    const outerSlot = this.#plainSlot;
    const outerGeneration = this.#plainGeneration;
    this.#plainSlot = slot;
    this.#plainGeneration = generation;
    counters.inFlight++;
    let promise: Promise<unknown> | undefined;
    let result: unknown;
    let hasThrown = false;
    try {
      result = callIn(owner.scope, fn.handler, args);
      promise = promiseOf(result);
    } catch (error) {
      hasThrown = true;
      result = error;
    }
    const isOver = this.#plainSlot !== slot || owner.ended;
    this.#plainSlot = outerSlot;
    this.#plainGeneration = outerGeneration;
    counters.inFlight--;
    this.#lists.giveBack(args);
    if (promise !== undefined) {
      if (owner.sync) return this.#refuse(owner, fn, promise);
      if (isOver) return this.#forsake(new HostCall(slot, generation, owner, fn, 0), promise);
      this.#wait(this.#take(slot, generation, owner, fn), promise);
    } else if (isOver) counters.late++;
    else if (hasThrown) this.#answers.error(slot, generation, owner, result);
    else this.#answers.value(slot, generation, owner, result);
  }

  /** It was over before its function returned this promise: nobody waits for it. */
  #forsake(call: HostCall, promise: Promise<unknown>): void {
    call.state = 'over';
    abandon(call, this.shared);
    this.#settling.follow(call, promise);
  }

  #take(slot: number, generation: number, owner: CallOwner, fn: HostFunction): HostCall {
    const call = new HostCall(slot, generation, owner, fn, Math.floor(turnClock()));
    this.#live[slot] = call;
    this.shared.counters.inFlight++;
    return call;
  }

  /** Modules of the host are there for executions too. */
  #isOwnModule({ fn, args }: HostCall): boolean {
    const { modules } = this.shared;
    return fn === modules.importer && modules.has(String(args[0]));
  }

  /** Leaves the answer to whoever steps the run by hand. */
  #ask(call: HostCall, byHand: (call: HostCall) => void): void {
    call.state = 'waiting';
    call.owner.waiting++;
    byHand(call);
  }

  /** Calls the host function. */
  start(call: HostCall): void {
    this.shared.tracer?.hostStarted(call);
    let promise: Promise<unknown> | undefined;
    let result: unknown;
    try {
      result = this.#invoke(call);
      promise = promiseOf(result);
      if (promise !== undefined) return this.#wait(call, promise);
    } catch (error) {
      return this.rejected(call, error);
    }
    this.fulfilled(call, result);
  }

  #invoke(call: HostCall): unknown {
    const { fn, owner, args } = call;
    if (fn.context) {
      args.unshift(new CallContext(call, this.shared.engine));
    }
    const handler = callWatch().on ? watched(call, fn.handler) : fn.handler;
    return callIn(owner.scope, handler, args);
  }

  #wait(call: HostCall, promise: Promise<unknown>): void {
    const { owner, fn } = call;
    if (owner.sync) {
      this.#finish(call);
      return this.#refuse(owner, fn, promise);
    }
    this.#settling.follow(call, promise);
    call.forgetArgs();
    call.state = 'waiting';
    call.owner.waiting++;
  }

  /** A run that cannot wait got a promise. */
  #refuse(owner: CallOwner, fn: HostFunction, promise: Promise<unknown>): void {
    thenNative(promise, ignore, ignore);
    if (!owner.ended) owner.fail(new RhaiAsyncFunctionError(fn.name));
  }

  fulfilled(call: HostCall, value: unknown): void {
    call.told?.ended({ result: value });
    if (call.isOver || call.owner.ended) return this.#late(call);
    this.shared.tracer?.hostSettled(call, true);
    this.#answers.value(call.slot, call.generation, call.owner, value);
    this.shared.tracer?.replyPosted(call);
    this.#finish(call);
  }

  rejected(call: HostCall, error: unknown): void {
    call.told?.ended({ error });
    if (call.isOver || call.owner.ended) return this.#late(call);
    this.shared.tracer?.hostSettled(call, false);
    this.#throw(call, error);
  }

  #throw(call: HostCall, error: unknown): void {
    this.#answers.error(call.slot, call.generation, call.owner, error);
    this.shared.tracer?.replyPosted(call);
    this.#finish(call);
  }

  /** An answer to nothing. */
  countLate(): false {
    this.shared.counters.late++;
    return false;
  }

  #late(call: HostCall): void {
    this.shared.counters.late++;
    settleAbandoned(call, this.shared);
    if (!call.isOver) this.#finish(call);
  }

  #finish(call: HostCall): void {
    if (this.#live[call.slot] === call) this.#live[call.slot] = undefined;
    this.shared.counters.inFlight--;
    if (call.state === 'waiting') call.owner.waiting--;
    call.state = 'over';
    if (call.inFunction || call.inAll) this.shared.gate.leave(call);
  }

  /** An ABORTED record: the run ended, or the call took too long. */
  aborted(slot: number, generation: number, body: Decoder): void {
    const why = body.u32();
    const call = this.#live[slot];
    if (call === undefined || call.generation !== generation) return this.#abortPlain(slot, generation, why);
    if (why === C.ABORTED_TIMEOUT) this.shared.counters.timedOut++;
    this.#abort(call, why === C.ABORTED_TIMEOUT ? timedOut(call) : call.owner.abortReason());
  }

  /** The plain call under way is over before its function has returned. */
  #abortPlain(slot: number, generation: number, why: number): void {
    if (slot !== this.#plainSlot || generation !== this.#plainGeneration) return;
    if (why === C.ABORTED_TIMEOUT) this.shared.counters.timedOut++;
    this.#plainSlot = NONE;
  }

  #abort(call: HostCall, reason: unknown): void {
    const isPending = call.state === 'waiting';
    this.#finish(call);
    call.abort(reason);
    if (isPending && call.owner.byHand === undefined) abandon(call, this.shared);
  }

  /** Every call in flight is over, because its run is. */
  abortAll(reasonOf: (owner: CallOwner) => unknown): void {
    for (const call of this.#live) if (call !== undefined) this.#abort(call, reasonOf(call.owner));
  }

  /** Calls in flight. */
  *live(): Generator<HostCall> {
    for (const call of this.#live) if (call !== undefined) yield call;
  }
}
