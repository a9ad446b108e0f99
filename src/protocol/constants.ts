// The numbers of the protocol between JavaScript and a core: control words, record kinds, flags, value tags.
// The Rust side has the same table; a change here is a new VERSION.

export const VERSION = 1;
export const CONTROL_BYTES = 1024;
export const HEADER_BYTES = 16;

/** Control words: index into an Int32Array over the buffer, each on a cache line of its own. */
export const OUT_HEAD = 0;
export const OUT_TAIL = 16;
export const IN_HEAD = 32;
export const IN_TAIL = 48;
export const SLEEPING = 64;
export const WAKE = 80;
export const WANT_SPACE = 96;
export const OUT_OVERFLOW = 112;
export const DEADLINE = 128;
export const VERSION_WORD = 144;
/** Nanoseconds of the last step, by a core that measures its steps; read and cleared here. */
export const STEP_NS = 160;
export const NO_DEADLINE = 0xffffffff;

/** Kinds of any record. */
export const PAD = 0xffff0001;
export const SPILL = 0xffff0002;

/** JavaScript → core. */
export const START = 1;
export const REPLY = 2;
export const THROW = 3;
export const CANCEL = 4;
export const COMPILE = 5;
export const DROP_PROGRAM = 6;
export const DEFINE = 7;
export const UNDEFINE = 8;
export const LIMITS = 9;
export const SET_VAR = 10;
export const CLEAR_SCOPE = 11;
export const GET_SCOPE = 12;
export const TRACE = 13;
export const FUEL = 15;
export const DROP_FUNCTION = 32;

export const START_SCOPE = 1;
export const START_CALL = 2;
export const START_OWN_SCOPE = 4;
export const START_COMMIT = 8;
export const START_BY_HAND = 16;
export const START_WAITED = 32;
export const START_FUNCTION = 64;
export const SCOPE_FUNCTIONS = 1;
export const COMPILE_ANSWER = 1;
export const COMPILE_ANALYZE = 2;
export const COMPILE_OPEN = 4;
export const WHY_CANCELLED = 1;
export const WHY_DISPOSED = 2;

/** Core → JavaScript. */
export const REQUEST = 1;
export const DONE = 2;
export const FAILED = 3;
export const PRINT = 4;
export const DEBUG = 5;
export const COMPILED = 6;
export const ABORTED = 7;
export const SCOPE = 8;
export const TRACED = 9;
export const RELEASED = 32;

/** Function ids from here on are names that nobody registered: the name follows the arguments. */
export const FOREIGN = 2 ** 31;
/** The function id of `import`: takes a path and the importing script's name, gives a text, a map of host functions and constants, or nothing. */
export const IMPORT = 0xfffffffe;

export const ABORTED_RUN_ENDED = 1;
export const ABORTED_TIMEOUT = 2;

/** Functions of requests that use members of host objects. */
export const GET_MEMBER = 0xffff_fff0;
export const SET_MEMBER = 0xffff_fff1;
export const CALL_MEMBER = 0xffff_fff2;

/** Value tags. */
export const T_UNIT = 0;
export const T_TRUE = 1;
export const T_FALSE = 2;
export const T_I32 = 3;
export const T_F64 = 4;
export const T_I64 = 5;
export const T_SSTR = 6;
export const T_STR = 7;
export const T_ARR = 8;
export const T_MAP = 9;
export const T_BLOB = 10;
export const T_PI32 = 11;
export const T_PF64 = 12;
export const T_SHAPE = 13;
export const T_LSTR = 14;
export const T_CHAR = 15;
export const T_FN = 16;
export const T_RANGE = 17;
export const T_TIMESTAMP = 18;
export const T_HOST_OBJECT = 19;
export const T_HOST_ERROR = 20;
export const T_ASIDE_BLOB = 21;
export const T_ASIDE_STR = 22;
export const T_ASIDE_LSTR = 23;

/** A shape id that says: do not remember. */
export const NO_SHAPE = 0xffffffff;
export const MAX_SHAPES = 4096;
/** Packed arrays begin here. */
export const PACK_FROM = 8;
/** Nesting that the codec itself can bear, whatever the limits say. */
export const MAX_DEPTH = 256;
