import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

const sessionId = 'aaaaaaaa-0000-4000-8000-000000000001';
const esc = '\u001b';
const evilTitle = `${esc}[31mred${esc}]0;own your title\u0007 \u202egnp.exe | <img src=x onerror=alert(1)> \`code\` [a](http://evil) \u009b2J`;
const evilModels = [
  '__proto__',
  'constructor',
  `${esc}[2Jmodel`,
  '=cmd|/c calc!A1',
  '\u202eledom',
  'm'.repeat(100_000),
];

function fill(world: CliWorld): void {
  const records = evilModels.map((model, i) =>
    answerRecord(String(i), model, usageOf({ input: 10, output: 1 }), { sessionId }),
  );
  world.transcript(`p/${sessionId}.jsonl`, [
    { type: 'custom-title', customTitle: evilTitle, sessionId },
    ...records,
    // A folder can be called anything.
    answerRecord('cwd', 'claude-opus-4-7', usageOf({ input: 1 }), {
      sessionId: 'bbbbbbbb-0000-4000-8000-000000000002',
      cwd: `/src/=HYPERLINK("http://evil")${esc}[31m`,
    }),
  ]);
}

/** Everything a terminal may act upon but newlines. */
const acts =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

describe('text nobody vouches for', () => {
  for (const command of ['sessions', 'session', 'summary', 'track', 'doctor']) {
    test(`${command}: no format lets it act`, () => {
      using world = new CliWorld();
      fill(world);
      const args =
        command === 'track' ? ['--session', sessionId] : command === 'session' ? [sessionId] : [];
      for (const format of ['table', 'markdown', 'csv', 'json']) {
        const { code, out, err } = world.on(command, ...args, '--format', format);
        assert.equal(code, 0, `${format}: ${err}`);
        assert.doesNotMatch(out, acts, format);
        assert.equal(err, '');
        if (format === 'json') JSON.parse(out);
        // A table stays a table whatever a model is called.
        if (format === 'table') {
          for (const line of out.split('\n')) assert.ok(line.length < 400, `${line.length} wide`);
        }
      }
    });
  }

  test('JSON keeps every model as it is written, the strange ones too', () => {
    using world = new CliWorld();
    fill(world);
    const { sessions, totals } = world.json('sessions');
    assert.equal(totals.messages, evilModels.length + 1);
    assert.equal(totals.unpricedMessages, evilModels.length);
    const { models } = sessions.find((one: { sessionId: string }) => one.sessionId === sessionId);
    assert.deepEqual(named(Object.keys(models)), named(evilModels));
    assert.equal(Object.getPrototypeOf(models), Object.prototype);
    assert.equal(Object.getOwnPropertyDescriptor(models, '__proto__')?.value.messages, 1);
    const { byModel } = world.json('summary', '--no-index');
    assert.deepEqual(
      named(Object.keys(byModel)).filter((model) => model !== 'claude-opus-4-7'),
      named(evilModels),
    );
  });

  test('Markdown shows markup instead of obeying it', () => {
    using world = new CliWorld();
    fill(world);
    const { out } = world.on('sessions', '--format', 'markdown');
    assert.ok(out.includes('&lt;img src=x onerror=alert(1)&gt;'));
    assert.ok(!out.includes('<img') && !out.includes('](http'));
    const rows = out.split('\n').filter((line) => line.startsWith('|'));
    const cells = rows.map((row) => row.replaceAll('\\|', '').split('|').length);
    assert.equal(new Set(cells).size, 1, 'every row has the same cells');
  });

  test('CSV cells never start a formula, and quoting survives', () => {
    using world = new CliWorld();
    fill(world);
    const rows = parseCsv(world.on('sessions', '--format', 'csv').out);
    assert.equal(rows.length, 3);
    assert.equal(new Set(rows.map((row) => row.length)).size, 1);
    const session = parseCsv(world.on('session', sessionId, '--format', 'csv').out);
    for (const cell of [...rows, ...session].flat()) {
      assert.ok(!/^[=+@]/.test(cell), cell);
    }
    assert.ok(session.flat().some((cell) => cell.startsWith("'=cmd|")));
  });
});

/** Model names in order; an endless one may be cut when it is read. */
function named(models: readonly string[]): string[] {
  return models.map((model) => model.replace(/^m{100,}…?$/, 'mmm')).sort();
}

/** A small reader of RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  for (const line of text.split('\r\n').slice(0, -1)) {
    const cells = line
      .match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)!
      .slice(0, line.endsWith(',') ? undefined : -1);
    rows.push(
      cells.map((cell) => cell.replace(/,$/, '').replace(/^"|"$/g, '').replaceAll('""', '"')),
    );
  }
  return rows;
}
