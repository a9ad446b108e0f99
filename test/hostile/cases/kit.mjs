// What the lists of hostile inputs are made with: a case, the ways it may end, and products of lists.

/** The run ends by this limit. */
export const limit = (...names) => ({ classes: ['RhaiLimitError'], limits: names });
/** By a deadline. */
export const late = { classes: ['RhaiTimeoutError'] };
/** By a limit or a deadline: which of them comes first is a matter of speed. */
export const bounded = { classes: ['RhaiLimitError', 'RhaiTimeoutError'] };
/** By an error of the script's own. */
export const thrown = { classes: ['RhaiRuntimeError'] };
/** It does not parse. */
export const syntax = { classes: ['RhaiSyntaxError'] };
/** With a value. */
export const value = { classes: ['value'] };
/** In any way that is no bug: what matters is that it ends, and that the next run works. */
export const any = {
  classes: [
    'value',
    'RhaiSyntaxError',
    'RhaiRuntimeError',
    'RhaiHostError',
    'RhaiLimitError',
    'RhaiTimeoutError',
    'RhaiValueError',
  ],
};
/** Any of several ends. */
export const either = (...ends) => ({
  classes: ends.flatMap((end) => end.classes),
  limits: ends.every((end) => end.limits || !end.classes.includes('RhaiLimitError'))
    ? ends.flatMap((end) => end.limits ?? [])
    : undefined,
});

/** One hostile input: `number` is its row in the list of bad inputs. */
export const hostile = (number, name, script, expect = any, more = {}) => ({
  number,
  name,
  script,
  expect,
  ...more,
});

/** Every combination of the lists. */
export const product = (...lists) =>
  lists.reduce((all, list) => all.flatMap((row) => list.map((item) => [...row, item])), [[]]);

export const MB = 1024 * 1024;
/** A cap on memory, for bombs: measured alone in a process. */
export const capped = (megabytes, more = {}) => ({
  cap: megabytes * MB,
  limits: { maxMemoryBytes: megabytes * MB, maxOperations: 0, computeMs: 20_000, timeoutMs: 0, ...more },
});
