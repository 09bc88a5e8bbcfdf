/**
 * Thousands of lines nobody wrote, taken apart and put together by chance, with good ones between them,
 * read by the terminal on either SQLite engine. Nothing may crash, and each good one must count exactly.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openForReading } from '../../../src/store/connection/openStore.ts';
import { goodLine, hostileLine } from '../../../test/lib/hostileLines.ts';
import type { Findings } from './findings.ts';
import { dumpOf, type Lab, leftovers, type Machine } from './lab.ts';

/** A model of which no line of the corpus knows, and what a good line costs at its rates. */
const goodModel = 'claude-opus-4-7';
const goodUsd = 0.0075;
const linesEach = 40;
/** One line in so many is good. */
const goodEach = 8;

export function hostile(lab: Lab): Promise<Findings> {
  return lab.rounds((machine, round) => attackOne(machine, round));
}

async function attackOne(machine: Machine, round: number): Promise<void> {
  const { found, options } = machine.lab;
  if (round % 2 === 1) machine.env = { OUTLAY_NO_NATIVE: '1' };
  const good = writeHostile(machine, Math.ceil(options.size / 4));
  await machine.outlay(['index']);
  expectGood(machine, good);
  for (const report of ['summary', 'sessions', 'doctor', 'anomaly']) {
    JSON.parse(await machine.outlay([report, '--json']));
    found.expect('a report that answered', undefined);
  }
  const answer = JSON.parse(
    await machine.outlay(['breakdown', '--by', 'model', '--period', 'all', '--json']),
  ) as { rows: { model: string; messages: number; cost_usd: number }[] };
  const row = answer.rows.find(({ model }) => model === goodModel);
  const problem =
    row?.messages === good && Math.abs(row.cost_usd - good * goodUsd) < 1e-6
      ? undefined
      : `${row?.messages} of ${good} responses, ${row?.cost_usd} dollars`;
  found.expect('good responses in a report', problem);
  dumpOf(machine.store);
  found.expect('nothing left behind', leftovers(machine.store));
}

/** Writes transcripts; returns how many good lines are in them. */
function writeHostile(machine: Machine, files: number): number {
  const { dice, found } = machine.lab;
  const root = join(machine.folder, 'hostile');
  machine.roots = [root];
  let good = 0;
  for (let file = 0; file < files; file++) {
    const folder = join(root, 'projects', `p${file % 7}`);
    mkdirSync(folder, { recursive: true });
    const lines = Array.from({ length: linesEach }, () => {
      if (!dice.oneIn(goodEach)) return hostileLine(dice);
      return goodLine(`good-${++good}`, { model: goodModel });
    });
    found.attack('hostile lines', lines.filter((line) => !line.includes('"good-')).length);
    // Each ends: what the last one lacks would be the next file's fault.
    writeFileSync(join(folder, `s${file}.jsonl`), Buffer.from(`${lines.join('\n')}\n`, 'latin1'));
  }
  found.attack('good lines between them', good);
  return good;
}

function expectGood(machine: Machine, good: number): void {
  const db = openForReading(machine.store)!;
  try {
    const { right } = db
      .prepare(
        `SELECT count(*) AS right FROM message WHERE mid LIKE 'good-%' AND counted = 1
         AND input = 1000 AND output = 100 AND nano = ?`,
      )
      .get<{ right: number }>(goodUsd * 1e9)!;
    const problem = right === good ? undefined : `${right} of ${good}`;
    machine.lab.found.expect('good responses in the store', problem);
  } finally {
    db.close();
  }
}
