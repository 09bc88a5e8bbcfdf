import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { tracesLog } from '../../../src/agents/copilot/tracesLog.ts';
import type { Bookmark } from '../../../src/model/records.ts';
import { homesOf } from '../../lib/agentHomes.ts';
import { agentSets } from '../../lib/agentSets.ts';
import {
  addSpan,
  chatAttributes,
  readSpans,
  runAttributes,
  spanTime,
  tracesName,
  withSpans,
} from '../../lib/traceSpans.ts';

describe('what agent traces of VS Code say', () => {
  const homeOf = homesOf(agentSets('copilot-traces').slice(-1));
  const newHome = (name: string): string => mkdtempSync(homeOf(`${name}-`));

  const messagesOf = (home: string) =>
    readSpans(home, new Map()).flatMap(({ messages }) => messages);

  it('say who answered, in which folder and on which branch, with what effort and for how many credits', () => {
    const home = newHome('facts');
    const own = { 'copilot_chat.chat_session_id': 'chat-1' };
    withSpans(home, (db) => {
      const add = (id: string, more: Record<string, string | number>, parent?: string) =>
        addSpan(db, {
          id,
          ...(parent !== undefined && { parent }),
          attributes: chatAttributes(9, { ...own, ...more }),
        });
      add(
        'a',
        {
          'copilot_chat.copilot_usage_nano_aiu': 2_500_000_000,
          'copilot_chat.request.options': '{"reasoning":{"effort":"high"}}',
          'gen_ai.output.messages':
            '[{"role":"assistant","parts":[{"type":"tool_call","id":"1","name":"read_file"}]}]',
        },
        'run',
      );
      add('b', { 'server.address': 'openrouter.ai', 'copilot_chat.copilot_usage_nano_aiu': 0 });
      add('c', {
        'server.address': 'api.business.githubcopilot.com',
        'gen_ai.response.model': '',
        'gen_ai.output.messages':
          '[{"role":"assistant","parts":[{"type":"tool_call","id":"1","name":"grep","arguments":"...[truncated, original 9 chars]',
      });
      addSpan(db, {
        id: 'run',
        attributes: runAttributes('chat-1', { 'github.copilot.git.branch': 'fix/upload' }),
      });
    });
    assert.deepEqual(
      messagesOf(home).map((line) => [
        line.attribution.provider,
        line.branch,
        line.effort,
        line.nanoCredits,
        line.tools,
        line.model,
        line.durationMs,
      ]),
      [
        ['github', 'fix/upload', 'high', 2_500_000_000, ['read_file'], 'gpt-5', 1000],
        ['openrouter.ai', '', '', 0, [], 'gpt-5', 1000],
        ['github', '', '', undefined, ['grep'], 'gpt-5', 1000],
      ],
    );
  });

  it('name the folder of a session by the workspace it is stored with', () => {
    const user = join(newHome('user'), 'User');
    const home = join(user, 'globalStorage', 'github.copilot-chat');
    const workspaces = {
      one: { folder: pathToFileURL('/home/dev/my shop').href },
      two: { workspace: pathToFileURL('/home/dev/both/all.code-workspace').href },
      three: { folder: 'vscode-remote://ssh-remote%2Bdevbox/srv/app' },
      four: { folder: 'file:///c%3A/dev/app' },
    };
    mkdirSync(home, { recursive: true });
    for (const [name, description] of Object.entries(workspaces)) {
      const storage = join(user, 'workspaceStorage', name);
      mkdirSync(join(storage, 'chatSessions'), { recursive: true });
      writeFileSync(join(storage, 'workspace.json'), JSON.stringify(description));
      writeFileSync(join(storage, 'chatSessions', `in-${name}.jsonl`), '');
    }
    const late = join(user, 'workspaceStorage', 'one', 'GitHub.copilot-chat', 'transcripts');
    const bookmarks = new Map<string, Bookmark>();
    const foldersOf = (...sessions: string[]): Record<string, string> => {
      withSpans(home, (db) => {
        for (const session of sessions) {
          const attributes = chatAttributes(5, { 'copilot_chat.chat_session_id': session });
          addSpan(db, { id: session, attributes });
        }
      });
      const known = readSpans(home, bookmarks).flatMap(({ chunk }) => chunk.batch.sessions);
      return Object.fromEntries(known.map(({ sessionId, cwd }) => [sessionId, cwd]));
    };
    assert.deepEqual(foldersOf('in-one', 'in-two', 'in-three', 'in-four', 'late'), {
      'in-one': '/home/dev/my shop',
      'in-two': '/home/dev/both',
      'in-three': '',
      'in-four': 'C:\\dev\\app',
      late: '',
    });
    mkdirSync(late, { recursive: true });
    writeFileSync(join(late, 'late.jsonl'), '');
    // Looking again rests a moment.
    const now = Date.now;
    Date.now = () => now() + 10_000;
    try {
      assert.deepEqual(foldersOf('more'), { late: '/home/dev/my shop', more: '' });
    } finally {
      Date.now = now;
    }
  });

  it('say of a request what it answered, and show its rows', async () => {
    const home = newHome('words');
    const path = join(home, tracesName);
    const said = (parts: object[]) => JSON.stringify([{ role: 'assistant', parts }]);
    withSpans(home, (db) => {
      const add = (id: string, at: number, parts: object[]) =>
        addSpan(db, {
          id,
          parent: 'run',
          at,
          attributes: {
            ...chatAttributes(5),
            'gen_ai.output.messages': said(parts),
          },
        });
      add('a', spanTime, [
        { type: 'text', content: 'I look.' },
        { type: 'tool_call', id: '1', name: 'grep', arguments: '{"query":"limit"}' },
      ]);
      add('b', spanTime + 5000, [{ type: 'text', content: 'It timed out.' }]);
      const prompt = [{ role: 'user', parts: [{ type: 'text', content: 'Why does it fail?' }] }];
      const words = { 'gen_ai.input.messages': JSON.stringify(prompt) };
      addSpan(db, { id: 'run', attributes: runAttributes('chat-1', words) });
    });
    const [first, second] = messagesOf(home);
    const part = (kind: string, text: string, name = '') => ({ kind, name, text, left: 0 });
    assert.deepEqual(await tracesLog.readMessageText(path, first!), [
      part('text', 'Why does it fail?'),
      part('text', 'I look.'),
      part('tool', '{"query":"limit"}', 'grep'),
    ]);
    assert.deepEqual(await tracesLog.readMessageText(path, second!), [
      part('text', 'It timed out.'),
    ]);
    assert.equal(await tracesLog.readMessageText(path, { messageId: 'r1' }), undefined);
    assert.deepEqual([...tracesLog.promptTexts(path)], [[first!.promptId, 'Why does it fail?']]);
    const titles = readSpans(home, new Map()).flatMap(({ chunk }) => chunk.batch.titles);
    assert.deepEqual(
      titles.map(({ sessionId, kind, text }) => [sessionId, kind, text]),
      [['chat-1', 'prompt', 'Why does it fail?']],
    );
    const place = await tracesLog.findRecord(path, second!);
    const { lines, wanted } = await tracesLog.readExcerpt(path, place!.offset);
    assert.equal(lines.length, 3);
    assert.equal((JSON.parse(lines[wanted]!.text) as { span_id: string }).span_id, 'b');
    const root = tracesLog.rootAt(home, 'option');
    assert.deepEqual(
      [...tracesLog.messageLines(root, path)].map(({ line, message }) => [line, message.messageId]),
      [
        [1, first!.messageId],
        [2, second!.messageId],
      ],
    );
    assert.equal(
      await tracesLog.findRecord(path, { messageId: `${second!.messageId}9` }),
      undefined,
    );
  });

  it('tell of failures and of what was broken off, without counting them', () => {
    const home = newHome('failures');
    const {
      'gen_ai.usage.input_tokens': _i,
      'gen_ai.usage.output_tokens': _o,
      ...none
    } = chatAttributes(0);
    withSpans(home, (db) => {
      addSpan(db, { id: 'a', failed: true, attributes: none });
      addSpan(db, { id: 'b', attributes: { ...none, 'copilot_chat.canceled': 'true' } });
      addSpan(db, { id: 'c', failed: true, attributes: chatAttributes(70) });
      addSpan(db, {
        id: 'd',
        attributes: {
          ...chatAttributes(80),
          'gen_ai.agent.name': 'summarizeConversationHistory-full',
        },
      });
      addSpan(db, {
        id: 'e',
        attributes: chatAttributes(-1, { 'gen_ai.usage.output_tokens': -1 }),
      });
    });
    const [{ chunk }] = readSpans(home, new Map()) as [ReturnType<typeof readSpans>[number]];
    assert.deepEqual(
      chunk.batch.messages.map(({ usage }) => usage.input),
      [70, 80],
    );
    assert.deepEqual(
      chunk.batch.events.map(({ kind, model }) => [kind, model]),
      [
        ['api-error', 'gpt-5'],
        ['interrupted', 'gpt-5'],
        ['compaction', undefined],
      ],
    );
    assert.deepEqual(
      chunk.batch.rejected.map(({ reason, line }) => [reason, line]),
      [['bad usage', 5]],
    );
  });

  it('are told by their folder, and watched where they stand', () => {
    const home = homeOf('samples/store-2');
    const root = tracesLog.rootAt(home, 'option');
    const [file] = tracesLog.discover(root).files;
    assert.equal(tracesLog.recognizes(home), true);
    assert.equal(
      tracesLog.recognizes('/home/dev/.config/Code/User/globalStorage/github.copilot-chat'),
      true,
    );
    assert.equal(tracesLog.recognizes(join(home, '..')), false);
    assert.deepEqual(
      [file!.path, `${file!.path}-wal`, `${file!.path}-shm`, join(home, 'other.db')].map((path) =>
        tracesLog.kindOf(path),
      ),
      ['transcript', 'part', undefined, undefined],
    );
    assert.equal(tracesLog.transcriptOf(`${file!.path}-wal`), file!.path);
    assert.equal(tracesLog.mayHold(root, join(home, 'copilotCli')), false);
    assert.equal(tracesLog.resumeCommand('chat-1'), undefined);
  });
});
