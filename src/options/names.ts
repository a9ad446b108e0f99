// Names that a script can say: of variables, functions, modules and members. A name that it could never say is refused
// where it is given, and not found out by whoever writes the script.

const WORD = '_*[A-Za-z][A-Za-z0-9_]*';
const NAME = new RegExp(`^${WORD}$`);
const PATH = new RegExp(`^${WORD}(::${WORD})*$`);
const MAX_NAME = 256;

/** Words of the language, in use or reserved. */
const RESERVED =
  /^(?:true|false|let|const|if|else|switch|do|while|until|loop|for|in|continue|break|fn|private|return|throw|try|catch|import|export|as|this|var|static|is|goto|match|case|public|protected|new|use|with|module|package|super|thread|spawn|go|await|async|sync|yield|default|void|null|nil)$/;
/** Functions that are part of the language: nothing else can have their names. */
const OWN = /^(?:eval|Fn|call|curry|is_shared|is_def_var)$/;
/** Those that a host function may replace; nothing but a function can have their names. */
const REPLACEABLE = /^(?:print|debug|type_of|is_def_fn)$/;

const shown = (name: unknown): string =>
  typeof name === 'string' ? JSON.stringify(name.slice(0, MAX_NAME)) : typeof name;

function refuseWord(word: string): void {
  if (RESERVED.test(word))
    throw new TypeError(`'${word}' is a reserved word of Rhai: a script could not say it as a name`);
  if (OWN.test(word))
    throw new TypeError(
      `'${word}' is the language's own: a script could not reach another thing of that name`,
    );
}

/** A TypeError for anything that is not the name of a variable, a property or a member. */
export function checkWord(what: string, name: unknown): asserts name is string {
  if (typeof name !== 'string' || name.length > MAX_NAME || !NAME.test(name))
    throw new TypeError(`${shown(name)} is not ${what}`);
  refuseWord(name);
  if (REPLACEABLE.test(name))
    throw new TypeError(`'${name}' is the language's own: only a function can have that name`);
}

/** A TypeError for a function that a script could not call. */
export function checkFunctionName(name: unknown): asserts name is string {
  if (typeof name !== 'string') throw new TypeError(`a function name must be a string, got ${typeof name}`);
  if (name.length > MAX_NAME || !PATH.test(name))
    throw new TypeError(`${shown(name)} is not a function name`);
  const parts = name.split('::');
  if (parts.length === 1) refuseWord(name);
  else for (const part of parts) checkWord('a function name', part);
}
