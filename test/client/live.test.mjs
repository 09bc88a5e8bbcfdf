/** A person watches the status bar while Claude Code works: each new figure is there at once. */
import assert from 'node:assert/strict';
import { after, describe, it, before as start } from 'node:test';
import { openWorkbench } from '../../scripts/vscode/page.mjs';
import { formatUsd } from '../../src/model/money.ts';
import { noonZone } from '../lib/noonZone.ts';
import { Claude } from './lib/claude.mjs';
import { agent, bash, say, use } from './lib/replies.mjs';
import { listPrice, toNano } from './lib/spend.mjs';

describe('the status bar of a running VS Code', () => {
  let workbench;
  /** @type {Claude} */
  let claude;
  let recorded;
  /** Of all runs before, and how many answers those had. */
  let total = 0;
  let answered = 0;
  let following = false;
  const added = () => claude.api.ledger.slice(answered);
  /** No answer comes before that of the one before is shown: what is not shown holds up the run. */
  const before = async () => {
    if (!following || added().length === 0) return;
    const sum = added().reduce((all, entry) => all + listPrice(entry), total);
    await workbench.waitForStatus(formatUsd(sum));
  };
  start(async () => {
    workbench = await openWorkbench({ settings: { 'outlay.timeZone': noonZone() } });
    claude = await Claude.start('live', { configDir: workbench.paths.claude });
    claude.api.plan('tools', [
      use([bash()], { before }),
      use([bash()], { before }),
      say({ before }),
    ]);
    claude.api.plan('shares', [use([agent('tools')], { before }), say({ before })]);
    await workbench.waitForStatus('No transcripts');
    recorded = await workbench.recordStatus();
  });
  after(async () => {
    await claude?.close();
    await workbench?.close();
  });

  /** Asserts that every answer of the run brought its figure into the status bar, in order. */
  async function assertShown() {
    const texts = await recorded();
    let sum = total;
    let seen = 0;
    for (const entry of added()) {
      sum += listPrice(entry);
      const wanted = formatUsd(sum);
      const index = texts.findIndex(({ text }, i) => i >= seen && text.includes(wanted));
      assert.notEqual(index, -1, `${wanted} after ${JSON.stringify(texts.slice(seen))}`);
      seen = index;
    }
  }

  async function follow(prompt, options) {
    following = true;
    const run = await claude.run(prompt, options);
    following = false;
    await workbench.waitForStatus(formatUsd(toNano(run.usd)));
    await assertShown();
    total = toNano(run.usd);
    answered = claude.api.ledger.length;
    return run;
  }

  it('shows each figure of a session, and at its end the client’s total', async () => {
    const first = await follow('Work [plan tools]');
    await follow('And more [plan tools]', { resume: first.sessionId });
    await follow('Share it [plan shares]', { resume: first.sessionId });
  });

  it('shows what no message explains when the run has ended', async () => {
    const { sessionId } = claude.api.ledger[0];
    const compacted = await claude.run('/compact', { resume: sessionId });
    await workbench.waitForStatus(formatUsd(toNano(compacted.usd)));
    const last = (await recorded()).at(-1);
    assert.ok(last.text.includes(formatUsd(toNano(compacted.usd))), last.text);
  });
});
