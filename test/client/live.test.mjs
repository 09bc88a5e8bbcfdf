/** A person watches the status bar while Claude Code works: each new figure is there at once. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openWorkbench } from '../../scripts/lib/page.mjs';
import { formatUsd } from '../../src/model/money.ts';
import { Claude } from './lib/claude.mjs';
import { agent, bash, say, use } from './lib/replies.mjs';
import { listPrice, toNano } from './lib/spend.mjs';

/** Between two answers of the stand-in, so that a person could read each figure. */
const afterMs = 400;
/** From the moment an answer has been sent: the client writes its transcript every 100 ms. */
const patienceMs = 2000;

describe('the status bar of a running VS Code', () => {
  let workbench;
  /** @type {Claude} */
  let claude;
  let recorded;
  let total = 0;
  before(async () => {
    workbench = await openWorkbench();
    claude = await Claude.start('live', { configDir: workbench.paths.claude });
    claude.api.plan('tools', [
      use([bash()], { afterMs }),
      use([bash()], { afterMs }),
      say({ afterMs }),
    ]);
    claude.api.plan('shares', [use([agent('tools')], { afterMs }), say({ afterMs })]);
    await workbench.waitForStatus('No transcripts');
    recorded = await workbench.recordStatus();
  });
  after(async () => {
    await claude?.close();
    await workbench?.close();
  });

  /** Asserts that every answer since `from` brought its figure into the status bar, in order. */
  async function assertShown(from, start) {
    const texts = await recorded();
    let sum = start;
    let seen = 0;
    for (const entry of claude.api.ledger.slice(from)) {
      sum += listPrice(entry);
      const wanted = formatUsd(sum);
      const index = texts.findIndex(({ text }, i) => i >= seen && text.includes(wanted));
      assert.notEqual(index, -1, `${wanted} after ${JSON.stringify(texts.slice(seen))}`);
      const late = texts[index].at - entry.at;
      assert.ok(late < patienceMs, `${wanted} came ${late} ms after the answer`);
      seen = index;
    }
  }

  async function follow(prompt, options) {
    const from = claude.api.ledger.length;
    const start = total;
    const run = await claude.run(prompt, options);
    await workbench.waitForStatus(formatUsd(toNano(run.usd)));
    total = toNano(run.usd);
    await assertShown(from, start);
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
