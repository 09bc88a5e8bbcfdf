import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { readClientPrices } from '../../../src/agents/claude/clientPrices.ts';
import { clientPrices } from '../../../src/agents/registry.ts';
import { processorMs } from '../../lib/processorTime.ts';
import { tempDir } from '../../lib/tempDir.ts';

const cache = { 'claude-opus-9': { inputTokens: 5 } };
const found = [{ source: 'client', data: cache }];

/** What is read of a `.claude.json` with this content, nothing being managed. */
function readOf(content: string | Buffer): unknown {
  using dir = tempDir();
  writeFileSync(dir.at('.claude.json'), content);
  return readClientPrices([dir.path], []);
}

describe('prices in the client’s own files', () => {
  it('are what stands at the key of the outermost object', () => {
    const json = { numStartups: 3, projects: { a: cache }, additionalModelCostsCache: cache };
    for (const space of [0, 2]) assert.deepEqual(readOf(JSON.stringify(json, null, space)), found);
    assert.deepEqual(readOf(`\n ${JSON.stringify(json)}\r\n`), found);
    const elsewhere = {
      projects: { additionalModelCostsCache: cache },
      a: '"additionalModelCostsCache"',
    };
    assert.deepEqual(readOf(JSON.stringify(elsewhere)), []);
    const twice = `{"additionalModelCostsCache":1,"additionalModelCostsCache":${JSON.stringify(cache)}}`;
    assert.deepEqual(readOf(twice), found, 'the last one, as JSON has it');
  });

  it('are nothing in a file that is broken, or has none', () => {
    const key = '"additionalModelCostsCache"';
    const texts = [
      '',
      '{}',
      'null',
      '[]',
      `{${key}`,
      `{${key}:`,
      `{${key}:{"a":1}`,
      `{${key}:{"a":}}`,
    ];
    texts.push(`[${key}]`, `{${key}:{}}{}`, `{${key}:{"a":nul}}`, `x{${key}:{}}`, key);
    for (const text of texts) assert.deepEqual(readOf(text), [], text);
    assert.deepEqual(readOf(Buffer.alloc(1000)), []);
    // Deep as it is, it stops nothing, and is no list of models.
    assert.ok(Array.isArray(readOf(`{${key}:${'['.repeat(500_000)}${']'.repeat(500_000)}}`)));
    assert.deepEqual(
      readOf(`{${key}:"${'x'.repeat(1_100_000)}"}`),
      [],
      'larger than any price list',
    );
  });

  it('come managed ones first, then those of the folders in their order', () => {
    using dir = tempDir();
    const [home, config, none] = [dir.at('home'), dir.at('config'), dir.at('none')];
    const settings = dir.at('managed-settings.json');
    const write = (file: string, key: string, data: unknown): void =>
      writeFileSync(file, JSON.stringify({ [key]: data }));
    for (const [folder, n] of [
      [home, 1],
      [config, 2],
    ] as const) {
      mkdirSync(folder);
      write(`${folder}/.claude.json`, 'additionalModelCostsCache', { n });
    }
    write(settings, 'modelPricing', { overrides: {} });
    assert.deepEqual(readClientPrices([config, none, home, config], [settings]), [
      { source: 'managed', data: { overrides: {} } },
      { source: 'client', data: { n: 2 } },
      { source: 'client', data: { n: 1 } },
    ]);
  });

  it('are read from regular files of a size within reason only', {
    skip: process.platform === 'win32',
  }, () => {
    using dir = tempDir();
    const file = dir.at('.claude.json');
    execFileSync('mkfifo', [file]);
    assert.deepEqual(readClientPrices([dir.path], [dir.path, '/dev/zero']), []);
    const [linked, large] = [dir.at('linked'), dir.at('large')];
    for (const folder of [linked, large]) mkdirSync(folder);
    symlinkSync(`${linked}/.claude.json`, `${linked}/.claude.json`);
    writeFileSync(
      `${large}/.claude.json`,
      `{"additionalModelCostsCache":${JSON.stringify(cache)}}`,
    );
    assert.deepEqual(readClientPrices([large], []), found);
    truncateSync(`${large}/.claude.json`, 65 * 1024 * 1024);
    assert.deepEqual(readClientPrices([linked, large], []), []);
  });

  it('take no time worth mentioning, however much else the file holds', () => {
    using dir = tempDir();
    const history = Array.from({ length: 20_000 }, (_, n) => ({
      n,
      text: 'a "quoted" \\ word '.repeat(20),
    }));
    const text = JSON.stringify({ projects: { history }, additionalModelCostsCache: cache });
    writeFileSync(dir.at('.claude.json'), text);
    const took = processorMs(() => {
      assert.deepEqual(readClientPrices([dir.path], []), found);
    });
    assert.ok(took < 1000, `${text.length} bytes in ${took} ms`);
  });

  it('are those of the roots and the home', () => {
    using dir = tempDir();
    mkdirSync(dir.at('root'));
    writeFileSync(
      dir.at('root', '.claude.json'),
      JSON.stringify({ additionalModelCostsCache: cache }),
    );
    const root = {
      ...{ path: dir.at('root'), logFolder: dir.at('root', 'projects') },
      ...({ source: 'default', exists: false } as const),
    };
    const machine = { env: {}, home: dir.at('home') };
    const served = (agent: string): unknown[] =>
      clientPrices([{ ...root, agent }], machine).filter(({ source }) => source === 'client');
    assert.deepEqual(served('claude'), found);
    assert.deepEqual(served('claude-desktop'), []);
  });
});
