import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { it } from 'node:test';
import { readServeNote, readServeToken } from '../../src/dataFolder/serveFiles.ts';
import { startServer } from '../../src/views/browser/serverProcess.ts';
import { answerRecord, bundle, CliWorld, usageOf } from './runCli.ts';

it('a window starts a server of its store, and hears why it cannot', async () => {
  using world = new CliWorld();
  const usage = usageOf({ input: 200_000 });
  world.transcript('p/s.jsonl', [answerRecord('1', 'claude-opus-4-7', usage)]);
  const storeFile = world.dir.at('store.db');
  assert.equal(world.on('index', '--store', storeFile).code, 0);
  const before = process.env.OUTLAY_DATA_DIR;
  process.env.OUTLAY_DATA_DIR = world.dir.at('data');
  try {
    const allowHost = 'shop-8080.example.dev';
    const { child, port } = await startServer({ bundle, storeFile, port: 18_080, allowHost });
    const note = readServeNote(world.dir.at('data'));
    assert.deepEqual([note?.port, note?.store], [port, storeFile]);
    const token = readServeToken(world.dir.at('data'));
    const headers = { authorization: `Bearer ${token}`, origin: `https://${allowHost}` };
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/usage/summary`, { headers });
    const { total_cost_usd: total } = (await response.json()) as { total_cost_usd: number };
    assert.equal(total, 1);
    child.kill();
    await once(child, 'exit');
    writeFileSync(storeFile, 'no store at all');
    process.env.OUTLAY_DATA_DIR = world.dir.at('store.db', 'below a file');
    await assert.rejects(startServer({ bundle, storeFile, port: 18_080 }), /store\.db/);
  } finally {
    if (before === undefined) delete process.env.OUTLAY_DATA_DIR;
    else process.env.OUTLAY_DATA_DIR = before;
  }
});
