import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { type TempDir, tempDir } from '../lib/tempDir.ts';

const script = join(import.meta.dirname, '../../actions/receipt/comment.mjs');

interface Comment {
  readonly id: number;
  body: string;
  readonly user: { readonly login: string };
}

const bot = { login: 'github-actions[bot]' };

/** GitHub as far as the step knows it: comments of one pull request. */
class StandIn implements AsyncDisposable {
  readonly dir: TempDir = tempDir('outlay-comment');
  readonly comments: Comment[] = [];
  readonly asked: string[] = [];
  /** Answers before any other: status and headers. */
  readonly refusals: (readonly [status: number, headers?: Record<string, string>])[] = [];
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    this.dir[Symbol.dispose]();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://localhost');
    this.asked.push(`${request.method} ${url.pathname}${url.search}`);
    const sent = await text(request);
    const say = (status: number, value: unknown, headers = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(value));
    };
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return say(refusal[0], { message: 'no' }, refusal[1]);
    if (request.headers.authorization !== 'Bearer secret') return say(401, {});
    if (url.pathname === '/repos/o/r/issues/7/comments') {
      if (request.method === 'POST') {
        const { body } = JSON.parse(sent) as { body: string };
        this.comments.push({ id: 1000 + this.comments.length, body, user: bot });
        return say(201, {});
      }
      const page = Number(url.searchParams.get('page'));
      return say(200, this.comments.slice((page - 1) * 100, page * 100));
    }
    const id = /^\/repos\/o\/r\/issues\/comments\/(\d+)$/.exec(url.pathname)?.[1];
    const comment = this.comments.find((one) => one.id === Number(id));
    if (request.method !== 'PATCH' || comment === undefined) return say(404, {});
    comment.body = (JSON.parse(sent) as { body: string }).body;
    say(200, {});
  }

  async run(
    receipt: string,
    env: Record<string, string> = {},
  ): Promise<{ readonly code: number | null; readonly out: string }> {
    if (!this.#server.listening) {
      this.#server.listen(0, '127.0.0.1');
      await once(this.#server, 'listening');
    }
    const { port } = this.#server.address() as AddressInfo;
    const file = this.dir.at('receipt.md');
    writeFileSync(file, receipt);
    const child = spawn(process.execPath, [script, file], {
      env: {
        PATH: process.env.PATH ?? '',
        GITHUB_API_URL: `http://127.0.0.1:${port}`,
        GITHUB_TOKEN: 'secret',
        GITHUB_REPOSITORY: 'o/r',
        GITHUB_REF: 'refs/pull/7/merge',
        ...env,
      },
    });
    const [out] = await Promise.all([text(child.stdout), once(child, 'close')]);
    return { code: child.exitCode, out };
  }
}

describe('the step that keeps a comment', () => {
  test('writes it once, edits it afterwards, and leaves it where nothing changed', async () => {
    await using github = new StandIn();
    assert.deepEqual(await github.run('# Receipt\n\n$1'), {
      code: 0,
      out: 'The comment is written.\n',
    });
    assert.equal((await github.run('# Receipt\n\n$2')).out, 'The comment is edited.\n');
    assert.equal((await github.run('# Receipt\n\n$2')).out, 'The comment is as it was.\n');
    assert.deepEqual(
      github.comments.map(({ body }) => body),
      ['<!-- outlay-receipt -->\n# Receipt\n\n$2\n'],
    );
  });

  test('finds its own among many, and touches nobody else’s', async () => {
    await using github = new StandIn();
    const other = { login: 'somebody' };
    for (let id = 1; id <= 150; id++) github.comments.push({ id, body: 'a word', user: other });
    github.comments.push({ id: 151, body: '<!-- outlay-receipt -->\nmine', user: other });
    github.comments.push({ id: 152, body: 'quotes <!-- outlay-receipt -->', user: bot });
    github.comments.push({ id: 153, body: '<!-- outlay-receipt -->\r\nold', user: bot });
    const before = github.comments.slice(0, 152).map(({ body }) => body);
    assert.equal((await github.run('new')).out, 'The comment is edited.\n');
    assert.equal(github.comments[152]!.body, '<!-- outlay-receipt -->\nnew\n');
    assert.deepEqual(
      github.comments.slice(0, 152).map(({ body }) => body),
      before,
    );
  });

  test('waits for a server that is busy, and gives up in the end', async () => {
    await using github = new StandIn();
    github.refusals.push([503], [429, { 'retry-after': '1' }]);
    assert.equal((await github.run('x')).out, 'The comment is written.\n');
    for (let i = 0; i < 4; i++) github.refusals.push([500]);
    const { code, out } = await github.run('y');
    assert.equal(code, 1);
    assert.match(out, /^::error::GitHub refused to read the comments \(500\)/);
  });

  test('a token that may not write fails no job, and says what it needs', async () => {
    await using github = new StandIn();
    github.refusals.push([403]);
    const { code, out } = await github.run('x');
    assert.equal(code, 0);
    assert.match(
      out,
      /^::warning::The token may not read the comments \(403\).*pull-requests: write/,
    );
  });

  test('cuts what is too long for a comment at a line', async () => {
    await using github = new StandIn();
    await github.run(`# Receipt\n${'| a row |\n'.repeat(20_000)}`);
    const [comment] = github.comments;
    assert.ok(comment!.body.length <= 65_536);
    assert.match(comment!.body, /\| a row \|\n\n… cut here: .*\n$/);
  });

  test('refuses what cannot work, each with a sentence', async () => {
    await using github = new StandIn();
    for (const [env, sentence] of [
      [{ GITHUB_TOKEN: '' }, /GITHUB_TOKEN is empty/],
      [{ GITHUB_REPOSITORY: '../x' }, /must be owner\/name/],
      [{ GITHUB_REF: 'refs/heads/main' }, /no number of a pull request/],
      [{ OUTLAY_NUMBER: '7; rm -rf' }, /no number of a pull request/],
      [{ GITHUB_API_URL: 'http://example.com' }, /must begin with https/],
      [{ GITHUB_API_URL: 'http://127.0.0.1:1' }, /does not answer/],
    ] as const) {
      const { code, out } = await github.run('x', env);
      assert.equal(code, 1, out);
      assert.match(out, sentence);
    }
    assert.match((await github.run('  ')).out, /The receipt is empty/);
    assert.deepEqual(github.asked, []);
  });

  test('its inputs reach the shell as variables alone', () => {
    const action = readFileSync(join(script, '../action.yml'), 'utf8');
    const scripts = action.split(/^ +run: ?\|?$/m).slice(1);
    const lines = action.split('\n').filter((line) => /^ {6}run: /.test(line));
    for (const run of [...lines, ...scripts.map((part) => part.split(/^ {4}- /m)[0]!)]) {
      assert.ok(!run.includes('${{'), run);
    }
  });
});
