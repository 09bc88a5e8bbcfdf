/**
 * Attacks what is shipped from outside, in real processes on throw-away machines, and says what held.
 *
 *     npm run bench:faults -- [--only kills,torture] [--minutes N] [--seed N] [--write]
 *
 * --minutes is for all harnesses together, 9 unless told; --seed repeats what was chosen by chance, but
 * not the moments at which processes were where they were; --write refreshes docs/faults.md. Ends with 1
 * when something fell.
 */
import { cp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../../esbuild.mjs';
import { requireNode24 } from '../shared/node24.mjs';
import { inRoot, scratch } from '../shared/paths.mjs';
import { harnesses } from './faults/harnesses.ts';
import { Lab } from './faults/lab.ts';
import { machine, table } from './latency.mjs';

requireNode24();

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: harnesses.map(({ name }) => name).join(',') },
    minutes: { type: 'string', default: '9' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    write: { type: 'boolean', default: false },
  },
});
const home = path.join(scratch, 'faults');
/** A made-up world of so many happenings is read in half a second. */
const measures = { size: 600, kills: 3 };

function chosen() {
  const names = values.only.split(',');
  const unknown = names.find((name) => harnesses.every((harness) => harness.name !== name));
  if (unknown === undefined) return harnesses.filter(({ name }) => names.includes(name));
  console.error(
    `There is no harness "${unknown}": ${harnesses.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}

const counted = (counts) =>
  [...counts]
    .map(([what, count]) => `${what} ${count}`)
    .sort()
    .join('; ');

/** Runs one harness, and says at once what came of it. */
async function run({ name, attack }, ms) {
  const started = performance.now();
  const lab = new Lab({
    dist: path.join(home, 'product/dist'),
    folder: path.join(home, name),
    seed: Number(values.seed),
    ms,
    ...measures,
  });
  const found = await attack(lab);
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`\n${name}, ${seconds} s\n  ${counted(found.attacks)}`);
  console.log(`  held: ${counted(found.held)}`);
  for (const note of found.notes) console.log(`  ${note}`);
  for (const problem of found.fell) console.log(`  FELL: ${problem}`);
  return { name, seconds, found };
}

const all = chosen();
console.log(`seed ${values.seed}; what falls can be tried again with --seed ${values.seed}`);
await rm(path.join(home, 'product'), { recursive: true, force: true });
await build({ production: true, outdir: path.join(home, 'product/dist') });
await cp(inRoot('package.json'), path.join(home, 'product/package.json'));
const shares = all.reduce((sum, { share }) => sum + share, 0);
const results = [];
for (const harness of all) {
  results.push(await run(harness, (Number(values.minutes) * 60_000 * harness.share) / shares));
}
const rows = results.map(({ name, seconds, found }) => [
  name,
  `${seconds} s`,
  counted(found.attacks),
  [counted(found.held), ...found.notes].join('; '),
  String(found.fell.length),
]);
const text = table([['harness', 'for', 'attacks', 'held', 'fell'], ...rows]);
console.log(`\n${text}`);
const fell = results.reduce((sum, { found }) => sum + found.fell.length, 0);
console.log(fell === 0 ? '\nEverything held.' : `\n${fell} fell.`);
if (values.write && fell === 0) await write(text);
if (fell > 0) process.exitCode = 1;

async function write(measured) {
  const told = harnesses.map(({ name, told }) => `- **${name}**: ${told}`).join('\n');
  await writeFile(
    inRoot('docs/faults.md'),
    `# Faults

\`npm run bench:faults\` attacks the production bundle from outside: the terminal's command, and windows,
which are processes that keep the shipped indexing thread as the extension does. Each round has a home, a
data folder and transcripts of its own: a made-up world and one of the stored real sets. What must hold is
said table by table, with numbers of rows translated into what they stand for.

${told}

${measured}

${machine()} Seed ${values.seed}; the cores were shared with others.

    npm run bench:faults                                    # nine minutes
    npm run bench:faults -- --only kills --minutes 60       # one harness, for longer
    npm run bench:faults -- --seed ${values.seed}               # the same choices again

The seed repeats worlds, choices and waits, but not where a process was when it was killed. What fell is
said with its folder, which is kept. A small run of each harness is part of \`npm test\`
(\`test/cli/faults.test.ts\`).
`,
  );
}
