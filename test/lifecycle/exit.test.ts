// The end of a process: process.exit keeps its code in every mode; a process ends by itself exactly when no referenced run is pending.
import { describe, expect, it } from 'vitest';
import { lines, program, well } from './program.js';

const MODES = ['looping', 'waiting', 'compiling', 'starting', 'replying'];

describe('process.exit', () => {
  it.each(MODES)('keeps its code, 10 times while runs are %s', async (mode) => {
    for (let seed = 0; seed < 10; seed += 2) {
      const pair = await Promise.all([0, 1].map((more) => program('exit.mjs', [mode, seed + more])));
      for (const ended of pair) expect(ended).toEqual({ code: 7, signal: null, stdout: '', stderr: '' });
    }
  });

  it('keeps its code inside a host function, in eval and in evalAsync (96)', async () => {
    for (const call of ['engine.eval("quit()")', 'await engine.evalAsync("quit()")']) {
      const ended = await lines(
        `const engine = makeEngine().registerFunction('quit', () => process.exit(9));
        MODES.replying(engine);
        ${call};
        console.log('not reached');`,
      );
      expect(ended).toEqual({ code: 9, signal: null, stdout: '', stderr: '' });
    }
  });

  it('lets an exit handler dispose, eval and close', async () => {
    const ended = await lines(
      `const engine = makeEngine();
      const other = makeEngine();
      MODES.looping(engine);
      process.on('exit', () => {
        console.log(other.eval('40 + 2'));
        engine.dispose();
        other.close();
      });
      setTimeout(() => process.exit(3), 5);`,
    );
    expect(ended).toEqual({ code: 3, signal: null, stdout: '42', stderr: '' });
  });

  it('an uncaught exception ends the process as ever', async () => {
    const ended = await lines(
      `MODES.replying(makeEngine());
      setTimeout(() => { throw new Error('mine'); }, 5);`,
    );
    expect(ended).toMatchObject({ code: 1, signal: null, stderr: expect.stringContaining('Error: mine') });
  });

  it('an exception of a listener ends its run, not the process', async () => {
    const ended = await lines(
      `const engine = RhaiEngine.createSync({ onPrint() { throw new Error('from onPrint'); } });
      await engine.evalAsync('print(1); 2').catch((error) => console.log(error.message, error.cause?.message));`,
    );
    expect(ended).toMatchObject(well('The onPrint listener threw. from onPrint'));
  });
});

