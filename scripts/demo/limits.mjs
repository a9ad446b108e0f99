// Part 4: a script that never ends meets its time limit; another is cancelled while it waits, and its host function's
// signal aborts. The engine goes on.
export async function limits(engine) {
  const begin = performance.now();
  await engine
    .evalAsync('let n = 0; loop { n += 1; }', { name: 'endless.rhai', timeoutMs: 100 })
    .catch((error) => {
      const { scriptMs, hostMs, queueMs } = error.spent;
      console.log(`  ${error.name}: ${error.message}`);
      console.log(
        `  after ${(performance.now() - begin).toFixed(0)} ms; script ${scriptMs.toFixed(0)}, host ${hostMs.toFixed(0)}, queue ${queueMs.toFixed(0)} ms`,
      );
    });

  engine.registerFunction('wait_long', waitLong, { context: true });
  const run = engine.evalAsync('wait_long()');
  setTimeout(() => run.cancel('the user went away'), 50);
  await run.catch((error) => console.log(`  ${error.name}: ${error.message} Reason: ${error.reason}`));
  console.log('  and the engine goes on: 40 + 2 =', await engine.evalAsync('40 + 2'));
}

function waitLong({ signal }) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 60_000);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      console.log('  host function: my signal aborted, I stop too');
    });
  });
}
