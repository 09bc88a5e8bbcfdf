import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Access } from '../../../src/serve/http/access.ts';
import { Refusal } from '../../../src/serve/http/problem.ts';

const token = 'a'.repeat(43);
const access = (): Access => new Access({ token, hosts: ['Shop-8080.example.dev'] });

function refused(headers: Record<string, string>): string | undefined {
  try {
    access().checkPlace(new Headers(headers));
    return undefined;
  } catch (error) {
    assert.ok(error instanceof Refusal);
    return error.code;
  }
}

async function codeOf(asked: Access, authorization?: string): Promise<string | undefined> {
  try {
    await asked.checkCaller(new Headers(authorization === undefined ? {} : { authorization }));
    return undefined;
  } catch (error) {
    assert.ok(error instanceof Refusal);
    return error.code;
  }
}

describe('who may ask the server', () => {
  it('has to name this machine, or a forwarded port that was named', () => {
    const good = ['127.0.0.1:8080', 'localhost', 'LOCALHOST:9000', '[::1]:8080'];
    for (const host of [...good, 'shop-8080.example.dev']) {
      assert.equal(refused({ host }), undefined, host);
    }
    const foreign = ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:8080'];
    const odd = ['', '127.0.0.1:8080:1', 'localhost@evil.example', '0.0.0.0', '[::2]', 'a b'];
    for (const host of [...foreign, ...odd]) assert.equal(refused({ host }), 'forbidden', host);
    assert.equal(refused({}), 'forbidden');
  });

  it('is no page of another origin', () => {
    const host = '127.0.0.1:8080';
    assert.equal(refused({ host, origin: 'http://127.0.0.1:8080' }), undefined);
    assert.equal(
      refused({ host, origin: 'http://127.0.0.1:8080', 'sec-fetch-site': 'same-origin' }),
      undefined,
    );
    for (const origin of [
      'http://evil.example',
      'http://127.0.0.1:8081',
      'null',
      'http://localhost:8080',
    ]) {
      assert.equal(refused({ host, origin }), 'forbidden', origin);
    }
    const forwarded = 'https://shop-8080.example.dev';
    assert.equal(
      refused({ host, origin: forwarded }),
      undefined,
      'a forwarded port that was named',
    );
    assert.equal(refused({ host, 'sec-fetch-site': 'cross-site' }), 'forbidden');
    assert.equal(refused({ host, 'sec-fetch-site': 'same-site' }), 'forbidden');
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    assert.equal(refused({ host, ...link }), undefined, 'a link leads to the page');
    assert.equal(
      refused({ host, 'sec-fetch-site': 'none' }),
      undefined,
      'an address that was typed',
    );
  });

  it('has to know the token', async () => {
    assert.equal(await codeOf(access(), `Bearer ${token}`), undefined);
    const wrong = [
      undefined,
      '',
      token,
      `bearer ${token}`,
      `Bearer ${token}x`,
      'Bearer ',
      `Basic ${token}`,
    ];
    for (const given of wrong) assert.equal(await codeOf(access(), given), 'unauthorized', given);
  });

  it('asks within reason, and who guesses keeps nobody out', async () => {
    const asked = access();
    const guesses = await Promise.all(Array.from({ length: 100 }, () => codeOf(asked, 'Bearer x')));
    assert.ok(guesses.includes('too-many-requests'));
    assert.equal(await codeOf(asked, `Bearer ${token}`), undefined);
    const many = await Promise.all(
      Array.from({ length: 1000 }, () => codeOf(asked, `Bearer ${token}`)),
    );
    assert.ok(many.includes(undefined));
    assert.ok(many.includes('too-many-requests'));
  });
});