describe('the natural end', () => {
  const ends = (text: string, stdout: string) => async () => {
    const ended = await lines(text, { hungSeconds: 20 });
    expect(ended).toMatchObject(well(stdout));
  };

  it(
    'comes although engines of every kind are idle and were never disposed',
    ends(
      `for (const kind of KINDS) {
        const engine = makeEngine(kind);
        engine.setVar('x', 1).eval('x += 1');
        await engine.evalAsync('now(1)');
      }
      console.log('end');`,
      'end',
    ),
  );
  it(
    'waits for a pending run of every kind of engine',
    ends(
      `for (const kind of KINDS) {
        const engine = makeEngine(kind).registerFunction('later', () => new Promise((done) => setTimeout(done, 50, 1).unref()));
        engine.evalAsync('later(); later()', { limits: { hostTimeoutMs: 400 } }).then(() => console.log('ok'), (e) => console.log('ok'));
      }`,
      'ok\nok\nok\nok',
    ),
  );
  it(
    'does not wait for unreferenced runs, however often they were unreferenced',
    ends(
      `for (const kind of KINDS) {
        const run = makeEngine(kind).evalAsync('never()');
        run.unref().unref();
      }
      console.log('end');`,
      'end',
    ),
  );
  it(
    'waits for a run that was referenced again',
    ends(
      `for (const kind of KINDS) {
        const engine = makeEngine(kind);
        const run = engine.evalAsync('never()', { timeoutMs: 30 });
        run.unref().unref().ref().ref();
        run.catch((e) => console.log(e.name));
      }`,
      'RhaiTimeoutError\nRhaiTimeoutError\nRhaiTimeoutError\nRhaiTimeoutError',
    ),
  );
  it(
    'counts right: one referenced run among unreferenced ones',
    ends(
      `const engine = makeEngine();
      for (let i = 0; i < 5; i++) { const run = engine.evalAsync('never()').unref(); if (i % 2) run.unref(); run.catch(() => {}); }
      engine.evalAsync('never()', { timeoutMs: 40 }).catch((e) => console.log(e.name));`,
      'RhaiTimeoutError',
    ),
  );
  it(
    'waits for a referenced run that is still queued behind an unreferenced one',
    ends(
      `const engine = RhaiEngine.createSync({ maxConcurrentRuns: 1 });
      engine.registerFunction('slow', () => new Promise((done) => setTimeout(done, 60, 1).unref()));
      engine.evalAsync('slow()', { timeoutMs: 300 }).unref().catch(() => {});
      engine.evalAsync('40 + 2').then(console.log);`,
      '42',
    ),
  );
  it(
    'does not wait for a stream that nobody reads any more, but for one that is read',
    ends(
      `for (const kind of KINDS) {
        const engine = makeEngine(kind);
        const forgotten = engine.evalStream('let i = 0; loop { emit(i); i += 1; }', { bufferSize: 2 });
        await forgotten.next();
        await forgotten.next();
        engine.evalStream('soon(1); emit(7); soon(2)').next().then(({ value }) => console.log(value));
      }`,
      '7\n7\n7\n7',
    ),
  );
  it(
    'comes after close with work under way, and after dispose',
    ends(
      `for (const kind of KINDS) {
        const [a, b] = [makeEngine(kind), makeEngine(kind)];
        for (const mode of Object.values(MODES)) { mode(a); mode(b); }
        a.dispose();
        await b.close({ graceMs: 20 });
      }
      console.log('end');`,
      'end',
    ),
  );
});

describe('signals', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'])('%s ends the process as ever (103)', async (signal) => {
    const ended = await lines(
      `MODES.looping(makeEngine());
      MODES.replying(makeEngine());
      setTimeout(() => process.kill(process.pid, '${signal}'), 20);`,
    );
    expect(ended).toMatchObject({ code: null, signal, stderr: '' });
  });

  it('a handler may close gently (103)', async () => {
    const ended = await lines(
      `const engine = makeEngine();
      const run = engine.evalAsync('loop { soon(1); }');
      run.catch((error) => console.log(error.name));
      process.once('SIGTERM', () => engine.close({ graceMs: 30 }).then(() => console.log('closed')));
      process.on('SIGCHLD', () => {}).on('SIGPIPE', () => {});
      for (const signal of ['SIGCHLD', 'SIGPIPE', 'SIGTERM']) process.kill(process.pid, signal);`,
    );
    expect(ended).toMatchObject(well('RhaiDisposedError\nclosed'));
  });

  it('a stopped process goes on; its clocks did too (103)', async () => {
    const ended = await lines(
      `import { spawn } from 'node:child_process';
      const engine = makeEngine();
      const patient = engine.evalAsync('let s = 0; for i in 0..300 { s += soon(1); } s');
      const waiting = engine.evalAsync('never()', { timeoutMs: 200 }).catch((e) => e.name);
      spawn('sh', ['-c', 'kill -STOP ' + process.pid + '; sleep 0.6; kill -CONT ' + process.pid]);
      console.log(await patient, await waiting);
      engine.dispose();`,
    );
    expect(ended).toMatchObject(well('300 RhaiTimeoutError'));
  });
});

describe('a process that is killed', () => {
  it('leaves no file and no process, 20 times, and the next one works (104)', async () => {
    const ended = await program('kill.mjs', [20]);
    const nothing = { files: [], processes: 0, wrong: [], next: 'ok' };
    expect(JSON.parse(ended.stdout)).toEqual({ rounds: 20, ...nothing });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('as one of four behind a port and with a shared cache does no harm to the others (107)', async () => {
    const ended = await program('cluster.mjs');
    expect(ended).toMatchObject(well(JSON.stringify({ before: 100, after: 100, codes: [0, 0, 0, 0] })));
  });
});
