import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
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

/** Arguments that are wrong everywhere they may be wrong, and act upon a terminal. */
const evilArgument = `x${esc}[2J\r\u202e\u2028\u009bend`;

describe('text nobody vouches for', () => {
  for (const [name, args] of Object.entries({
    'an unknown command': [evilArgument],
    'an unknown option': ['summary', `--${evilArgument}`],
    'an unknown choice': ['summary', '--format', evilArgument],
    'a wrong number': ['session', '--top', evilArgument],
    'an unknown zone': ['summary', '--time-zone', evilArgument],
    'an unknown session': ['session', evilArgument],
    'an unknown dimension': ['breakdown', '--by', evilArgument],
    'a folder that is not there': ['summary', '--config-dir', `/${evilArgument}`],
    'a place without a store': ['summary', '--store', `/dev/null/${evilArgument}`],
    'a file that cannot be written': ['export', 'csv', '--out', `/dev/null/${evilArgument}`],
    'a file that cannot be read': ['ingest', evilArgument],
    'a budget that is none': ['budget', 'set', evilArgument],
    'a webhook that is none': ['export', 'webhook', '--url', evilArgument],
    'a header that is none': [
      'export',
      'webhook',
      '--url',
      'http://127.0.0.1',
      '--header',
      evilArgument,
    ],
  })) {
    test(`${name} is told without acting`, () => {
      using world = new CliWorld();
      const { code, out, err } = world.on(...args);
      assert.ok(code === 2 || code === 3, `exit ${code}: ${err}`);
      assert.doesNotMatch(err, acts);
      assert.doesNotMatch(out, acts);
      assert.notEqual(err, '');
    });
  }

  test('a file of a strange name is named without acting', () => {
    using world = new CliWorld();
    fill(world);
    const file = world.dir.at(`out${esc}[2J\r.csv`);
    const { code, out, err } = world.on('export', 'csv', '--out', file);
    assert.equal(code, 0, err);
    assert.match(out, /out \.csv/);
    assert.doesNotMatch(out + err, acts);
  });

  for (const targets of [['prometheus'], ['csv'], ['json']]) {
    test(`export ${targets[0]}: nothing of it acts`, () => {
      using world = new CliWorld();
      fill(world);
      const evilId = `s${esc}[2J\r\u2028`;
      world.transcript('p/evil.jsonl', [
        answerRecord('evil', 'claude-opus-4-7', usageOf({ input: 1 }), {
          sessionId: evilId,
          cwd: `/src/\u202e${esc}[2J\u2028`,
        }),
      ]);
      const all = ['--include-paths', '--include-titles'];
      const { code, out, err } = world.on('export', ...targets, ...all);
      assert.equal(code, 0, err);
      assert.doesNotMatch(out, acts);
      assert.doesNotMatch(err, acts);
    });
  }

  test('only these files write to a stream, and clean what they write', () => {
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' });
    const writers = sources
      .map((name) => name.replaceAll('\\', '/'))
      .filter((name) => name.endsWith('.ts') && !name.startsWith('views/'))
      .filter((name) =>
        /std(out|err)\.write|#stream\.write|console\.|writeSync\(1/.test(
          readFileSync(`src/${name}`, 'utf8'),
        ),
      );
    assert.deepEqual(writers.sort(), [
      // One constant sentence, on an old Node.
      'cli.ts',
      // A script made of our own names.
      'cli/commands/completion.ts',
      // Documents, whose renderers clean them; exports likewise.
      'cli/support/answer.ts',
      'cli/support/exportFiles.ts',
      // Escape sequences of its own around a number.
      'cli/support/progress.ts',
      'cli/support/say.ts',
      // One line of JSON for Claude Code, whose texts are cleaned where they are made.
      'guard/main.ts',
      // One line of cleaned parts, and what the person's own command says.
      'statusline/main.ts',
    ]);
  });

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
    const { out } = world.on('sessions', '--format', 'markdown', '--wide');
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
