import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { csvHead, csvRow, exportColumns, jsonRow } from '../../../src/export/columns.ts';
import { csvText, jsonText } from '../../../src/export/csvJson.ts';
import { hashedPath, redactedSummary } from '../../../src/export/redact.ts';
import { ExportCount, type ExportRow, exportPages } from '../../../src/export/rows.ts';
import { createPriceBook } from '../../../src/pricing/priceBook.ts';
import type { Filters } from '../../../src/query/options.ts';
import { select } from '../../../src/query/select.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { messagePages } from '../../../src/store/query/messagePages.ts';
import { ingestAll, soleWriter } from '../../lib/ingest.ts';
import { reportContext } from '../../lib/reportContext.ts';
import { byDayBefore, thinAll } from '../../lib/retention.ts';
import { tempDir } from '../../lib/tempDir.ts';
import { clientSet, expectedSets, unpackSet } from '../../lib/transcriptSets.ts';

const open = { paths: false, titles: false };

function contextOf(set: string) {
  using dir = tempDir();
  unpackSet(set, dir.path);
  const { db } = openForWriting(':memory:');
  ingestAll(db, dir.path);
  return reportContext(db, { now: Date.UTC(2026, 10, 24), book: createPriceBook() });
}

function rowsOf(
  context: ReturnType<typeof contextOf>,
  filters: Filters = {},
  openness = open,
): ExportRow[] {
  return [...exportPages(context, { span: undefined, filters }, openness, 7)].flat();
}

function countOf(context: ReturnType<typeof contextOf>, filters: Filters = {}) {
  const counted = new ExportCount();
  for (const row of rowsOf(context, filters)) counted.add(row);
  return counted.totals;
}

/** Whatever is asked for, an export comes to what reports say. */
function assertSameAsReports(context: ReturnType<typeof contextOf>): void {
  const { sid } = context.db.prepare('SELECT sid FROM session').get<{ sid: string }>()!;
  const filters: Filters[] = [
    {},
    { agent: 'main' },
    { session: sid },
    ...context.reader.knownModels().map((model) => ({ model })),
  ];
  for (const filter of filters) {
    const { sums, total } = select(context, { span: undefined, filters: filter }, ['model']);
    const { messages, nano, lower, unpriced } = countOf(context, filter);
    assert.deepEqual(
      [messages, nano, lower, unpriced],
      [sums.messages, total, sums.lower, sums.unpriced],
      JSON.stringify(filter),
    );
  }
}

const sample: ExportRow = {
  at: Date.UTC(2026, 10, 20, 10),
  kind: 'message',
  agent: 'main',
  model: 'claude-opus-4-7',
  tier: 'opus',
  input: 1000,
  output: 500,
  nano: 40_625_000,
  durationMs: 1500,
  success: true,
  task: 'ABC-1',
  correlation: 'c',
  cacheWrite5m: 500,
  cacheWrite1h: 1500,
  cacheRead: 10_000,
  webSearches: 0,
  session: 's',
  title: '',
  project: 'project-1a2b3c4d',
  account: 'account-1a2b3c4d',
  branch: 'main',
  agentId: '',
  effort: '',
  tags: ['a', 'b'],
  priceRow: 'r',
  pricedBy: 'catalogue',
  lower: 0,
  unpriced: 0,
  messages: 1,
  stopReason: 'end_turn',
  error: '',
  promptId: 'p',
  messageId: 'm',
  requestId: 'q',
  recovered: false,
};

