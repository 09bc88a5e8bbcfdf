import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { after, describe, snapshot, test } from 'node:test';
import headless from '@xterm/headless';
// @ts-expect-error: scripts have no types
import { writeBigSet } from '../../../scripts/bench/bigSet.mjs';
import { dollarBudget } from '../../../src/analysis/budgets/budget.ts';
import { dashboardFrame, type FrameInputs } from '../../../src/cli/dashboard/layout.ts';
import { Screen } from '../../../src/cli/dashboard/screen.ts';
import type { BudgetEntry } from '../../../src/dataFolder/budgetFile.ts';
import { writeDemo } from '../../../src/demo/writeDemo.ts';
import { nanoPerUsd } from '../../../src/model/money.ts';
import type { SqlDatabase } from '../../../src/platform/sqlite/types.ts';
import type { ReportContext } from '../../../src/query/context.ts';
import {
  type Dashboard,
  type DashboardQuestion,
  readDashboard,
} from '../../../src/reports/overview/dashboard.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { displayWidth } from '../../../src/text/plainText.ts';
import { withoutEmphasis } from '../../lib/emphasis.ts';
import { ingestAll } from '../../lib/ingest.ts';
import { assistant } from '../../lib/parseLines.ts';
import { reportContext } from '../../lib/reportContext.ts';
import { tempDir } from '../../lib/tempDir.ts';

// Snapshots are read by people: what the terminal shows, as it shows it.
snapshot.setDefaultSnapshotSerializers([(value) => String(value)]);

const now = Date.parse('2026-11-24T12:00:00Z');
const question: DashboardQuestion = { sessions: 100, messages: 60 };

const stores: SqlDatabase[] = [];
after(() => {
  for (const db of stores) db.close();
});

/** A context over what `write` wrote into a configuration directory. */
function contextOf(
  write: (root: string) => void,
  more: Partial<ReportContext> = {},
): ReportContext {
  using dir = tempDir();
  mkdirSync(dir.at('projects'), { recursive: true });
  write(dir.path);
  const { db } = openForWriting(':memory:');
  stores.push(db);
  ingestAll(db, dir.path);
  return reportContext(db, { now, ...more });
}

function budget(kind: 'day' | 'month', usd: number): BudgetEntry {
  return {
    budget: dollarBudget({ kind: 'global' }, { kind }, usd * nanoPerUsd),
    origin: 'budget set',
    setAt: now,
  };
}

function inputs(width: number, height: number, more: Partial<FrameInputs> = {}): FrameInputs {
  return {
    width,
    height,
    style: { colour: false, zone: 'UTC', now },
    status: ['Nov 24, 12:00 PM', '● live'],
    problem: undefined,
    notice: undefined,
    ...more,
  };
}

/** Read once for many sizes. */
const read = new Map<ReportContext, Map<DashboardQuestion, Dashboard>>();

function dashboardOf(context: ReportContext, asked: DashboardQuestion): Dashboard {
  const known = read.get(context) ?? new Map<DashboardQuestion, Dashboard>();
  read.set(context, known);
  const dashboard = known.get(asked) ?? readDashboard(context, asked);
  known.set(asked, dashboard);
  return dashboard;
}

function frame(
  context: ReportContext,
  [width, height]: readonly [number, number],
  {
    asked = question,
    selected,
    ...more
  }: Partial<FrameInputs> & {
    readonly asked?: DashboardQuestion;
    readonly selected?: string;
  } = {},
): string[] {
  const drawn = dashboardFrame(inputs(width, height, more), dashboardOf(context, asked), selected);
  assert.equal(drawn.length, height);
  for (const { text, width: said } of drawn) {
    const plain = withoutEmphasis(text);
    // Of one that is narrower still the screen cuts the ends off.
    assert.ok(displayWidth(plain) <= Math.max(40, width), plain);
    assert.equal(said, displayWidth(plain), plain);
  }
  return drawn.map(({ text }) => text);
}

const sizes = [
  [80, 24],
  [120, 40],
  [200, 50],
  [40, 10],
] as const;

const demo = contextOf((root) => writeDemo(root, { nowMs: now }), {
  budgets: [budget('day', 10), budget('month', 75)],
});

