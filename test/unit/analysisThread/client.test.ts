import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { AnalysisThread } from '../../../src/analysisThread/client.ts';
import { HumanError } from '../../../src/model/errors.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';

type Question = Parameters<AnalysisThread['ask']>[0];
const question = { type: 'report', task: {} } as unknown as Question;

/** A thread that leaves a file when it starts, and answers or does not. */
function thread(dir: TempDir, answers: boolean): string {
  const file = dir.at('thread.mjs');
  writeFileSync(
    file,
    `import { writeFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
writeFileSync(${JSON.stringify(dir.at('started'))}, '');
parentPort.on('message', ({ id }) => {
  if (${answers}) parentPort.postMessage({ id, type: 'report', result: {} });
});
`,
  );
  return file;
}

const isClosed = (error: unknown): boolean =>
  error instanceof HumanError && error.what?.id === 'storeClosed';

describe('the thread panels and reports are made on', () => {
  it('is not started again while the store is moved or deleted', async () => {
    using dir = tempDir();
    const analysis = new AnalysisThread(thread(dir, true));
    assert.equal((await analysis.ask(question)).type, 'report');
    await analysis.close();
    rmSync(dir.at('started'));
    await assert.rejects(analysis.ask(question), isClosed);
    analysis.warm();
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(existsSync(dir.at('started')), false);
    analysis.open();
    assert.equal((await analysis.ask(question)).type, 'report');
    await analysis.close();
  });

  it('keeps nobody waiting who asked before it was closed', async () => {
    using dir = tempDir();
    const analysis = new AnalysisThread(thread(dir, false));
    const asked = assert.rejects(analysis.ask(question), isClosed);
    await analysis.close();
    await asked;
  });
});
