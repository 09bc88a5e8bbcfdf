import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MessageOutline, TranscriptOutline } from '../../../src/agents/agentLog.ts';
import { SessionOutlines } from '../../../src/views/sessionPanel/outlines.ts';

const outline = (
  messages: Readonly<Record<string, string>>,
  more: Partial<TranscriptOutline> = {},
): TranscriptOutline => ({
  offset: 1,
  asked: '',
  task: '',
  messages: new Map(
    Object.entries(messages).map(([id, words]): [string, MessageOutline] => [
      id,
      { kind: 'text', name: '', words },
    ]),
  ),
  ...more,
});

/** Transcripts by path, and what they were asked to go on from. */
function world(
  files: Readonly<Record<string, { agentId: string; read: () => TranscriptOutline }>>,
) {
  const asked: [string, number][] = [];
  let running = 0;
  const outlines = new SessionOutlines(() =>
    Object.entries(files).map(([path, { agentId, read }]) => ({
      path,
      agentId,
      log: {
        readOutline: async (of: string, before?: TranscriptOutline) => {
          assert.equal(++running, 1, 'one reading at a time');
          asked.push([of, before?.offset ?? 0]);
          await new Promise((done) => setTimeout(done, 1));
          running -= 1;
          return read();
        },
      },
    })),
  );
  return { outlines, asked };
}

describe('what the messages of a session are about', () => {
  it('is read from the files of their own agents, once, and on from there later', async () => {
    let end = 1;
    const { outlines, asked } = world({
      main: { agentId: '', read: () => outline({ m1: 'one' }, { offset: end++ }) },
      sub: { agentId: 'a', read: () => outline({ m2: 'two' }) },
      other: { agentId: 'b', read: () => assert.fail('nobody asked for it') },
    });
    const found = await Promise.all([
      outlines.about([
        { messageId: 'm1', agentId: '' },
        { messageId: 'm2', agentId: 'a' },
        { messageId: 'm2', agentId: '' },
      ]),
      outlines.about([{ messageId: 'm1', agentId: '' }]),
    ]);
    assert.deepEqual(
      found.map((list) => list.map((one) => one?.words)),
      [['one', 'two', undefined], ['one']],
    );
    assert.deepEqual(asked, [
      ['main', 0],
      ['sub', 0],
      ['main', 1],
    ]);
  });

  it('is plain text of one line, and no longer than a row shows', async () => {
    const { outlines } = world({
      main: { agentId: '', read: () => outline({ m1: `a\u202eb\n${'x'.repeat(500)}` }) },
    });
    const [found] = await outlines.about([{ messageId: 'm1', agentId: '' }]);
    assert.ok(!/[\u202e\n]/.test(found!.words) && found!.words.length <= 160);
  });

  it('stays what it was when a file is gone, and is nothing where no file may be read', async () => {
    let gone = false;
    const { outlines } = world({
      main: {
        agentId: '',
        read: () => {
          if (gone) throw new Error('gone');
          return outline({ m1: 'one' });
        },
      },
    });
    const read = async () => (await outlines.about([{ messageId: 'm1', agentId: '' }]))[0]?.words;
    assert.equal(await read(), 'one');
    gone = true;
    assert.equal(await read(), 'one');
    const none = new SessionOutlines(() => []);
    assert.deepEqual(await none.about([{ messageId: 'm1', agentId: '' }]), [undefined]);
  });

  it('has what subagents were told, but not of the main thread', async () => {
    const { outlines } = world({
      main: { agentId: '', read: () => outline({}, { task: 'no task' }) },
      sub: { agentId: 'a', read: () => outline({}, { task: 'Find it' }) },
      mute: { agentId: 'b', read: () => outline({}) },
    });
    assert.deepEqual([...(await outlines.tasks(['', 'a', 'b', 'c']))], [['a', 'Find it']]);
  });
});
