import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, it } from 'node:test';
import type { TranscriptOutline } from '../../../src/agents/agentLog.ts';
import { readOutline } from '../../../src/agents/claude/read/outline.ts';
import { tempDir } from '../../lib/tempDir.ts';

const cwd = '/home/dev/shop';
const json = (record: object): string => `${JSON.stringify(record)}\n`;
const user = (content: unknown, more: object = {}): string =>
  json({ type: 'user', uuid: 'u', message: { content }, ...more });
const answer = (id: string, ...content: readonly object[]): string =>
  json({ type: 'assistant', uuid: `u-${id}`, cwd, message: { id, content } });
const text = (words: string): object => ({ type: 'text', text: words });
const tool = (name: string, input: unknown): object => ({ type: 'tool_use', name, input });

const said = ({ messages }: TranscriptOutline): [string, string][] =>
  [...messages].map(([id, { kind, name, words }]) => [id, `${kind}: ${name} ${words}`]);

async function outlineOf(lines: readonly string[]): Promise<TranscriptOutline> {
  using dir = tempDir();
  const file = dir.at('a.jsonl');
  writeFileSync(file, lines.join(''));
  return await readOutline(file);
}

describe('what messages are about', () => {
  it('is the prompt for the first answer to it, then the tool and on what, else its own words', async () => {
    const outline = await outlineOf([
      user('Find out\n why  it fails'),
      answer('m1', text('Let me look.')),
      answer('m1', tool('Read', { file_path: `${cwd}/src/a.ts` })),
      answer('m2', { type: 'thinking', thinking: 'Hm.' }),
      answer('m2', text('I will run it.')),
      answer('m2', tool('Bash', { command: 'npm test', description: 'Run tests' })),
      answer('m3', text('Done.')),
      answer('m4', tool('Odd', { what: 1 })),
    ]);
    assert.deepEqual(said(outline), [
      ['m1', 'prompt:  Find out why it fails'],
      ['m2', 'tool: Bash npm test'],
      ['m3', 'text:  Done.'],
      ['m4', 'tool: Odd '],
    ]);
  });

  it('takes no result of a tool, reminder or summary for a prompt', async () => {
    const outline = await outlineOf([
      user([{ type: 'tool_result', content: 'ok' }]),
      user('<system-reminder>Be brief.</system-reminder>'),
      user('A summary', { isCompactSummary: true }),
      user('A caveat', { isMeta: true }),
      answer('m1', text('Yes.')),
    ]);
    assert.deepEqual(said(outline), [['m1', 'text:  Yes.']]);
  });

  it('knows a path below the session’s folder by its rest alone', async () => {
    const outline = await outlineOf([
      answer('m1', tool('Edit', { file_path: '/home/dev/shopping/a.ts' })),
      answer('m2', tool('Edit', { file_path: `${cwd}/b.ts` })),
    ]);
    assert.deepEqual(said(outline), [
      ['m1', 'tool: Edit /home/dev/shopping/a.ts'],
      ['m2', 'tool: Edit b.ts'],
    ]);
  });

  it('goes on where it ended, with a prompt nobody had answered and a line that was torn', async () => {
    using dir = tempDir();
    const file = dir.at('a.jsonl');
    const late = answer('m2', tool('Bash', { command: 'ls' }));
    writeFileSync(file, answer('m1', text('Hi.')) + user('And now?') + late.slice(0, 20));
    const first = await readOutline(file);
    assert.deepEqual(said(first), [['m1', 'text:  Hi.']]);
    assert.equal(first.asked, 'And now?');
    appendFileSync(file, late.slice(20) + answer('m3', text('End.')));
    const second = await readOutline(file, first);
    assert.deepEqual(said(second).slice(1), [
      ['m2', 'prompt:  And now?'],
      ['m3', 'text:  End.'],
    ]);
    // What was read before is not changed by it.
    assert.equal(first.messages.size, 1);
    writeFileSync(file, answer('m9', text('Another.')));
    assert.deepEqual(said(await readOutline(file, second)), [['m9', 'text:  Another.']]);
  });

  it('passes over lines that are too long or broken, wherever blocks of reading end', async () => {
    const outline = await outlineOf([
      answer('m1', text('First.')),
      user('x'.repeat(3_000_000)),
      '{"type":"assistant", broken\n',
      answer('m2', tool('Write', { file_path: 'b.ts', content: 'y'.repeat(400_000) })),
      ...Array.from({ length: 4 }, (_, n) => answer(`n${n}`, text('z'.repeat(300_000)))),
      answer('m3', text('Last.')),
    ]);
    assert.deepEqual([...outline.messages.keys()], ['m1', 'm2', 'n0', 'n1', 'n2', 'n3', 'm3']);
    assert.ok([...outline.messages.values()].every(({ words }) => words.length <= 200));
  });

  it('is found in copies inside of progress, and by ids with any name', async () => {
    const copied: unknown = JSON.parse(answer('__proto__', text('Copied.')));
    const outline = await outlineOf([json({ type: 'progress', data: { message: copied } })]);
    assert.deepEqual(said(outline), [['__proto__', 'text:  Copied.']]);
  });

  it('says what a subagent was told: by the file beside it, else by its first prompt', async () => {
    using dir = tempDir();
    const file = dir.at('s/subagents/agent-a.jsonl');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, user('Look for X in all files', { isSidechain: true }));
    assert.equal((await readOutline(file)).task, 'Look for X in all files');
    writeFileSync(file.replace('.jsonl', '.meta.json'), json({ description: 'Find X' }));
    assert.equal((await readOutline(file)).task, 'Find X');
    assert.equal((await outlineOf([user('Hello')])).task, '');
  });
});
