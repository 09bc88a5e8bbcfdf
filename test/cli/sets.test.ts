import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { clientSet, clientTruth, expectedSets, unpackSet } from '../lib/transcriptSets.ts';
import { type Schema, violations } from './jsonSchema.ts';
import { CliWorld } from './runCli.ts';

const docs = join(import.meta.dirname, '..', '..', 'docs');
const schemaOf = (name: string): Schema =>
  JSON.parse(readFileSync(join(docs, `${name}.schema.json`), 'utf8')) as Schema;

interface Counts {
  messages: number;
  usd: number;
  input: number;
  output: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  cacheRead: number;
}

/** Dollars in whole nano-dollars, so that sums are exact. */
const nano = (usd: number): number => Math.round(usd * 1e9);

describe('outlay on real transcripts', () => {
  for (const [set, expected] of Object.entries(expectedSets)) {
    test(`${set}: sessions and summary say what is expected`, () => {
      using world = new CliWorld();
      unpackSet(set, world.root);
      const report = world.json('sessions');
      assert.deepEqual(violations(schemaOf('sessions'), report), []);
      assert.equal(report.totals.messages, expected.messages);
      assert.equal(report.totals.usd, Number(expected.usd));
      assert.equal(report.totals.lowerBoundMessages, expected.outputLowerBound);
      assert.equal(report.totals.unpricedMessages, 0);
      const models = new Map<string, Counts>();
      let total = 0;
      let background = 0;
      for (const session of report.sessions) {
        total += nano(session.totalUsd);
        background += nano(session.backgroundUsd);
        const agents = session.agents as { usd: number; messages: number }[];
        assert.equal(
          agents.reduce((sum, agent) => sum + nano(agent.usd), 0),
          nano(session.usd),
          'agents add up to their session',
        );
        for (const [model, counts] of Object.entries<Counts>(session.models)) {
          const known = models.get(model);
          const keys = Object.keys(expected.models[model]!) as (keyof Counts)[];
          const add = (key: keyof Counts): number => (known?.[key] ?? 0) + counts[key];
          const sums = Object.fromEntries(keys.map((key) => [key, add(key)]));
          models.set(model, sums as unknown as Counts);
        }
      }
      assert.deepEqual([...models.keys()].sort(), Object.keys(expected.models).sort());
      for (const [model, counts] of models) {
        const { usd, ...rest } = expected.models[model]!;
        assert.deepEqual({ ...counts, usd: nano(counts.usd) }, { ...rest, usd: nano(Number(usd)) });
      }
      assert.equal(total, nano(report.totals.totalUsd));
      assert.equal(background, nano(report.totals.backgroundUsd));

      const summary = world.json('summary', '--no-index');
      assert.deepEqual(violations(schemaOf('summary'), summary), []);
      assert.equal(summary.messagesUsd, Number(expected.usd));
      assert.equal(summary.total_cost_usd, report.totals.totalUsd);
      assert.equal(summary.sessionCount, report.sessions.length);
      const sum = (entries: Record<string, { cost_usd: number }>): number =>
        Object.values(entries).reduce((all, { cost_usd }) => all + nano(cost_usd), 0);
      assert.equal(sum(summary.byModel), nano(summary.messagesUsd));
      assert.equal(sum(summary.byAgent), nano(summary.messagesUsd));
      assert.equal(sum(summary.byProject), nano(summary.total_cost_usd));
      assert.equal(sum(summary.byDay), nano(summary.total_cost_usd));
    });
  }

  test('messages and background are what Claude Code says, session by session', () => {
    using world = new CliWorld();
    unpackSet(clientSet, world.root);
    const { sessions } = world.json('sessions');
    assert.deepEqual(
      sessions.map(({ sessionId }: { sessionId: string }) => sessionId).sort(),
      Object.keys(clientTruth).sort(),
    );
    for (const { sessionId, clientUsd, totalUsd, unconfirmedUsd } of sessions) {
      const truth = clientTruth[sessionId]!;
      assert.equal(clientUsd, truth.clientTotalUsd, truth.label);
      assert.equal(unconfirmedUsd, 0);
      // A fork's total contains its parent's.
      if (truth.label === 'fork') continue;
      assert.ok(Math.abs(totalUsd - clientUsd) <= 1e-6, truth.label);
      const { out } = world.on('session', sessionId, '--no-index');
      assert.match(out, /Claude Code says \$\S+, the same: /, truth.label);
    }
  });

  test('class dollars of each message add up to its cost', () => {
    using world = new CliWorld();
    unpackSet(clientSet, world.root);
    for (const { sessionId } of world.json('sessions').sessions) {
      const { topMessages } = world.json('session', sessionId, '--no-index', '--top', '1000');
      for (const { usd, classUsd, parts, lowerBound } of topMessages) {
        const own = Object.values<number>(classUsd).reduce((sum, one) => sum + nano(one), 0);
        const others = parts.reduce(
          (sum: number, part: { usd: number }) => sum + nano(part.usd),
          0,
        );
        assert.equal(own + others, nano(usd));
        assert.equal(lowerBound, false);
      }
    }
  });
});
