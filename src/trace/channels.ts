// Runs and host calls on Node's diagnostics channels: `rhai-bridge:run` and `rhai-bridge:call` (tracing channels, so
// there are `start`, `end`, `asyncStart`, `asyncEnd` and `error` of each). While nobody listens, nothing is made or
// called; where there is no `node:diagnostics_channel`, nobody can listen.

/** As much of a TracingChannel of Node as is used. */
interface TracingChannel {
  readonly hasSubscribers: boolean;
  readonly start: Channel;
  readonly end: Channel;
  readonly asyncStart: Channel;
  readonly asyncEnd: Channel;
  readonly error: Channel;
}

interface Channel {
  publish(message: object): void;
  runStores<T>(message: object, fn: () => T): T;
}

interface Diagnostics {
  tracingChannel(name: string): TracingChannel;
}

/** Node's process; its list of the modules it has loaded is there in every version, though in no document. */
interface Builtins {
  getBuiltinModule?: (name: string) => unknown;
  readonly moduleLoadList?: readonly string[];
}
const { process } = globalThis as { process?: Builtins };

/** What listeners of `rhai-bridge:run` get; the same object in every event of one run. */
export interface RunMessage {
  readonly runId: number;
  /** The script's name, if it has one. */
  readonly script: string;
  result?: unknown;
  error?: unknown;
}

/** What listeners of `rhai-bridge:call` get; the same object in every event of one host call. */
export interface CallMessage {
  readonly runId: number;
  readonly requestId: string;
  readonly functionName: string;
  readonly args: readonly unknown[];
  result?: unknown;
  error?: unknown;
}

type Message = RunMessage | CallMessage;

/** One operation that is being told. */
export interface Told {
  ended(outcome: { result: unknown } | { error: unknown }): void;
}

class Teller implements Told {
  constructor(
    private readonly channel: TracingChannel,
    private readonly message: Message,
  ) {}

  ended(outcome: { result: unknown } | { error: unknown }): void {
    const { channel, message } = this;
    Object.assign(message, outcome);
    if ('error' in outcome) channel.error.publish(message);
    channel.asyncStart.publish(message);
    channel.asyncEnd.publish(message);
  }
}

export class Watch<M extends Message> {
  #channel: TracingChannel | undefined;
  /** How many modules Node had loaded when the channel was last looked for. */
  #modules = -1;

  constructor(private readonly name: string) {}

  /** Whether anybody listens. */
  get on(): boolean {
    return (this.#channel ?? this.#found())?.hasSubscribers === true;
  }

  /**
   * The channel, if there may be listeners: who listens has loaded Node's module for it. (Node 20 takes a quarter of a millisecond to load
   * it, which a first script need not pay.)
   */
  #found(): TracingChannel | undefined {
    const { moduleLoadList: loaded } = process ?? {};
    if (loaded?.length === this.#modules) return undefined;
    this.#modules = loaded?.length ?? 0;
    if (loaded?.includes('NativeModule diagnostics_channel') === false) return undefined;
    const diagnostics = process?.getBuiltinModule?.('node:diagnostics_channel') as Diagnostics | undefined;
    return (this.#channel = diagnostics?.tracingChannel(this.name));
  }

  /** Tells the start and runs `begin` in the listeners' own context (spans of OpenTelemetry, for example). */
  begin<T>(message: M, begin: (told: Told | undefined) => T): T {
    const channel = this.#channel;
    if (channel === undefined) return begin(undefined);
    return channel.start.runStores(message, () => {
      try {
        return begin(new Teller(channel, message));
      } finally {
        channel.end.publish(message);
      }
    });
  }
}

let runs: Watch<RunMessage> | undefined;
let calls: Watch<CallMessage> | undefined;

/** `rhai-bridge:run`; made when the first run begins. */
export const runWatch = (): Watch<RunMessage> => (runs ??= new Watch('rhai-bridge:run'));

/** `rhai-bridge:call`. */
export const callWatch = (): Watch<CallMessage> => (calls ??= new Watch('rhai-bridge:call'));
