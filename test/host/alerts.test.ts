/** Alerts in a real extension host: told once, what can be done about them, the list. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { until } from '../../scripts/shared/retry.ts';
import { secretNames } from '../../src/alerts/secrets.ts';
import { type Alert, readAlertHistory, readAlertState } from '../../src/dataFolder/alertFile.ts';
import { endOverrides, readOverrides } from '../../src/dataFolder/overrideFile.ts';
import type { OutlayApi } from '../../src/extension.ts';
import { itemsOf } from '../../src/views/alerts/alertList.ts';
import { actionsOf } from '../../src/views/alerts/notifications.ts';
import { entryOf, raise } from '../../src/views/alerts/raiseForToday.ts';
import { deleteSecrets, keepSecret, keptSecrets } from '../../src/views/alerts/secretInput.ts';
import { answer, append, thousandOutputNano, transcriptFile } from './transcript.ts';

const folder = process.env.OUTLAY_DATA_DIR ?? '';
const budget = 'global day usd';

describe('alerts', () => {
  let api: OutlayApi;
  const events: Record<string, unknown>[] = [];
  const session = 'alert-session';
  const file = transcriptFile('-home-dev-alerts', session);
  const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('outlay');
  const set = (name: string, value: unknown): Thenable<void> =>
    settings().update(name, value, vscode.ConfigurationTarget.Global);
  const today = (): number => api.spend.overview?.today.total ?? 0;
  const budgetAlerts = (): Alert[] =>
    readAlertHistory(folder).alerts.filter(({ rule }) => rule === 'budget');
  const toldBy = (id: string): string[] =>
    readAlertHistory(folder)
      .outcomes.filter((each) => each.id === id)
      .map(({ channel }) => channel)
      .sort();

  before(async () => {
    const extension = vscode.extensions.getExtension<OutlayApi>('outlay.outlay');
    assert.ok(extension);
    api = await extension.activate();
    await until('the indexer watches', () => api.spend.indexer.kind === 'watching');
    append(file, answer({ id: 'alert-0', session }));
    await until('something was spent', () => today() > 0);
    await set('alerts.quiet', ['spike', 'acceleration', 'outlier', 'forecast']);
    await set('alerts.enabled', true);
  });

  after(async () => {
    endOverrides(join(folder, 'config.json'), budget, Date.now());
    for (const name of ['alerts.quiet', 'alerts.enabled', 'budget.dailyUsd']) {
      await set(name, undefined);
    }
    await set('alerts.enabled', false);
  });

  it('a budget that is used up is told once: notification, log and event', async () => {
    api.onAlert((alert) => events.push(alert as Record<string, unknown>));
    const { notifications } = api.parts.alerts;
    const before = notifications.shown;
    await set('budget.dailyUsd', (today() + thousandOutputNano / 2) / 1e9);
    append(file, answer({ id: 'alert-1', session, output: 1000 }));
    await until('it is told', () => budgetAlerts().some(({ level }) => level === 'stop'));
    const [stop] = budgetAlerts().filter(({ level }) => level === 'stop');
    await until('by both channels', () => toldBy(stop!.id).length === 2);
    assert.deepEqual(toldBy(stop!.id), ['editor', 'log']);
    await until('it was shown', () => notifications.shown > before);
    assert.match(notifications.textOf(stop!), /^Today’s Claude Code budget of \$.* is used up: /);
    assert.match(notifications.textOf(stop!), /made .*of it\.$/);
    const event = events.find(({ id }) => id === stop!.id);
    assert.deepEqual([event?.level, event?.schemaVersion], ['HARD_STOP', 1]);
    // More of the same is not told again.
    const shown = notifications.shown;
    append(file, answer({ id: 'alert-2', session }));
    await until('it counts', () => api.spend.overview!.today.total > 0);
    await api.parts.alerts.check();
    await sleep(300);
    await api.parts.alerts.check();
    assert.equal(notifications.shown, shown);
    assert.equal(budgetAlerts().filter(({ level }) => level === 'stop').length, 1);
    assert.equal(events.filter(({ id }) => id === stop!.id).length, 1);
  });

  it('offers what did it, a raise, a snooze and silence', async () => {
    const stop = budgetAlerts().find(({ level }) => level === 'stop')!;
    assert.deepEqual(actionsOf(stop, true), ['open', 'raise', 'snooze', 'mute', 'list']);
    const { notifications } = api.parts.alerts;
    await notifications.act(stop, 'open');
    await until('the session is open', () =>
      vscode.window.tabGroups.all.some(({ tabs }) =>
        tabs.some(({ input }) => input instanceof vscode.TabInputWebview),
      ),
    );
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await notifications.act(stop, 'snooze');
    assert.ok(readAlertState(folder).snoozed[stop.key]! > Date.now());
    await notifications.act(stop, 'mute');
    assert.deepEqual(readAlertState(folder).muted, [budget]);
    const items = itemsOf(api.parts.model, notifications);
    assert.ok(items.some(({ wake }) => wake === stop.key));
    assert.ok(items.some(({ unmute }) => unmute === budget));
    assert.ok(items.some(({ alert, detail }) => alert?.id === stop.id && /Log/.test(detail ?? '')));
    // Muted, an alert is in the list and no notification.
    const shown = notifications.shown;
    await notifications.show([stop]);
    assert.equal(notifications.shown, shown);
    notifications.mute(budget, false);
    assert.deepEqual(readAlertState(folder).muted, []);
  });

  it('raises a budget until midnight, with a line of audit', () => {
    const { model } = api.parts;
    const { limit } = entryOf(model, budget)!.budget;
    raise(model, budget, limit * 2, limit);
    const raised = entryOf(model, budget)!;
    assert.equal(raised.budget.limit, limit * 2);
    assert.equal(raised.override?.raised?.from, limit);
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    const [override] = readOverrides(config);
    assert.deepEqual([override?.kind, override?.key], ['raise', budget]);
    const lines = readFileSync(join(folder, 'audit.jsonl'), 'utf8').trim().split('\n');
    const { what, by, to } = JSON.parse(lines.at(-1)!);
    assert.deepEqual([what, by, to], ['raise', 'editor', limit * 2]);
  });

  it('raises a budget of a project’s own file from its notification', async () => {
    const project = realpathSync(mkdtempSync(join(tmpdir(), 'outlay-alerts-')));
    const own = join(project, '.outlay.json');
    const text = JSON.stringify({ budgets: [{ period: 'day', limit: 0.01 }] });
    mkdirSync(join(project, '.git'));
    writeFileSync(own, text);
    append(
      transcriptFile('-tmp-outlay-alerts', 'alert-project'),
      answer({ id: 'project-1', session: 'alert-project', cwd: project }),
    );
    const ofProject = (): Alert | undefined =>
      budgetAlerts().find(({ budget: of, level }) => of?.key.includes(project) && level === 'stop');
    await until('it is told', async () => {
      await api.parts.alerts.check();
      return ofProject() !== undefined;
    });
    const alert = ofProject()!;
    const { key } = alert.budget!;
    const before = entryOf(api.parts.model, key)!;
    assert.deepEqual([before.origin, before.file], ['project file', own]);
    assert.ok(actionsOf(alert, false).includes('raise'));
    // What is proposed, half more, is taken as it stands.
    const done = api.parts.alerts.notifications.act(alert, 'raise').then(() => true);
    await until('it is raised', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return Promise.race([done, sleep(100, false)]);
    });
    const raised = entryOf(api.parts.model, key)!;
    assert.equal(raised.budget.limit, 20_000_000);
    assert.equal(raised.override?.raised?.from, before.budget.limit);
    assert.equal(readFileSync(own, 'utf8'), text, 'nobody writes into the project');
    endOverrides(join(folder, 'config.json'), key, Date.now());
    rmSync(project, { recursive: true });
  });

  it('keeps secrets where the editor keeps them, and reads them back', async () => {
    const kept = new Map<string, string>();
    const store = {
      get: async (key: string) => kept.get(key),
      store: async (key: string, value: string) => void kept.set(key, value),
      delete: async (key: string) => void kept.delete(key),
    } as unknown as vscode.SecretStorage;
    await keepSecret(store, 'slackWebhookUrl', ' https://hooks.example.com/x ');
    assert.equal((await keptSecrets(store)).slackWebhookUrl, 'https://hooks.example.com/x');
    await keepSecret(store, 'slackWebhookUrl', '');
    assert.equal((await keptSecrets(store)).slackWebhookUrl, '');
    assert.equal(kept.size, 0);
    for (const name of secretNames) await keepSecret(store, name, 'x');
    assert.equal(kept.size, secretNames.length);
    await deleteSecrets(store);
    assert.equal(kept.size, 0);
  });
});
