import assert from 'node:assert/strict';
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Journal, type JournalOptions } from '../../../src/capture/journal.ts';
import { callFileName } from '../../../src/model/capture/callRecord.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';

const session = '11111111-2222-4333-8444-555555555555';

function journalIn(folder: string, more: JournalOptions = {}) {
  const warnings: string[] = [];
  const journal = new Journal({
    session,
    folder: () => folder,
    warn: (text) => warnings.push(text),
    ...more,
  });
  const lines = () =>
    readdirSync(folder)
      .filter((name) => name.startsWith('calls-'))
      .sort()
      .map((name) => readFileSync(`${folder}/${name}`, 'utf8'));
  return { journal, warnings, lines };
}

/** A program that writes to a journal. */
function childOf(dir: TempDir, text: string): string {
  const source = new URL('../../../src/capture/journal.ts', import.meta.url).href;
  writeFileSync(dir.at('child.mjs'), `import { Journal } from ${JSON.stringify(source)};\n${text}`);
  return dir.at('child.mjs');
}

describe('the files of calls', () => {
  it('are for their owner alone, one for each day, and a new one when one is large', () => {
    using dir = tempDir();
    let now = Date.parse('2026-11-30T23:59:59Z');
    const { journal, lines } = journalIn(dir.at('calls'), { now: () => now, largest: 20 });
    journal.append({ n: 1 });
    now += 2000;
    journal.append({ n: 2 });
    journal.append({ n: 3333333 });
    journal.append({ n: 4 });
    assert.deepEqual(readdirSync(dir.at('calls')).sort(), [
      callFileName('2026-11-30', session, 1),
      callFileName('2026-12-01', session, 2),
      callFileName('2026-12-01', session, 3),
    ]);
    assert.deepEqual(lines(), ['{"n":1}\n', '{"n":2}\n{"n":3333333}\n', '{"n":4}\n']);
    assert.equal(journal.status.written, 4);
    if (process.platform === 'win32') return;
    assert.equal(statSync(dir.at('calls')).mode & 0o777, 0o700);
    for (const name of readdirSync(dir.at('calls'))) {
      assert.equal(statSync(dir.at('calls', name)).mode & 0o777, 0o600);
    }
  });

  it('are removed when their day is long ago; no other file is', async () => {
    using dir = tempDir();
    const old = callFileName('2026-08-31', session, 1);
    const kept = [callFileName('2026-09-01', session, 1), 'calls-2026-01-01.jsonl', 'notes.jsonl'];
    for (const name of [old, ...kept]) writeFileSync(dir.at(name), '');
    const { journal } = journalIn(dir.path, { now: () => Date.parse('2026-11-30T12:00:00Z') });
    journal.append({});
    for (let n = 0; n < 500 && readdirSync(dir.path).includes(old); n++) await setTimeout(10);
    const own = callFileName('2026-11-30', session, 1);
    assert.deepEqual(readdirSync(dir.path).sort(), [...kept, own].sort());
  });

  it('that somebody has removed are begun anew', () => {
    using dir = tempDir();
    const { journal, lines } = journalIn(dir.at('calls'));
    journal.append({ n: 1 });
    rmSync(dir.at('calls'), { recursive: true });
    journal.append({ n: 2 });
    assert.deepEqual(lines(), ['{"n":2}\n']);
  });

  it('never follow a link that waits under their name', () => {
    using dir = tempDir();
    const day = new Date().toISOString().slice(0, 10);
    symlinkSync(dir.at('elsewhere'), dir.at(callFileName(day, session, 1)));
    const { journal, warnings } = journalIn(dir.path);
    journal.append({ n: 1 });
    assert.equal(journal.status.dropped, 1);
    assert.match(warnings[0]!, /EEXIST/);
    assert.deepEqual(readdirSync(dir.path).length, 1);
  });

  it('that cannot be written throw nothing: what is lost is counted, and said once', () => {
    using dir = tempDir();
    // A file where the folder is to be, so that nobody, root included, can write.
    writeFileSync(dir.at('calls'), '');
    let now = Date.now();
    const { journal, warnings } = journalIn(dir.at('calls'), { now: () => now });
    for (let n = 0; n < 5; n++) journal.append({ n });
    const { written, dropped, problem } = journal.status;
    assert.deepEqual([written, dropped, problem], [0, 5, 'EEXIST']);
    assert.equal(warnings.length, 1);
    rmSync(dir.at('calls'));
    now += 2000;
    journal.append({ n: 6 });
    assert.deepEqual([journal.status.written, journal.status.dropped, warnings.length], [1, 5, 1]);
    const circle: Record<string, unknown> = {};
    circle.circle = circle;
    journal.append(circle);
    assert.equal(journal.status.dropped, 6);
    // Messages of errors repeat what they are about.
    assert.equal(journal.status.problem, 'TypeError');
  });

  it('on a full disk lose what does not fit, and nothing that was written', {
    skip: process.platform === 'win32',
  }, () => {
    using dir = tempDir();
    const child = childOf(
      dir,
      `let now = Date.now();
       const journal = new Journal({ folder: () => process.argv[2], now: () => (now += 2000), warn: () => {} });
       for (let n = 0; n < 40; n++) journal.append({ n, filler: 'x'.repeat(200) });
       console.log(JSON.stringify(journal.status));`,
    );
    // No file of this process grows beyond a few blocks.
    const limited = ['-c', 'ulimit -f 2; exec "$0" "$@"', process.execPath, child, dir.at('calls')];
    const { stdout, stderr } = spawnSync('sh', limited, { encoding: 'utf8' });
    const { written, dropped, problem } = JSON.parse(stdout);
    assert.ok(dropped > 0 && written > dropped, `${stdout}${stderr}`);
    assert.match(problem, /EFBIG|ENOSPC/);
    const files = readdirSync(dir.at('calls')).map((name) =>
      readFileSync(dir.at('calls', name), 'utf8'),
    );
    // A torn line is the last of its file.
    const whole = files
      .flatMap((text) => text.split('\n').slice(0, -1))
      .map((line) => JSON.parse(line).n);
    assert.equal(new Set(whole).size, written);
  });

  it('of a folder that cannot be made drop calls', () => {
    using dir = tempDir();
    writeFileSync(dir.at('file'), '');
    const { journal } = journalIn(dir.at('file', 'calls'));
    journal.append({});
    assert.equal(journal.status.problem, 'ENOTDIR');
  });

  it('have every line of many processes that write at once, none of them torn', async () => {
    using dir = tempDir();
    const child = childOf(
      dir,
      `const journal = new Journal({ folder: () => process.argv[2] });
       for (let n = 0; n < 500; n++) journal.append({ by: process.pid, n, filler: 'x'.repeat(n * 7 % 900) });`,
    );
    const children = Array.from({ length: 4 }, () => fork(child, [dir.at('calls')]));
    const codes = await Promise.all(children.map(async (one) => (await once(one, 'exit'))[0]));
    assert.deepEqual(codes, [0, 0, 0, 0]);
    const read = readdirSync(dir.at('calls')).flatMap((name) =>
      readFileSync(dir.at('calls', name), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
    assert.equal(new Set(read.map(({ by, n }) => `${by} ${n}`)).size, 2000);
  });
});
