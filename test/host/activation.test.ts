import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const run = process.env.OUTLAY_TEST_RUN;

describe(`activation (${run})`, () => {
  const extension = vscode.extensions.getExtension('outlay.outlay');

  it('finds the extension and activates it', async () => {
    assert.ok(extension, 'the extension outlay.outlay is not there');
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it('runs the form of the extension that this run is about', () => {
    assert.ok(extension);
    const installed = extension.extensionPath.includes('outlay.outlay-');
    assert.equal(installed, run === 'packed');
  });

  it('works on a throw-away store and throw-away transcripts', () => {
    for (const name of ['OUTLAY_STORE', 'OUTLAY_DATA_DIR', 'CLAUDE_CONFIG_DIR']) {
      assert.match(process.env[name] ?? '', /outlay-host-/, name);
    }
  });
});
