import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { promptTexts } from '../../../src/agents/claude/read/promptTexts.ts';
import { tempDir } from '../../lib/tempDir.ts';

test('prompts are found by their ids, and nothing else is', () => {
  using dir = tempDir();
  const file = dir.at('session.jsonl');
  const text = (words: string): object => ({ content: [{ type: 'text', text: words }] });
  const lines = [
    { type: 'user', uuid: 'a', message: { content: 'format the code' } },
    { type: 'user', uuid: 'b', promptId: 'p', message: text('rename a to b') },
    { type: 'user', uuid: 'c', promptId: 'p', message: text('a later record of the same prompt') },
    { type: 'user', uuid: 'd', message: { content: [{ type: 'tool_result', content: 'x' }] } },
    { type: 'user', uuid: 'e', isSidechain: true, message: { content: 'sort imports' } },
    { type: 'user', uuid: 'f', isMeta: true, message: { content: 'sort imports' } },
    { type: 'user', uuid: 'i', message: text('<ide_selection>x</ide_selection> sort imports') },
    { type: 'user', uuid: 'j', message: { content: '<task-notification>x</task-notification>' } },
    { type: 'user', uuid: 'k', isCompactSummary: true, message: { content: 'so far' } },
    { type: 'assistant', uuid: 'g', message: { content: 'the "user" said' } },
    { type: 'user', uuid: 'h', message: { content: 'x'.repeat(70_000) } },
  ].map((line) => JSON.stringify(line));
  writeFileSync(file, [...lines, '{"type":"user", torn', '', lines[0]].join('\n'));
  assert.deepEqual(
    [...promptTexts(file)],
    [
      ['a', 'format the code'],
      ['p', 'rename a to b'],
      ['i', 'sort imports'],
    ],
  );
  assert.equal(promptTexts(dir.at('gone.jsonl')).size, 0);
});
