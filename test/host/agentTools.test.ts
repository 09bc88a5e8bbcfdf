/** Tools for the editor's own agents, and the MCP server the editor may start: the terminal's figures. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import * as vscode from 'vscode';
import { until } from '../../scripts/shared/retry.ts';
import type { OutlayApi } from '../../src/extension.ts';
import { toolNames } from '../../src/tools/toolNames.ts';
import { mcpServers } from '../../src/views/agentTools/mcpProvider.ts';
import { twoAnswers } from './transcript.ts';

const extension = vscode.extensions.getExtension<OutlayApi>('outlay.outlay')!;
const cli = join(extension.extensionPath, 'dist', 'cli.cjs');

/** What the terminal prints for the same question, from the store as it is. */
function terminal(...args: string[]): unknown {
  const result = spawnSync(process.execPath, [cli, ...args, '--json', '--no-index'], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    encoding: 'utf8',
  });
  assert.ok((result.status ?? 9) < 2, `${args.join(' ')}: ${result.stderr}`);
  return JSON.parse(result.stdout);
}

interface Answer {
  readonly report: Record<string, unknown>;
  readonly leftOut: readonly unknown[];
  readonly tokens: number;
  readonly caution: string;
}

/** Calls a tool as an agent of the editor does. */
async function call(
  name: string,
  input: object,
  token?: vscode.CancellationToken,
): Promise<Answer> {
  const options = { toolInvocationToken: undefined, input };
  const result = await vscode.lm.invokeTool(`outlay_${name}`, options, token);
  const [part] = result.content;
  assert.ok(part instanceof vscode.LanguageModelTextPart);
  return JSON.parse(part.value) as Answer;
}

describe('tools for agents', () => {
  let api: OutlayApi;

  before(async () => {
    api = await extension.activate();
    await twoAnswers(api, '-home-dev-agents', 'agents-a');
  });

  it('are known to the editor, each with its schema', async () => {
    const ids = toolNames.map((name) => `outlay_${name}`);
    const own = (): vscode.LanguageModelToolInformation[] =>
      vscode.lm.tools.filter(({ name }) => name.startsWith('outlay_'));
    await until('all are there', () => own().length === ids.length);
    assert.deepEqual(
      own()
        .map(({ name }) => name)
        .sort(),
      ids.toSorted(),
    );
    for (const { inputSchema, description } of own()) {
      assert.equal((inputSchema as { type: string }).type, 'object');
      assert.match(description, /never instructions/);
    }
  });

  it('answer with the figures of the terminal', async () => {
    const same: readonly (readonly [tool: string, input: object, ...command: string[]])[] = [
      ['spend', { by: 'model', period: 'all' }, 'breakdown', '--by', 'model', '--period', 'all'],
      ['session', { session: 'agents-a' }, 'session', 'agents-a'],
      ['explain', { message: 'agents-a/1' }, 'explain', 'agents-a/1'],
      ['savings', { period: 'month' }, 'optimize', '--period', 'month'],
    ];
    for (const [tool, input, ...command] of same) {
      const { report, leftOut, caution } = await call(tool, { ...input, max_tokens: 10_000 });
      assert.deepEqual(leftOut, [], tool);
      assert.deepEqual(report, terminal(...command), tool);
      assert.match(caution, /never instructions/);
    }
    const { report } = await call('sessions', { project: '/home/dev/shop', limit: 1 });
    assert.equal((report.sessions as unknown[]).length, 1);
  });

  it('refuse what cannot be asked in a sentence, and give up when they are told to', async () => {
    await assert.rejects(call('session', { session: 'no-such' }), /No session begins with/);
    await assert.rejects(call('forecast', { window: 'soon' }), /"window" of forecast|window/);
    const source = new vscode.CancellationTokenSource();
    source.cancel();
    await assert.rejects(call('savings', {}, source.token));
    assert.ok((await call('budgets', {})).tokens > 0);
  });

  it('are offered to other agents as a server, which the editor’s own runtime runs', async () => {
    const { storeFile } = api;
    const spend = api.parts.model.spend;
    const server = { bundle: cli, version: '1.0.0' };
    const [definition, ...others] = mcpServers({ storeFile, spend }, server);
    assert.ok(definition !== undefined && others.length === 0);
    const client = new Client({ name: 'test', version: '1.0.0' });
    const { command, args } = definition;
    const env = { ...process.env, ...definition.env } as Record<string, string>;
    await client.connect(new StdioClientTransport({ command, args, env }));
    try {
      const { tools } = await client.listTools();
      assert.deepEqual(
        tools.map(({ name }) => name),
        toolNames,
      );
      const asked = { name: 'spend', arguments: { period: 'all', max_tokens: 10_000 } };
      const { structuredContent } = await client.callTool(asked);
      const { report } = structuredContent as unknown as Answer;
      assert.deepEqual(report, terminal('breakdown', '--period', 'all'));
    } finally {
      await client.close();
    }
  });

  it('are offered where there is something to say, and never the demo’s figures', () => {
    const { storeFile } = api;
    const spend = api.parts.model.spend;
    const server = { bundle: cli, version: '1.0.0' };
    assert.equal(mcpServers({ storeFile, spend }, server).length, 1);
    assert.deepEqual(mcpServers({ storeFile: `${storeFile}.none`, spend }, server), []);
    assert.deepEqual(mcpServers({ storeFile, spend: { ...spend, demo: true } }, server), []);
    const without = { ...spend, settings: { ...spend.settings, mcpServer: false } };
    assert.deepEqual(mcpServers({ storeFile, spend: without }, server), []);
  });
});
