/**
 * Takes functions out of a module that its compiler cannot know to be never called: their bodies become a trap, and wasm-opt then leaves out
 * whatever only they called. Each stands here with the reason why nothing gets there; one that is not found is an error. (Names are as the
 * linker has them, or as wasm-bindgen spells them out.)
 */
import { CODE, CUSTOM, END, list, moduleOf, Reader, IMPORT, sectionsOf, sized } from './binary.mjs';

const NEVER = [
  {
    // rhai's own evaluator. The machine runs every script, also the texts of `eval`.
    name: /rhai.*func.*script.*call_script_fn/,
    because:
      'rhai gets there by a function pointer with a script function in it, which only its evaluator makes (ours carry a native one, see ' +
      'native/vm/src/machine/origin.rs, and compile/expr.rs leaves none of the parser\'s), and by the functions of a script, of which the ' +
      'runtime state that natives are called with has none',
  },
  {
    name: /rhai.*eval.*stmt.*eval_stmt_block/,
    because: 'rhai gets there from the above, from itself, and from its own parse_json, for which natives/json.rs stands',
  },
];

const TRAP = Buffer.from([0, 0x00, END]);
const FUNCTION_NAMES = 1;

/** The names of functions by their numbers. */
function namesOf(sections) {
  const readers = sections.filter(({ id }) => id === CUSTOM).map(({ body }) => new Reader(body));
  const reader = readers.find((each) => each.name() === 'name');
  if (reader === undefined) throw new Error('the module has no names');
  while (reader.byte() !== FUNCTION_NAMES) reader.take(reader.unsigned());
  reader.unsigned();
  return new Map(reader.list((each) => [each.unsigned(), each.name()]));
}

/** The module without them. */
export function snip(bytes) {
  const sections = sectionsOf(bytes);
  const body = (id) => sections.find((section) => section.id === id).body;
  const names = [...namesOf(sections)];
  const dead = NEVER.flatMap(({ name }) => {
    const found = names.filter(([, each]) => name.test(each)).map(([index]) => index);
    if (found.length === 0) throw new Error(`no function ${name}`);
    return found;
  });
  const imports = new Reader(body(IMPORT)).unsigned(); // functions, all of them: split.mjs looks
  const bodies = new Reader(body(CODE)).list((reader) => reader.take(reader.unsigned()));
  for (const index of dead) bodies[index - imports] = TRAP;
  const code = list(bodies.map(sized));
  return moduleOf(sections.map((section) => (section.id === CODE ? { id: CODE, body: code } : section)));
}
