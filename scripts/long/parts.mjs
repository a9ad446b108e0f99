/** The parts of the long tier, cheapest first. */
const part = (name, budget, unit, what, load) => ({ name, budget, unit, what, load });

export const PARTS = [
  part(
    'models',
    1,
    'run',
    'models of the wake-up protocol, in every order of two threads',
    () => import('./models.mjs'),
  ),
  part(
    'leaks',
    1_000_000,
    'evals, and host calls',
    'nothing is held that was not held before',
    () => import('./leaks.mjs'),
  ),
  part(
    'hostile',
    1,
    'run',
    'more than 2,000 hostile inputs, 50 memory bombs with their peaks',
    () => import('./hostile.mjs'),
  ),
  part('wasm', 20_000, 'programs', 'random programs on WASM end as natively', () => import('./wasm.mjs')),
  part(
    'properties',
    1,
    'run',
    'the property tests with 100,000 values each',
    () => import('./properties.mjs'),
  ),
  part('versions', 1, 'run', 'the smoke suite on Node 20, 22, 24 and 26', () => import('./versions.mjs')),
  part(
    'terminate',
    10_000,
    'worker terminations on each Node version',
    'no abort, no thread left',
    () => import('./terminate.mjs'),
  ),
  part(
    'exit',
    1_000,
    'process exits on each Node version',
    'in five modes with live runs',
    () => import('./exit.mjs'),
  ),
  part(
    'soak',
    10_000_000,
    'settle checks',
    'random starts, replies, cancels, disposals, terminations',
    () => import('./soak.mjs'),
  ),
  part(
    'fuzz',
    1_000_000,
    'executions of each target',
    'codec from both sides, sources, messages',
    () => import('./fuzz.mjs'),
  ),
  part(
    'asan',
    1,
    'run',
    'AddressSanitizer and LeakSanitizer over the conformance suite',
    () => import('./asan.mjs'),
  ),
  part('tsan', 1, 'run', 'ThreadSanitizer over the conformance suite', () => import('./tsan.mjs')),
];