describe('a frame of the dashboard', () => {
  for (const size of sizes) {
    test(`at ${size.join('×')}`, (t) => {
      t.assert.snapshot(frame(demo, size).join('\n'));
    });
  }

  test('any size has its lines, none wider than the screen', () => {
    for (let width = 1; width <= 130; width += 7) {
      for (let height = 1; height <= 45; height += 4) {
        const lines = frame(demo, [width, height]);
        assert.ok(
          width < 20 || height < 3 || lines.at(-1)!.includes('Q quit'),
          `${width}×${height}`,
        );
      }
    }
  });

  test('without any history it says so', (t) => {
    const empty = contextOf(() => {});
    t.assert.snapshot(frame(empty, [80, 10]).join('\n'));
    for (const size of sizes) frame(empty, size);
  });

  test('of three years it shows this month, and every session there was can be chosen', () => {
    const years = contextOf((root) => {
      writeBigSet(root, { messages: 1500, days: 1096, nowMs: now });
    });
    for (const size of sizes) {
      const lines = frame(years, size);
      assert.match(lines.join('\n'), /^Today /m);
    }
    const all = dashboardOf(years, question).parts!.sessions.rows;
    const last = String(all.at(-1)![1]);
    const lines = frame(years, [80, 24], { selected: last });
    assert.equal(lines.filter((line) => line.startsWith('›')).length, 1);
    assert.notDeepEqual(lines, frame(years, [80, 24]));
  });

  test('of a month without spend it shows all there was', () => {
    const later = { ...demo, now: now + 60 * 86_400_000 };
    const lines = frame(later, [80, 24]).join('\n');
    assert.match(lines, /^Nothing this month\./);
    assert.match(lines, /^─ all time ─/m);
    assert.match(lines, /^shop +\$/m);
  });

  test('a budget is warned of from where it was asked for', () => {
    const lines = (asked: DashboardQuestion): string =>
      frame(demo, [100, 24], { asked }).join('\n');
    const today = (text: string): string => /^Today .*$/m.exec(text)![0];
    const [, spent] = /\$([\d.]+)/.exec(today(lines(question)))!;
    const dayLimit = Math.round(Number(spent) * 2 * nanoPerUsd);
    const calm = today(lines({ ...question, dayLimit, warning: 0.9 }));
    assert.doesNotMatch(calm, /!|✗/);
    const warned = today(lines({ ...question, dayLimit, warning: 0.4 }));
    assert.match(warned, /! +(?:49|50)% used/);
    const over = today(lines({ ...question, dayLimit: 1_000_000 }));
    assert.match(over, /✗ +over by \$/);
  });

  test('what is wrong stands above the keys, and what was done in their place', () => {
    const problem = 'The store cannot be read.';
    const [note, keys] = frame(demo, [80, 24], { problem }).slice(-2);
    assert.match(note!, /^The store cannot be read\. +\(\d more: \?\)$/);
    assert.match(keys!, /^Q quit/);
    const [, done] = frame(demo, [80, 24], { notice: 'Written: x.json' }).slice(-2);
    assert.equal(done, 'Written: x.json');
  });

  test('emphasis takes no room, and without colours there is none', () => {
    const style = { ...inputs(1, 1).style, colour: true };
    const painted = frame(demo, [80, 24], { style });
    assert.ok(painted.join('').includes('\u001b[1m'));
    assert.deepEqual(painted.map(withoutEmphasis), frame(demo, [80, 24]));
  });
});

/** Titles nobody would give a session, but a file may hold. */
const titles = [
  'colour \u001b[31mred\u001b[0m and \u001b[2Jclear \u001b]0;owned\u0007',
  'moves \u001b[10;10H\u001b[A\u001b[5D back\b\b\b\r\nnew line\ttab',
  'csi \u009b31m osc \u009d0;x\u009c right-to-left \u202e\u2066 zero\u200bwidth',
  '漢字とかなの長い題名が画面の幅を超えて続くとどうなるか見てみよう',
  '👨‍👩‍👧‍👦 family 👍🏽 thumb 🇩🇪 flag ❤️ heart',
  `zalgo e${'\u0301'.repeat(80)} end`,
  'ｆｕｌｌ ｗｉｄｔｈ',
  `${'long '.repeat(500)}`,
];

describe('hostile titles', () => {
  const context = contextOf((root) => {
    mkdirSync(`${root}/projects/p`, { recursive: true });
    for (const [i, title] of titles.entries()) {
      const sessionId = `${String(i).repeat(8)}-0000-4000-8000-000000000001`;
      const lines = [
        { type: 'ai-title', sessionId, aiTitle: title },
        assistant(
          { id: `m${i}`, model: `claude-\u001b[5mopus${title}`, usage: { input_tokens: 1000 } },
          {
            uuid: `u${i}`,
            requestId: `r${i}`,
            sessionId,
            timestamp: new Date(now - 1000 * (i + 1)).toISOString(),
            cwd: `/src/${title.slice(0, 40)}`,
            gitBranch: title,
          },
        ),
      ];
      const text = lines.map((line) => JSON.stringify(line)).join('\n');
      writeFileSync(`${root}/projects/p/${sessionId}.jsonl`, `${text}\n`);
    }
  });

  for (const size of sizes) {
    test(`stay in their place at ${size.join('×')}`, async () => {
      const [width, height] = size;
      const style = { ...inputs(1, 1).style, colour: true };
      const lines = frame(context, size, { style });
      for (const line of lines) {
        assert.doesNotMatch(withoutEmphasis(line), /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      }
      const terminal = new headless.Terminal({ cols: width, rows: height, allowProposedApi: true });
      const begin = '\u001b[?1049h\u001b[?7l';
      const patch = new Screen().patch(lines, width, height);
      await new Promise<void>((resolve) => terminal.write(begin + patch, resolve));
      const shown = (at: number): string =>
        terminal.buffer.active.getLine(at)!.translateToString(true, 0, width);
      // First and last line are whole: nothing between them scrolled, cleared or covered them.
      assert.equal(shown(0), withoutEmphasis(lines[0]!).trimEnd());
      assert.equal(shown(height - 1), withoutEmphasis(lines.at(-1)!).trimEnd());
      // What stands at the right edge of a row stands there.
      for (const [at, line] of lines.entries()) {
        const time = /● live$/.exec(withoutEmphasis(line));
        if (time !== null) assert.match(shown(at), /● live$/);
      }
    });
  }
});
