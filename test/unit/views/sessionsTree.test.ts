import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ListedSession } from '../../../src/store/query/sessionList.ts';
import { type Grouping, noFilter } from '../../../src/views/sessions/arrange.ts';
import { SessionsTree, type TextContext } from '../../../src/views/sessions/sessionsTree.ts';
import type { GroupNode, SessionsNode } from '../../../src/views/sessions/treeNodes.ts';
import type { Format } from '../../../src/views/text/format.ts';

const now = 1_000_000_000;
const format = {} as Format;

function session(sid: string, more: Partial<ListedSession> = {}): ListedSession {
  return {
    ...{ id: sid.charCodeAt(0), sid, root: '', cwd: '/shop', gitRoot: null, branch: '' },
    ...{ title: sid, model: '', startedAt: 1, endedAt: now - 60_000 },
    ...{ nano: 1, background: 0, messages: 1, unpriced: 0, lower: 0 },
    ...more,
  };
}

/** Texts that say a session's cost, and a group's. */
function context(more: Partial<TextContext> = {}): TextContext {
  const label = (node: SessionsNode): string =>
    node.kind === 'session'
      ? `${node.session.nano}`
      : node.kind === 'group'
        ? `${node.group.total}`
        : node.kind;
  return {
    ...{ now, format, isLive: () => false, unguarded: () => undefined },
    describe: (node) => ({
      ...{ label: label(node), description: '', spoken: '', icon: '', colour: '', context: '' },
    }),
    ...more,
  };
}

function treeOf(sessions: readonly ListedSession[], grouping: Grouping = 'project') {
  const tree = new SessionsTree();
  const arrange = (list: readonly ListedSession[]): void =>
    tree.arrange(list, {
      ...{ grouping, order: 'title', filter: noFilter, excluded: new Set(), since: 0 },
      ...{ here: new Set(), zone: 'UTC', isLive: () => false },
    });
  arrange(sessions);
  return { tree, arrange };
}

/** What VS Code does: asks for children and items, all of them. */
function send(tree: SessionsTree, asked = context()): void {
  for (const node of tree.children()) {
    tree.sent(node, asked.describe(node), asked);
    if (node.kind !== 'group') continue;
    for (const child of tree.children(node)) tree.sent(child, asked.describe(child), asked);
  }
}

const names = (nodes: readonly (SessionsNode | undefined)[]): string[] =>
  nodes.map((node) =>
    node === undefined ? 'root' : node.kind === 'session' ? node.sid : (node as GroupNode).key,
  );

describe('what differs from what VS Code was sent', () => {
  it('is nothing where nothing has changed, and the root before anything was sent', () => {
    const { tree, arrange } = treeOf([session('a'), session('b')]);
    assert.deepEqual(names(tree.changes(context())), ['root']);
    send(tree);
    arrange([session('a'), session('b')]);
    assert.deepEqual(tree.changes(context()), []);
  });

  it('is the one session whose text has changed, once', () => {
    const { tree, arrange } = treeOf([session('a'), session('b')]);
    send(tree);
    arrange([session('a'), session('b', { nano: 7 })]);
    assert.deepEqual(names(tree.changes(context())), ['b']);
    assert.deepEqual(tree.changes(context()), [], 'it was noted as sent');
    arrange([session('a'), session('b', { nano: 7, messages: 9 })]);
    assert.deepEqual(tree.changes(context()), [], 'what has changed is in no text');
  });

  it('is a list whose members or order have changed, and the root for a new group', () => {
    const { tree, arrange } = treeOf([session('a'), session('b')]);
    send(tree);
    arrange([session('a'), session('b'), session('c')]);
    assert.deepEqual(names(tree.changes(context())), ['/shop']);
    arrange([session('a'), session('b'), session('c', { cwd: '/api' })]);
    assert.deepEqual(names(tree.changes(context())), ['root']);
  });

  it('is a session that has grown older, but for a live one', () => {
    const { tree } = treeOf([session('a')]);
    const aged = (isLive: boolean, minutes: number): TextContext => ({
      ...context({ now: now + minutes * 60_000, isLive: () => isLive }),
      describe: () => ({
        ...{ label: `${minutes}`, description: '', spoken: '', icon: '', colour: '', context: '' },
      }),
    });
    send(tree, aged(true, 0));
    assert.deepEqual(tree.changes(aged(true, 5)), []);
    assert.deepEqual(names(tree.changes(aged(false, 5))), ['a']);
    assert.deepEqual(names(tree.changes(aged(false, 9))), ['a']);
  });

  it('is a session the guard does not see, until it does', () => {
    const { tree } = treeOf([session('a'), session('b')]);
    const marked = (unguarded: TextContext['unguarded']): TextContext => ({
      ...context({ unguarded }),
      describe: (node) => ({
        ...{ label: node.kind, description: '', spoken: '', icon: '', colour: '', context: '' },
        ...(node.kind === 'session' && { description: unguarded(node.session) ?? '' }),
      }),
    });
    const none = marked(() => undefined);
    const one = marked(({ sid }) => (sid === 'b' ? 'noHooks' : undefined));
    send(tree, none);
    assert.deepEqual(names(tree.changes(one)), ['b']);
    assert.deepEqual(tree.changes(one), []);
    assert.deepEqual(names(tree.changes(none)), ['b']);
  });

  it('tells totals of groups by themselves', () => {
    const { tree, arrange } = treeOf([session('a')]);
    send(tree);
    assert.deepEqual(tree.groupChanges(context()), []);
    arrange([session('a', { nano: 3 })]);
    assert.deepEqual(names(tree.groupChanges(context())), ['/shop']);
  });

  it('knows pages: what is beyond the first is not looked at until it is shown', () => {
    const many = Array.from({ length: 150 }, (_, index) => session(`s${1000 + index}`));
    const { tree, arrange } = treeOf(many, 'none');
    send(tree);
    assert.equal(tree.children().length, 31);
    assert.deepEqual(tree.children().at(-1), { kind: 'more', list: '', left: 120 });
    arrange([...many.slice(0, 149), session('s1149', { nano: 5 })]);
    assert.deepEqual(tree.changes(context()), []);
    assert.equal(tree.showMore(''), undefined);
    assert.equal(tree.children().length, 81);
    tree.showMore('');
    assert.equal(tree.children().length, 131);
    tree.showMore('');
    assert.equal(tree.children().length, 150);
    assert.equal(tree.groupOf('s1000'), undefined);
    tree.reset();
    assert.equal(tree.children().length, 31);
  });
});
