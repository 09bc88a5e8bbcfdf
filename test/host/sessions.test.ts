/** What the sessions view tells VS Code, and the session panel, in a real extension host. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { until } from '../../scripts/shared/retry.ts';
import type { OutlayApi } from '../../src/extension.ts';
import { viewTypes } from '../../src/protocol/panels.ts';
import { commandIds } from '../../src/views/core/commandIds.ts';
import type { GroupNode, SessionNode, SessionsNode } from '../../src/views/sessions/treeNodes.ts';
import { answer, append, thousandOutputNano, transcriptFile } from './transcript.ts';

describe(`sessions (${process.env.OUTLAY_TEST_RUN})`, () => {
  let api: OutlayApi;
  let listening: vscode.Disposable;
  /** What was told, and when. */
  let told: { readonly node: SessionsNode | undefined; readonly at: number }[] = [];
  let made = 0;
  const view = (): OutlayApi['parts']['sessions'] => api.parts.sessions;
  const fileOf = { 'tree-a': '-tree-alpha', 'tree-b': '-tree-beta' } as const;

  /** One more answer of a session; its cost is what 1,000 tokens of output cost. */
  const answers = (session: string, project: string): void => {
    made += 1;
    const cwd = `/home/dev/${project.slice(1)}`;
    append(transcriptFile(project, session), answer({ id: `tree-${made}`, session, cwd }));
  };
  const nanoOf = (sid: string): number => view().find(sid)?.nano ?? 0;
  /** Everything the tree has on its first pages, asked for as VS Code does. */
  const nodes = (): SessionsNode[] =>
    view()
      .getChildren()
      .flatMap((node) => (node.kind === 'group' ? [node, ...view().getChildren(node)] : [node]));
  const sessionNode = (sid: string): SessionNode => {
    const found = nodes().find((node) => node.kind === 'session' && node.sid === sid);
    assert.ok(found?.kind === 'session', `${sid} is listed`);
    return found;
  };
  /** Waits until VS Code has been told everything and has asked for it. */
  const settle = async (): Promise<void> => {
    let seen = -1;
    while (seen !== told.length) {
      seen = told.length;
      await sleep(1_200);
    }
    // Nothing may hang on which items VS Code had to draw: all of them count as shown.
    for (const node of nodes()) view().getTreeItem(node);
    told = [];
  };
  /** How the picker has them: 0 by project, 2 not at all. */
  const group = async (down: 0 | 2): Promise<void> => {
    const { executeCommand } = vscode.commands;
    // The list may not be there yet when the keys come: they are pressed until it has taken them.
    await until('the sessions are grouped', async () => {
      let open = true;
      const asked = executeCommand(commandIds.groupSessions).then(() => {
        open = false;
      });
      await until('a way to group is chosen', async () => {
        await sleep(400);
        for (let i = 0; open && i < down; i++) {
          await executeCommand('workbench.action.quickOpenSelectNext');
        }
        if (open) await executeCommand('workbench.action.acceptSelectedQuickOpenItem');
        return !open;
      });
      await asked;
      const grouped = view()
        .getChildren()
        .some(({ kind }) => kind === 'group');
      return grouped === (down === 0);
    });
    await settle();
  };
  const sessionsTold = (): string[] =>
    told.map(({ node }) => (node?.kind === 'session' ? node.sid : (node?.kind ?? 'the list')));

  before(async () => {
    const extension = vscode.extensions.getExtension<OutlayApi>('outlay.outlay');
    assert.ok(extension);
    api = await extension.activate();
    await until('the indexer watches', () => api.spend.indexer.kind === 'watching');
    listening = view().onDidChangeTreeData((node) => {
      told.push({ node, at: performance.now() });
    });
    for (const [session, project] of Object.entries(fileOf)) answers(session, project);
    append(
      transcriptFile(fileOf['tree-a'], 'tree-a'),
      `${JSON.stringify({ type: 'custom-title', sessionId: 'tree-a', customTitle: 'A *bold* one' })}\n`,
    );
    await vscode.commands.executeCommand('outlay.sessions.focus');
    await until('both are listed', () => nanoOf('tree-a') > 0 && nanoOf('tree-b') > 0);
    // Those of other tests would be told when they stop being live.
    for (const node of nodes()) {
      if (node.kind === 'session' && !Object.hasOwn(fileOf, node.sid)) {
        await vscode.commands.executeCommand(commandIds.excludeSession, node);
      }
    }
    await until('the title is known', () => view().find('tree-a')?.title === 'A *bold* one');
    await group(2);
  });

  after(async () => {
    listening.dispose();
    await vscode.commands.executeCommand(commandIds.showExcluded);
    await vscode.commands.executeCommand('workbench.view.explorer');
  });

  it('refreshes one item for one session that has changed', async () => {
    const node = sessionNode('tree-a');
    for (let n = 1; n <= 3; n++) {
      const before = nanoOf('tree-a');
      answers('tree-a', fileOf['tree-a']);
      await until('the item is told', () => told.length === n);
      assert.equal(nanoOf('tree-a'), before + thousandOutputNano);
      assert.equal(told.at(-1)?.node, node, 'the node itself, which stays the same object');
      view().getTreeItem(node);
      // The whole list is read again after every commit: it must find nothing more to tell.
      await sleep(1_000);
      assert.deepEqual(sessionsTold(), Array(n).fill('tree-a'));
    }
  });

  it('keeps live sessions in their places while they answer by turns', async () => {
    await settle();
    for (const session of ['tree-b', 'tree-a', 'tree-b'] as const) {
      const before = told.length;
      answers(session, fileOf[session]);
      await until('the item is told', () => told.length > before);
      for (const node of nodes()) view().getTreeItem(node);
    }
    await sleep(1_000);
    assert.deepEqual(sessionsTold(), ['tree-b', 'tree-a', 'tree-b']);
  });

  it('tells the list once when there is a new session', async () => {
    await settle();
    answers('tree-c', '-tree-gamma');
    await until('it is told', () => told.length > 0);
    await sleep(1_000);
    assert.deepEqual(sessionsTold(), ['the list']);
    assert.ok(sessionNode('tree-c'));
  });

  it('has ids that stay, parents that lead up and tooltips that quote', async () => {
    await settle();
    const node = sessionNode('tree-a');
    const { id } = view().getTreeItem(node);
    assert.equal(id, 'session:tree-a');
    assert.equal(view().getParent(node), undefined);
    const [part] = view().getChildren(node);
    assert.ok(part?.kind === 'part');
    assert.equal(part.nano, nanoOf('tree-a'));
    assert.equal(view().getParent(part), node);
    const item = view().resolveTreeItem(view().getTreeItem(node), node);
    assert.ok(item.tooltip instanceof vscode.MarkdownString);
    assert.match(item.tooltip.value, /A &#42;bold&#42; one/);
    const all = nodes().map((one) => view().getTreeItem(one).id);
    assert.equal(new Set(all).size, all.length, 'no id twice');
    assert.ok(all.every((one) => one !== undefined));
    answers('tree-a', fileOf['tree-a']);
    await until('the item is told', () => told.length > 0);
    assert.equal(view().getTreeItem(sessionNode('tree-a')).id, id);
  });

  it('asks nothing while nobody looks, and is right when somebody does', async () => {
    await vscode.commands.executeCommand('workbench.view.explorer');
    await settle();
    const before = nanoOf('tree-a');
    const today = api.spend.overview?.today.total ?? 0;
    answers('tree-a', fileOf['tree-a']);
    await until(
      'the status bar has it',
      () => api.spend.overview?.today.total === today + thousandOutputNano,
    );
    await sleep(1_000);
    assert.deepEqual(sessionsTold(), []);
    assert.equal(nanoOf('tree-a'), before, 'the list has not been read');
    await vscode.commands.executeCommand('outlay.sessions.focus');
    await until('the item is told', () => told.length > 0);
    assert.equal(nanoOf('tree-a'), before + thousandOutputNano);
  });

  it('tells a project’s total at most every two seconds', async () => {
    await group(0);
    const parent = view().getParent(sessionNode('tree-a')) as GroupNode;
    assert.equal(parent.kind, 'group');
    assert.equal(view().getParent(parent), undefined);
    const total = parent.group.total;
    // Another project may be told too: a session of an earlier test is at work no more.
    const groupsTold = () => told.filter(({ node }) => node === parent);
    const sessionTold = () => sessionsTold().filter((one) => one === 'tree-a').length;
    let written = 0;
    await until(
      'the project was told three times, the session more often',
      () => {
        answers('tree-a', fileOf['tree-a']);
        written += 1;
        for (const node of nodes()) view().getTreeItem(node);
        return groupsTold().length >= 3 && sessionTold() > groupsTold().length;
      },
      400,
    );
    await until(
      'the project has it all',
      () => parent.group.total === total + written * thousandOutputNano,
    );
    const groups = groupsTold();
    for (const [i, { at }] of groups.entries()) {
      if (i > 0) assert.ok(at - groups[i - 1]!.at >= 1_990, 'not more often');
    }
    // Sessions of other tests grow older.
    const others = sessionsTold().filter((one) => one.startsWith('tree-'));
    assert.ok(
      others.every((one) => one === 'tree-a'),
      others.join(),
    );
  });

  it('opens a session in one tab, and takes it up again after it was closed', async () => {
    const tabs = (): vscode.Tab[] =>
      vscode.window.tabGroups.all
        .flatMap((group) => group.tabs)
        .filter(
          ({ input }) =>
            input instanceof vscode.TabInputWebview && input.viewType.endsWith(viewTypes.session),
        );
    const node = sessionNode('tree-a');
    for (let round = 1; round <= 2; round++) {
      await vscode.commands.executeCommand(commandIds.openSession, node);
      await until('its tab is there', () => tabs().length === 1);
      assert.equal(tabs()[0]?.label, 'A *bold* one');
      await vscode.commands.executeCommand(commandIds.openSession, 'tree-a');
      await sleep(300);
      assert.equal(tabs().length, 1, 'one for each session');
      await vscode.commands.executeCommand(commandIds.openSession, 'tree-b');
      await until('another session has its own', () => tabs().length === 2);
      await vscode.window.tabGroups.close(tabs());
      await until('both are closed', () => tabs().length === 0);
    }
  });
});
