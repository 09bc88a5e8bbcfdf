import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { readMessageText } from '../../../src/agents/claude/read/messageText.ts';
import { tempDir } from '../../lib/tempDir.ts';

const line = (id: string, content: unknown, more: object = {}): string =>
  `${JSON.stringify({ type: 'assistant', uuid: `u-${id}`, message: { id, content }, ...more })}\n`;
const text = (words: string): object => ({ type: 'text', text: words });

async function read(lines: readonly string[], messageId: string) {
  using dir = tempDir();
  const file = dir.at('a.jsonl');
  writeFileSync(file, lines.join(''));
  return await readMessageText(file, { messageId });
}

describe('the text of a message', () => {
  it('is that of all its lines in their order, each piece once', async () => {
    const parts = await read(
      [
        line('m1', [{ type: 'thinking', thinking: 'Hm.' }]),
        line('m2', [text('of another')]),
        line('m1', [text('First.'), text('Second.')]),
        line('m1', [text('First.'), { type: 'tool_use', name: 'Bash', input: { command: 'ls' } }]),
        line('m1', [{ type: 'thinking', thinking: '' }, { type: 'image' }, null, 7]),
      ],
      'm1',
    );
    assert.deepEqual(parts, [
      { kind: 'thinking', name: '', text: 'Hm.', left: 0 },
      { kind: 'text', name: '', text: 'First.', left: 0 },
      { kind: 'text', name: '', text: 'Second.', left: 0 },
      { kind: 'tool', name: 'Bash', text: '{\n  "command": "ls"\n}', left: 0 },
    ]);
  });

  it('may be a plain string, stand in a copy, or be told by the id of its record', async () => {
    assert.deepEqual((await read([line('m1', 'Plain.')], 'm1'))?.[0]?.text, 'Plain.');
    const copied = JSON.parse(line('m1', [text('Copied.')]));
    const copy = `${JSON.stringify({ type: 'progress', data: { message: copied } })}\n`;
    assert.deepEqual((await read([copy], 'm1'))?.[0]?.text, 'Copied.');
    const nameless = `${JSON.stringify({ type: 'assistant', uuid: 'u1', message: { content: 'It.' } })}\n`;
    assert.deepEqual((await read([nameless], 'uuid:u1'))?.[0]?.text, 'It.');
  });

  it('is found by an id with any characters in it', async () => {
    for (const id of ['a b', 'a"b\\c', 'one\ntwo', 'ü', '__proto__']) {
      assert.equal((await read([line(id, [text('Here.')])], id))?.[0]?.text, 'Here.', id);
    }
  });

  it('is cut to what can be read, and says how much is left', async () => {
    const parts = await read([line('m1', [text('x'.repeat(20_000))])], 'm1');
    assert.equal(parts?.length, 1);
    assert.equal(parts?.[0]?.text.length, 8_000);
    assert.equal(parts?.[0]?.left, 12_000);
  });

  it('is not read from a line of megabytes, which is said', async () => {
    const parts = await read(
      [line('m1', [text('x'.repeat(3_000_000))]), line('m1', [text('y')])],
      'm1',
    );
    assert.deepEqual(
      parts?.map(({ text, left }) => [text, left > 2_900_000]),
      [
        ['', true],
        ['y', false],
      ],
    );
  });

  it('is undefined where no line is of that message, and empty where none has text', async () => {
    const mentioned = `${JSON.stringify({ type: 'user', message: { content: 'm1' } })}\n`;
    assert.equal(await read([mentioned, 'm1 torn'], 'm1'), undefined);
    assert.equal(await read([line('m1', [])], ''), undefined);
    assert.deepEqual(await read([line('m1', [])], 'm1'), []);
  });
});
