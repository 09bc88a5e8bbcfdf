/** The invented transcripts that demonstrations and benchmarks stand on. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { writeBigSet } from '../../scripts/bench/bigSet.mjs';
import { writeDemo } from '../../src/demo/writeDemo.ts';

const nowMs = Date.UTC(2026, 10, 20, 12);

/** All files below a folder with their contents, by relative path. */
async function contents(folder) {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = new Map();
  for (const file of files.filter((entry) => entry.isFile())) {
    const full = path.join(file.parentPath, file.name);
    const name = path.relative(folder, full).replaceAll('\\', '/');
    texts.set(name, await readFile(full, 'utf8'));
  }
  return texts;
}

/** The distinct responses in some transcripts, by message id. */
function responses(texts) {
  const ids = new Set();
  for (const [name, text] of texts) {
    if (!name.endsWith('.jsonl')) continue;
    for (const line of text.trimEnd().split('\n')) {
      const record = JSON.parse(line);
      if (record.type === 'assistant') ids.add(record.message.id);
    }
  }
  return ids;
}

describe('demo transcripts', () => {
  let folder;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'outlay-demo-test-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('are the same for the same seed and time, and others for another seed', async () => {
    for (const [name, seed] of [
      ['a', 7],
      ['b', 7],
      ['c', 8],
    ]) {
      writeDemo(path.join(folder, name), { seed, nowMs });
    }
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((x) => contents(path.join(folder, x))));
    assert.deepEqual(a, b);
    assert.notDeepEqual([...a.keys()], [...c.keys()]);
  });

  it('hold sessions, subagents with descriptions, titles and the client’s own totals', async () => {
    const texts = await contents(path.join(folder, 'a'));
    const names = [...texts.keys()];
    const sessions = names.filter((name) => /projects\/[^/]+\/[^/]+\.jsonl$/.test(name));
    assert.equal(sessions.length, 65);
    const agents = names.filter((name) => /subagents\/agent-\w+\.jsonl$/.test(name));
    assert.ok(agents.length > 0);
    for (const name of agents) assert.ok(texts.has(name.replace('.jsonl', '.meta.json')), name);
    const all = [...texts.values()].join('');
    for (const type of ['cost-state', 'ai-title'])
      assert.ok(all.includes(`"type":"${type}"`), type);
    assert.ok(responses(texts).size > 500);
  });

  it('end before the time they are made for', async () => {
    const all = [...(await contents(path.join(folder, 'a'))).values()].join('');
    const times = [...all.matchAll(/"timestamp":"([^"]+)"/g)].map((match) => Date.parse(match[1]));
    assert.ok(Math.max(...times) <= nowMs);
    assert.ok(Math.min(...times) > nowMs - 67 * 86_400_000);
  });

  it('were written when their sessions ended, so that none of them is live', async () => {
    const projects = path.join(folder, 'a/projects');
    const names = (await readdir(projects, { recursive: true })).filter(
      (name) => name.endsWith('.jsonl') && !name.includes('subagents'),
    );
    const wrong = [];
    for (const name of names) {
      const text = await readFile(path.join(projects, name), 'utf8');
      const times = [...text.matchAll(/"timestamp":"([^"]+)"/g)].map((match) => match[1]);
      const after = (await stat(path.join(projects, name))).mtimeMs - Date.parse(times.at(-1));
      if (after < 0 || after > 60_000) wrong.push(`${name}: ${after} ms after its last record`);
    }
    assert.equal(names.length, 65);
    assert.deepEqual(wrong, []);
  });

  it('can grow by one response at a time', async () => {
    const { live } = writeDemo(path.join(folder, 'live'), { nowMs });
    const count = async () => responses([['live.jsonl', await readFile(live.file, 'utf8')]]).size;
    const atFirst = await count();
    live.grow(nowMs + 5_000);
    assert.equal(await count(), atFirst + 1);
    live.grow(nowMs + 10_000);
    assert.equal(await count(), atFirst + 2);
  });

  it('grow at the pace of a person, and never ahead of the clock', async (context) => {
    const { live } = writeDemo(path.join(folder, 'pace'), { nowMs });
    context.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: nowMs });
    const read = async () => (await readFile(live.file, 'utf8')).trimEnd().split('\n');
    const answers = async () => responses([['live.jsonl', (await read()).join('\n')]]).size;
    const atFirst = await answers();
    const stop = live.keepGrowing(assert.fail);
    for (let second = 1; second <= 600; second++) {
      context.mock.timers.tick(1000);
      if (second % 60 > 0) continue;
      const times = (await read()).map((line) => Date.parse(JSON.parse(line).timestamp));
      assert.ok(Math.max(...times.filter(Number.isFinite)) <= nowMs + second * 1000);
    }
    const grown = (await answers()) - atFirst;
    assert.ok(grown >= 600 / 25 && grown <= 600 / 15, `${grown} answers in ten minutes`);
    stop();
    context.mock.timers.tick(60_000);
    assert.equal((await answers()) - atFirst, grown);
  });

  it('come in sets of about the size that was asked for', async () => {
    const written = writeBigSet(path.join(folder, 'big'), { messages: 5_000, bytes: 20e6, nowMs });
    const found = responses(await contents(path.join(folder, 'big')));
    assert.equal(found.size, written.messages);
    assert.ok(Math.abs(written.messages - 5_000) < 250, `${written.messages} messages`);
    assert.ok(Math.abs(written.bytes - 20e6) < 2e6, `${written.bytes} bytes`);
  });
});
