// What a script may learn about a thrown JavaScript value: a name, a message, a code; never a stack or an absolute path.
// Called with anything a host function can throw, so every property read may throw itself.

export interface Described {
  name: string;
  message: string;
  code: string;
}

const MAX_TEXT = 8192;

/** Text that can cross the border: bounded, and without lone surrogates. */
export function crossable(text: string): string {
  const cut = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) + '…' : text;
  return cut.toWellFormed();
}

function read(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** `String(value)` that survives a throwing toString, a Symbol and a null prototype. */
export function safeString(value: unknown): string {
  try {
    return String(value);
  } catch {
    return typeof value === 'object' ? 'an object that cannot be printed' : `a ${typeof value}`;
  }
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

function hide(message: string, path: unknown): string {
  if (typeof path !== 'string' || !/^(\/|[A-Za-z]:[\\/]|\\\\)/.test(path)) return message;
  return message.split(path).join(baseName(path) || '…');
}

function workingDirectory(): string {
  try {
    return globalThis.process?.cwd?.() ?? '';
  } catch {
    return '';
  }
}

/** Absolute paths of system errors, and everything under the working directory, become base names. */
function withoutPaths(message: string, error: object): string {
  let out = hide(hide(message, read(error, 'path')), read(error, 'dest'));
  out = out.replace(/file:\/\/[^\s'")]+/g, (url) => baseName(url));
  const cwd = workingDirectory();
  return cwd.length > 1 ? out.split(cwd).join('.') : out;
}

/** The three texts of anything thrown. */
export function describe(thrown: unknown): Described {
  if ((typeof thrown !== 'object' && typeof thrown !== 'function') || thrown === null) {
    return { name: 'Error', message: crossable(safeString(thrown)), code: '' };
  }
  const message = read(thrown, 'message');
  const shown = typeof message === 'string' ? message : safeString(thrown);
  return {
    name: crossable(text(read(thrown, 'name')) || 'Error'),
    message: crossable(withoutPaths(shown, thrown)),
    code: crossable(text(read(thrown, 'code'))),
  };
}
