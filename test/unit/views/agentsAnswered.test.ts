import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { standInForVscode } from '../../bench/vscodeStandIn.ts';
import { tempDir } from '../../lib/tempDir.ts';

standInForVscode();
const { whyNoAnswer } = await import('../../../src/views/agentTools/availability.ts');
const { workspace } = (await import('vscode')) as unknown as {
  readonly workspace: { isTrusted: boolean };
};

type Spend = Parameters<typeof whyNoAnswer>[0]['spend'];

describe('agents of the editor', () => {
  it('are answered in a trusted workspace, of a store that is there and nobody’s demo', () => {
    using dir = tempDir();
    const storeFile = dir.at('outlay.db');
    writeFileSync(storeFile, '');
    const own = { demo: false } as Spend;
    workspace.isTrusted = true;
    assert.equal(whyNoAnswer({ storeFile, spend: own }), undefined);
    assert.match(whyNoAnswer({ storeFile: dir.at('none.db'), spend: own })!, /no sessions yet/);
    assert.match(whyNoAnswer({ storeFile, spend: { ...own, demo: true } })!, /made-up/);
    workspace.isTrusted = false;
    assert.match(whyNoAnswer({ storeFile, spend: own })!, /trusted workspaces only/);
  });
});
