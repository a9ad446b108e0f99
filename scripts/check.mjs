/**
 * npm run check [name …]: formatters, linters and the house rules, each with its verdict. All of them run, whatever fails before.
 * Only looks; `npm run format` writes what the formatters can mend.
 */
import { RULES } from './check/rules.mjs';
import { TOOLS } from './check/tools.mjs';

const wanted = process.argv.slice(2);
const checks = [...RULES, ...TOOLS].filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (checks.length === 0)
  throw new RangeError(`no such check; there are ${[...RULES, ...TOOLS].map(({ name }) => name).join(', ')}`);

let failed = 0;
for (const { name, run } of checks) {
  const begin = performance.now();
  const complaints = await run();
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`${complaints.length ? 'FAIL' : 'ok  '} ${name}  ${seconds} s`);
  for (const complaint of complaints) console.log(complaint.replace(/^/gm, '     '));
  if (complaints.length) failed += 1;
}
console.log(`${checks.length - failed} of ${checks.length} checks clean`);
process.exitCode = failed ? 1 : 0;