describe('an export', () => {
  for (const set of Object.keys(expectedSets)) {
    test(`has the same messages and money as the report: ${set}`, () => {
      const context = contextOf(set);
      assertSameAsReports(context);
      const whole = rowsOf(context);
      assert.equal(
        whole.filter(({ kind }) => kind === 'message').length,
        expectedSets[set]!.messages,
      );
    });
  }

  test('keeps its money when messages have been summed up, some of them or all', () => {
    const context = contextOf('sniffly');
    const { messages } = countOf(context);
    const days = [...new Set(rowsOf(context).map(({ at }) => at - (at % 86_400_000)))];
    assert.ok(days.length > 1);
    for (const messagesBefore of [days[1]!, days.at(-1)! + 86_400_000]) {
      thinAll(soleWriter(context.db), byDayBefore(messagesBefore));
      assertSameAsReports(context);
      assert.equal(countOf(context).messages, messages);
    }
    const kinds = new Set(rowsOf(context).map(({ kind }) => kind));
    assert.deepEqual([kinds.has('message'), kinds.has('sum')], [false, true]);
  });

  test('of a span has what lies in it, in the order of time', () => {
    const context = contextOf(clientSet);
    const times = rowsOf(context).map(({ at }) => at);
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    );
    const span = { from: times[5]!, to: times[15]! };
    const inside = [...exportPages(context, { span, filters: {} }, open)].flat();
    const expected = times.filter((at) => at >= span.from && at < span.to);
    assert.deepEqual(
      inside.map(({ at }) => at),
      expected,
    );
    const { total } = select(context, { span, filters: {} }, []);
    assert.equal(
      inside.reduce((sum, { nano }) => sum + (nano ?? 0), 0),
      total,
    );
  });

  test('is read in pages of any size, no message twice and none left out', () => {
    const { db } = contextOf('sniffly');
    const ids = (size: number) =>
      [...messagePages(db, undefined, size)].flat().map(({ messageId, kind }) => messageId + kind);
    const all = ids(100_000);
    assert.equal(new Set(all).size, all.length);
    for (const size of [1, 2, 13]) assert.deepEqual(ids(size), all);
    for (const page of messagePages(db, undefined, 13)) assert.ok(page.length <= 26);
  });

  test('says neither where nor on what somebody works unless asked', () => {
    const context = contextOf(clientSet);
    const places = context.db
      .prepare(
        'SELECT DISTINCT w.text AS text FROM session s JOIN word w ON w.id IN (s.cwd, s.root)',
      )
      .all<{ text: string }>()
      .map(({ text }) => text);
    const titles = context.db.prepare('SELECT text FROM title').all<{ text: string }>();
    assert.ok(places.length > 0 && titles.length > 0);
    const secrets = [...places, ...titles.map(({ text }) => text)];
    const text = (openness: typeof open): string =>
      rowsOf(context, {}, openness)
        .map((row) => csvRow(row) + jsonRow(row))
        .join('');
    for (const secret of secrets) assert.ok(!text(open).includes(secret), secret);
    const told = text({ paths: true, titles: true });
    assert.ok(places.every((place) => told.includes(place)));
    assert.ok(titles.some(({ text: title }) => told.includes(JSON.stringify(title).slice(1, -1))));
  });

  test('calls a path the same in every export', () => {
    assert.equal(hashedPath('project', '/src/my.app'), hashedPath('project', '/src/my.app'));
    assert.match(hashedPath('project', '/src/my.app'), /^project-[0-9a-f]{8}$/);
    assert.notEqual(hashedPath('project', '/src/a'), hashedPath('project', '/src/b'));
  });

  test('of a summary names no path and no file', () => {
    const summary = {
      total_cost_usd: 1,
      byProject: { '/src/my.app': { gitRoot: '/src/my.app', cost_usd: 1 } },
      notes: ['/home/somebody/config.json cannot be read.'],
    };
    const text = JSON.stringify(redactedSummary(summary, open));
    assert.doesNotMatch(text, /\/src|\/home/);
    assert.match(text, /"total_cost_usd":1/);
    assert.deepEqual(redactedSummary(summary, { paths: true, titles: false }), summary);
  });
});

describe('a row of an export', () => {
  test('is a line of CSV with the columns other tools know first', () => {
    assert.ok(
      csvHead.startsWith(
        'timestamp,agent,model,model_tier,input_tokens,output_tokens,cost_usd,duration_seconds,success,task_id,correlation_id,',
      ),
    );
    assert.equal(
      csvRow(sample),
      '2026-11-20T10:00:00.000Z,main,claude-opus-4-7,opus,1000,500,0.040625,1.5,true,ABC-1,c,message,1,500,1500,10000,0,s,,project-1a2b3c4d,main,account-1a2b3c4d,,,a;b,r,catalogue,false,false,end_turn,,p,m,q,false\r\n',
    );
  });

  const cells: [string, string][] = [
    ['=1+1', "'=1+1"],
    ['+49', "'+49"],
    ['-1', "'-1"],
    ['@sum', "'@sum"],
    ['\t=1', "'=1"],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['="a,b"', '"\'=""a,b"""'],
    ['two\r\nlines', 'two lines'],
    ['naïve 日本', 'naïve 日本'],
  ];
  for (const [written, cell] of cells) {
    test(`writes ${JSON.stringify(written)} so that no spreadsheet runs it`, () => {
      const line = csvRow({ ...sample, branch: written });
      assert.ok(line.includes(`,project-1a2b3c4d,${cell},account-1a2b3c4d,`), line);
    });
  }

  test('without a price has no cost, not 0', () => {
    const unpriced = { ...sample, nano: null, pricedBy: 'unpriced', unpriced: 1 } as const;
    assert.match(csvRow(unpriced), /,1000,500,,1\.5,true,/);
    const { cost_usd, unpriced: said } = JSON.parse(jsonRow(unpriced));
    assert.deepEqual([cost_usd, said], [null, true]);
    assert.equal(JSON.parse(jsonRow({ ...sample, nano: 0 })).cost_usd, 0);
  });

  test('as JSON keeps figures as figures', () => {
    const row = JSON.parse(jsonRow(sample));
    assert.deepEqual(
      Object.keys(row),
      exportColumns.map(({ key }) => key),
    );
    const { timestamp, cost_usd, tags, success, agent_id } = row;
    assert.deepEqual(
      [timestamp, cost_usd, tags, success, agent_id],
      ['2026-11-20T10:00:00.000Z', 0.040625, ['a', 'b'], true, null],
    );
  });

  test('stands in one JSON object, or none does', () => {
    for (const rows of [[], [sample], [sample, sample]]) {
      const text = jsonText({ schemaVersion: 1 });
      const counted = new ExportCount();
      for (const row of rows) counted.add(row);
      const written = text.head + rows.map(text.row).join('') + text.tail(counted.totals);
      const { schemaVersion, rows: read, totals } = JSON.parse(written);
      assert.deepEqual([schemaVersion, read.length, totals.rows], [1, rows.length, rows.length]);
      assert.equal(totals.total_cost_usd, 0.040625 * rows.length);
    }
    assert.equal(csvText().tail(new ExportCount().totals), '');
  });
});
