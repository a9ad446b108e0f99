// What the lanes of one engine share, put together from the engine's parts: where prints go, how handles are opened.

import type { ResolvedOptions } from '../options/engine.js';
import type { ContextEngine } from '../host/context.js';
import type { LaneShared } from './lane.js';
import { Sinks } from './sinks.js';

type Parts = Pick<
  LaneShared,
  | 'functions'
  | 'modules'
  | 'gate'
  | 'warnings'
  | 'errors'
  | 'counters'
  | 'tracer'
  | 'base'
  | 'committed'
  | 'laneBroken'
  | 'left'
  | 'callFunction'
>;

export function laneShared(engine: ContextEngine, options: ResolvedOptions, parts: Parts): LaneShared {
  const sinks = new Sinks(options.onPrint, options.onDebug);
  return {
    ...parts,
    engine,
    int64: options.int64,
    print: (task, text) => sinks.print(task, text),
    debug: (task, text, source, line, column) => sinks.debug(task, text, source, line, column),
  };
}
