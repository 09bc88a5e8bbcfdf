/** A company's gateway set up in the editor: its key is in the editor's SecretStorage, and nowhere else. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { until } from '../../scripts/shared/retry.ts';
import {
  readGatewayAnswer,
  readGatewaySetup,
  updateGatewayAnswer,
  writeGatewaySetup,
} from '../../src/dataFolder/company/gatewayFile.ts';
import type { OutlayApi } from '../../src/extension.ts';
import { entryOf } from '../../src/views/alerts/raiseForToday.ts';
import { taskOrigin } from '../../src/views/core/analysis.ts';
import captured from '../fixtures/gateway/spendLimits.json' with { type: 'json' };

const folder = process.env.OUTLAY_DATA_DIR ?? '';
const key = 'sk-sesame-of-the-window';

describe('a company’s gateway', () => {
  let api: OutlayApi;
  let server: Server;
  let url = '';
  const asked: string[] = [];

  before(async () => {
    const extension = vscode.extensions.getExtension<OutlayApi>('outlay.outlay');
    assert.ok(extension);
    api = await extension.activate();
    await until('the indexer watches', () => api.spend.indexer.kind === 'watching');
    server = createServer((request, response) => {
      const isKnown = request.headers['x-api-key'] === key;
      const answers: Readonly<Record<string, unknown>> = captured.answers;
      const answer = isKnown ? answers[decodeURIComponent(request.url ?? '')] : undefined;
      asked.push(decodeURIComponent(request.url ?? ''));
      response.writeHead(answer === undefined ? captured.refused.status : 200);
      response.end(JSON.stringify(answer ?? captured.refused.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(async () => {
    await api.parts.gateway.forget();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /**
   * All that Outlay has written, as one text, read by another process: to close a file here drops the locks SQLite has
   * on it in this process (POSIX), and whoever opens the store next cuts its `-shm` under our feet, which ends the
   * host with SIGBUS.
   */
  const written = (): string =>
    execFileSync(process.execPath, ['--print', readAll], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', FOLDER: folder },
      encoding: 'latin1',
      maxBuffer: 2 ** 28,
    });
  const readAll = `
    const { readdirSync, readFileSync } = require('node:fs');
    readdirSync(process.env.FOLDER, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => readFileSync(parentPath + '/' + name, 'utf8'))
      .join('\\n')`;

  it('is kept where it answers, with the key in the editor alone', async () => {
    const { gateway } = api.parts;
    const place = { url, user: '00u1ada' };
    await assert.rejects(gateway.keep(place, 'another'), /refuses the key \(401\)/);
    assert.equal(readGatewaySetup(folder), undefined);
    assert.equal(await gateway.key(), '');
    assert.equal((await gateway.keep(place, ` ${key} `)).limits, 4);
    assert.equal(await gateway.key(), key);
    assert.equal(readGatewaySetup(folder)?.keyInEditor, true);
    assert.ok(written().includes(place.user), 'it is read');
    assert.ok(!written().includes(key));
  });

  it('is asked by the window with that key, and by no program without it', async () => {
    const { gateway, model } = api.parts;
    const due = (): void => {
      updateGatewayAnswer(folder, (answer) => ({ ...answer, limits: [], askedAt: 1 }));
      asked.length = 0;
    };
    due();
    const task = taskOrigin(model, Date.now());
    await model.slowAnalysis.ask({ type: 'team', task: { ...task, gatewayKey: '' } });
    assert.deepEqual([asked, readGatewayAnswer(folder).problem], [[], undefined]);
    due();
    const gatewayKey = await gateway.key();
    await model.slowAnalysis.ask({ type: 'team', task: { ...task, gatewayKey } });
    assert.equal(asked.length, 2);
    assert.equal(readGatewayAnswer(folder).limits.length, 4);
    await until('the limits are budgets', async () => {
      model.refresh();
      await sleep(100);
      return entryOf(model, 'company:core month usd') !== undefined;
    });
    assert.ok(!written().includes(key));
    // Another gateway, named in a terminal, is not told the key.
    const setup = readGatewaySetup(folder)!;
    writeGatewaySetup(folder, { ...setup, keyInEditor: false });
    due();
    await model.slowAnalysis.ask({ type: 'team', task: { ...task, gatewayKey } });
    assert.deepEqual(asked, []);
    assert.match(readGatewayAnswer(folder).problem?.text ?? '', /There is no key/);
    writeGatewaySetup(folder, setup);
  });

  it('proposes what is known, and is forgotten by an empty key', async () => {
    const { gateway } = api.parts;
    const asking = gateway.ask().then(() => true);
    // Address and person are taken as they stand; no key is given.
    await until('it is over', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return Promise.race([asking, sleep(100, false)]);
    });
    assert.deepEqual([readGatewaySetup(folder), await gateway.key()], [undefined, '']);
    assert.equal(readGatewayAnswer(folder).limits.length, 0);
  });
});
