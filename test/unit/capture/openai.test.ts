import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import OpenAI, { AzureOpenAI } from 'openai';
import { inScope } from '../../../src/capture/scopes.ts';
import { trackClient } from '../../../src/capture/track.ts';
import { CapturedCalls } from '../../lib/capturedCalls.ts';
import {
  chatAnswer,
  chatChunks,
  chatUsage,
  ModelApis,
  responseAnswer,
} from '../../lib/modelApis.ts';

let apis: ModelApis;
let plain: OpenAI;
let client: OpenAI;
const calls = new CapturedCalls();

before(async () => {
  apis = await ModelApis.start();
  plain = new OpenAI({ baseURL: apis.address, apiKey: 'key', maxRetries: 1 });
  client = trackClient(plain, { agent: 'writer', task: 'T-1', local: false });
});
after(async () => {
  await apis[Symbol.asyncDispose]();
  calls[Symbol.dispose]();
});
afterEach(() => {
  assert.deepEqual(calls.taken(), [], 'a call is written down once');
});

const ask = {
  model: 'gpt-5.5',
  messages: [{ role: 'user' as const, content: 'a secret prompt' }],
};
const streamed = { ...ask, stream: true as const };

/** What every whole answer of the chat stand-in is written down as, its time and place aside. */
const whole = {
  v: 1,
  api: 'openai.chat',
  model: 'gpt-5.5-2026-04-23',
  usage: chatUsage,
  stop: 'stop',
  agent: 'writer',
  task: 'T-1',
};

function plainOf({ at, ms, program, cwd, ...rest }: ReturnType<CapturedCalls['one']>): object {
  assert.ok(Math.abs(at - Date.now()) < 60_000 && ms !== undefined && ms >= 0);
  assert.deepEqual([program, cwd], ['openai.test.ts', process.cwd()]);
  return rest;
}

async function read(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

describe('a client of openai that is tracked', () => {
  it('answers what it answered, and writes down what that used', async () => {
    apis.reply({ json: chatAnswer('c1') }, { json: chatAnswer('c1') });
    const expected = await plain.chat.completions.create(ask);
    const got = await client.chat.completions.create({ ...ask, reasoning_effort: 'low' });
    assert.deepEqual(got, expected);
    assert.deepEqual(plainOf(calls.one()), { ...whole, id: 'c1', tier: 'default', effort: 'low' });
  });

  it('is the client it was: its class, its fields, its other resources, its copies', async () => {
    assert.ok(client instanceof OpenAI);
    assert.equal(client.baseURL, plain.baseURL);
    assert.equal(client.models, plain.models);
    assert.equal(client.chat.completions, client.chat.completions);
    client.timeout = 5_000;
    assert.equal(plain.timeout, 5_000);
    // Its own methods use private state.
    assert.equal(
      await client.webhooks.unwrap('{"a":1}', {}, 's').catch((e) => e.constructor.name),
      'Error',
    );
    assert.match(client.buildURL('/models', {}), /\/models$/);
    apis.reply({ json: { object: 'list', data: [] } }, { json: chatAnswer('c2') });
    assert.deepEqual((await client.models.list()).data, []);
    const copy = client.withOptions({ maxRetries: 0 });
    await copy.chat.completions.create(ask);
    assert.equal(calls.one().id, 'c2');
  });

  it('counts a call once however often it is tracked, under the labels said last', async () => {
    apis.reply({ json: chatAnswer('c3') });
    await trackClient(client, { agent: 'reader' }).chat.completions.create(ask);
    const { agent, task } = calls.one();
    assert.deepEqual([agent, task], ['reader', 'T-1']);
  });

  it('returns the promise of the SDK, with the response beside it or alone', async () => {
    apis.reply(
      ...Array.from({ length: 4 }, (_, i) => ({
        json: chatAnswer(`p${i}`),
        headers: { 'x-request-id': `req_${i}` },
      })),
    );
    const promise = client.chat.completions.create(ask);
    assert.equal(promise.constructor.name, 'APIPromise');
    const { data, response, request_id } = await promise.withResponse();
    assert.deepEqual([data.id, response.status, request_id], ['p0', 200, 'req_0']);
    assert.equal(calls.one().id, 'p0');
    const raw = await client.chat.completions.create(ask).asResponse();
    assert.equal(raw.url, `${apis.address}/chat/completions`);
    assert.deepEqual(calls.taken(), []);
    assert.equal(((await raw.json()) as { id: string }).id, 'p1');
    assert.deepEqual(calls.one().usage, chatUsage);
    const unwrapped = client.chat.completions.create(ask)._thenUnwrap(({ id }) => ({ of: id }));
    assert.equal((await unwrapped).of, 'p2');
    assert.equal(calls.one().id, 'p2');
    const seen: string[] = [];
    await client.chat.completions.create(ask).finally(() => seen.push('finally'));
    assert.deepEqual([calls.one().id, seen], ['p3', ['finally']]);
  });

  it('parses, and writes down which tools were called', async () => {
    const tool_calls = [
      { id: 't', type: 'function', function: { name: 'look_up', arguments: '{"a":"a secret"}' } },
    ];
    const message = { role: 'assistant', content: null, tool_calls };
    apis.reply({
      json: chatAnswer('t1', { choices: [{ index: 0, message, finish_reason: 'tool_calls' }] }),
    });
    await client.chat.completions.parse(ask);
    const { tools, stop } = calls.one();
    assert.deepEqual([tools, stop], [['look_up'], 'tool_calls']);
  });

  it('runs tools: each request is a call, and the scope of the runner is theirs', async () => {
    const tool_calls = [{ id: 't', type: 'function', function: { name: 'add', arguments: '{}' } }];
    const message = { role: 'assistant', content: null, tool_calls };
    apis.reply(
      { json: chatAnswer('r1', { choices: [{ index: 0, message, finish_reason: 'tool_calls' }] }) },
      { json: chatAnswer('r2') },
    );
    const tools = [
      {
        type: 'function' as const,
        function: {
          name: 'add',
          parse: JSON.parse,
          parameters: {},
          description: '',
          function: () => 'a secret',
        },
      },
    ];
    const runner = inScope({ correlation: 'job-1' }, () =>
      client.chat.completions.runTools({ ...ask, tools }),
    );
    assert.equal(await runner.finalContent(), 'a secret answer');
    assert.deepEqual(
      calls.taken().map(({ id, correlation, agent }) => [id, correlation, agent]),
      [
        ['r1', 'job-1', 'writer'],
        ['r2', 'job-1', 'writer'],
      ],
    );
  });

  it('embeds', async () => {
    const usage = { prompt_tokens: 7, total_tokens: 7 };
    const data = [{ object: 'embedding', index: 0, embedding: [0.5] }];
    apis.reply({ json: { object: 'list', model: 'text-embedding-3-small', data, usage } });
    await client.embeddings.create({
      model: 'text-embedding-3-small',
      input: 'a secret',
      encoding_format: 'float',
    });
    const call = calls.one();
    assert.deepEqual(
      [call.api, call.model, call.usage],
      ['openai.embeddings', 'text-embedding-3-small', usage],
    );
    assert.match(call.id, /^[\da-f-]{36}$/);
  });
});

describe('a stream of openai', () => {
  it('asks for its usage, and hides that it asked', async () => {
    apis.reply({ events: chatChunks('s1', { usage: false }) }, { events: chatChunks('s1') });
    const expected = await read(await plain.chat.completions.create(streamed));
    const chunks = await read(await client.chat.completions.create(streamed));
    assert.deepEqual(apis.asked.at(-1)?.body.stream_options, { include_usage: true });
    assert.deepEqual(
      chunks,
      expected.map((chunk) => {
        const { usage: _, ...rest } = chunk as { usage: null };
        return rest;
      }),
    );
    assert.deepEqual(plainOf(calls.one()), { ...whole, id: 's1' });
  });

  it('shows its usage to who asked for it', async () => {
    apis.reply({ events: chatChunks('s2') });
    const asking = { ...streamed, stream_options: { include_usage: true } };
    const chunks = await read(await client.chat.completions.create(asking));
    assert.deepEqual((chunks.at(-1) as { usage: unknown }).usage, chatUsage);
    assert.equal(calls.one().id, 's2');
  });

  it('is a lower bound where it told no usage', async () => {
    apis.reply({ events: chatChunks('s3', { usage: false }) });
    const silent = trackClient(plain, { includeUsage: false });
    await read(await silent.chat.completions.create(streamed));
    assert.equal(apis.asked.at(-1)?.body.stream_options, undefined);
    const { partial, usage, stop } = calls.one();
    assert.deepEqual([partial, usage, stop], [true, undefined, 'stop']);
  });

  it('is one call in two branches, and as a ReadableStream', async () => {
    apis.reply({ events: chatChunks('s4') }, { events: chatChunks('s5') });
    const [left, right] = (await client.chat.completions.create(streamed)).tee();
    const both = await Promise.all([read(left), read(right)]);
    assert.deepEqual(
      both.map((chunks) => chunks.length),
      [3, 3],
    );
    assert.equal(calls.one().id, 's4');
    const lines = (await client.chat.completions.create(streamed)).toReadableStream();
    assert.equal((await new Response(lines).text()).trim().split('\n').length, 3);
    assert.equal(calls.one().id, 's5');
  });

  it('is read by the helper, to its end or not', async () => {
    apis.reply(
      { events: chatChunks('h1') },
      { events: chatChunks('h2').slice(0, 1), last: 'wait' },
    );
    assert.equal(await client.chat.completions.stream(ask).finalContent(), 'a secret answer');
    assert.equal(calls.one().id, 'h1');
    const helper = client.chat.completions.stream(ask);
    helper.once('chunk', () => helper.abort());
    await assert.rejects(helper.finalContent(), OpenAI.APIUserAbortError);
    const { id, partial } = calls.one();
    assert.deepEqual([id, partial], ['h2', true]);
  });

  it('that its reader leaves or aborts was broken off', async () => {
    const begun = { events: chatChunks('b').slice(0, 2), last: 'wait' } as const;
    apis.reply(begun, begun);
    for await (const _ of await client.chat.completions.create(streamed)) break;
    assert.deepEqual(
      [calls.one()].map(({ id, partial, failed }) => [id, partial, failed]),
      [['b', true, undefined]],
    );
    const stream = await client.chat.completions.create(streamed);
    for await (const _ of stream) stream.controller.abort();
    assert.equal(calls.one().partial, true);
  });

  it('that breaks fails its reader, and says so', async () => {
    apis.reply(
      { events: chatChunks('x').slice(0, 2), last: 'cut' },
      {
        events: [
          ...chatChunks('y').slice(0, 1),
          { error: { message: 'a secret', code: 'overloaded' } },
        ],
      },
    );
    for (const id of ['x', 'y']) {
      await assert.rejects(async () => read(await client.chat.completions.create(streamed)));
      const call = calls.one();
      assert.deepEqual([call.id, call.partial, call.failed], [id, true, 'error']);
    }
  });

  it('is seen where its reader takes the response', async () => {
    apis.reply({ events: chatChunks('raw1') });
    const raw = await client.chat.completions.create(streamed).asResponse();
    assert.match(await raw.text(), /a secret/);
    assert.deepEqual(calls.one().usage, chatUsage);
    apis.reply({ text: 'a secret that is no JSON', type: 'application/json' });
    await (await client.chat.completions.create(ask).asResponse()).text();
    assert.equal(calls.one().partial, true);
    apis.reply({ events: chatChunks('raw2').slice(0, 2), last: 'wait' });
    const { body } = await client.chat.completions.create(streamed).asResponse();
    const reader = body!.getReader();
    await reader.read();
    await reader.cancel();
    assert.equal(calls.one().partial, true);
  });
});

describe('responses of openai', () => {
  const request = { model: 'gpt-5.5', input: 'a secret prompt' };
  const end = (id: string, type: string, more: object = {}) => [
    {
      type: 'response.created',
      sequence_number: 0,
      response: responseAnswer(id, { status: 'in_progress', usage: null, output: [] }),
    },
    { type, sequence_number: 1, response: responseAnswer(id, more) },
  ];

  it('are written down, whole and streamed', async () => {
    apis.reply(
      { json: responseAnswer('r1') },
      { events: end('r2', 'response.completed') },
      { events: end('r3', 'response.completed') },
    );
    assert.equal((await client.responses.create(request)).output_text, 'a secret answer');
    const { at, tier, usage } = calls.one();
    assert.ok(Date.now() - at < 60_000);
    assert.deepEqual([tier, usage], ['flex', responseAnswer('r1').usage]);
    await read(await client.responses.create({ ...request, stream: true }));
    assert.equal(calls.one().id, 'r2');
    assert.equal((await client.responses.stream(request).finalResponse()).id, 'r3');
    assert.deepEqual(
      [calls.one()].map(({ id, partial }) => [id, partial]),
      [['r3', undefined]],
    );
  });

  it('that fail on the way are failed calls with what they used', async () => {
    const error = { code: 'server_error', message: 'a secret' };
    apis.reply({ events: end('f1', 'response.failed', { status: 'failed', error }) });
    await read(await client.responses.create({ ...request, stream: true }));
    const { failed, usage, partial } = calls.one();
    assert.deepEqual(
      [failed, usage, partial],
      ['server_error', responseAnswer('f1').usage, undefined],
    );
  });

  it('in the background are lower bounds until they are fetched, at the time they were made', async () => {
    const pending = responseAnswer('g1', { status: 'queued', usage: null, output: [] });
    apis.reply({ json: pending }, { json: pending }, { json: responseAnswer('g1') });
    await client.responses.create({ ...request, background: true });
    const asked = calls.one();
    assert.deepEqual([asked.id, asked.partial], ['g1', true]);
    await client.responses.retrieve('g1');
    assert.deepEqual(calls.taken(), []);
    await client.responses.retrieve('g1');
    const { id, at, partial, ms } = calls.one();
    assert.deepEqual([id, at, partial, ms], ['g1', 1_764_500_000_000, undefined, undefined]);
    apis.reply({ events: end('g1', 'response.completed') });
    await client.responses.stream({ response_id: 'g1' }).finalResponse();
    assert.deepEqual(
      [calls.one()].map(({ id, ms }) => [id, ms]),
      [['g1', undefined]],
    );
  });
});

describe('other clients of openai', () => {
  it('of Azure are tracked, their requests written for it', async () => {
    apis.reply({ events: chatChunks('az') });
    const options = { endpoint: apis.address, apiKey: 'k', apiVersion: '2026-01-01' };
    const azure = trackClient(new AzureOpenAI(options), { local: false });
    await read(await azure.chat.completions.create({ ...streamed, model: 'my-deployment' }));
    const { path, body } = apis.asked.at(-1)!;
    assert.match(path, /deployments\/my-deployment\/chat\/completions/);
    assert.deepEqual(body.stream_options, { include_usage: true });
    assert.equal(calls.one().model, 'gpt-5.5-2026-04-23');
  });

  it('at this machine say so, and so do those that are told', async () => {
    for (const [options, local] of [
      [{}, true],
      [{ local: false }, undefined],
    ] as const) {
      apis.reply({ json: chatAnswer('l') });
      await trackClient(plain, options).chat.completions.create(ask);
      assert.equal(calls.one().local, local);
    }
    apis.reply({ json: chatAnswer('l') });
    const fetch = (_: unknown, init?: RequestInit) => globalThis.fetch(`${apis.address}/x`, init);
    const remote = new OpenAI({ baseURL: 'https://api.example', apiKey: 'k', fetch });
    await trackClient(remote, {}).chat.completions.create(ask);
    assert.equal(calls.one().local, undefined);
  });

  it('that speak the same API and return plain promises are tracked, too', async () => {
    let answer = async (): Promise<unknown> => chatAnswer('own');
    const own = trackClient(
      { post: (_path: string, _request: object) => answer(), get: () => {} },
      {},
    );
    assert.deepEqual(await own.post('/chat/completions', { body: ask }), chatAnswer('own'));
    assert.equal(calls.one().id, 'own');
    answer = async () => {
      throw Object.assign(new Error('a secret'), { status: 503 });
    };
    await assert.rejects(own.post('/chat/completions', { body: ask }), /a secret/);
    assert.equal(calls.one().failed, '503');
    answer = () => {
      throw new TypeError('a secret');
    };
    assert.throws(() => own.post('/chat/completions', { body: ask }), TypeError);
    assert.equal(calls.one().failed, 'error');
    assert.throws(() => own.post('/something/else', { body: ask }), TypeError);
  });

  it('that are no clients, or cannot be wrapped, are refused', () => {
    for (const odd of [{}, () => {}]) {
      assert.throws(() => trackClient(odd, {}), /wraps an instance/);
    }
    const frozen = Object.freeze(new OpenAI({ apiKey: 'k' }));
    assert.throws(() => trackClient(frozen, {}), /frozen/);
  });
});

describe('calls of openai that fail', () => {
  it('are written down with their status, after the SDK has tried again', async () => {
    const refused = {
      json: { error: { message: 'a secret', code: 'rate_limit' } },
      status: 429,
      headers: { 'retry-after-ms': '1' },
    };
    apis.reply(refused, refused, refused, { json: chatAnswer('again') });
    await assert.rejects(client.chat.completions.create(ask), OpenAI.RateLimitError);
    const call = calls.one();
    assert.deepEqual(
      [call.failed, call.model, call.usage, call.partial],
      ['429', 'gpt-5.5', undefined, undefined],
    );
    assert.equal((await client.chat.completions.create(ask)).id, 'again');
    assert.equal(calls.one().failed, undefined);
    apis.reply({ json: { error: {} }, status: 400 });
    await assert.rejects(client.chat.completions.create(ask).asResponse(), OpenAI.BadRequestError);
    assert.equal(calls.one().failed, '400');
    apis.reply({ json: { error: {} }, status: 404 });
    await client.responses.retrieve('nowhere').catch(() => {});
  });

  it('are told apart: nobody there, too slow, broken off', async () => {
    const nobody = client.withOptions({ baseURL: 'http://127.0.0.1:1', maxRetries: 0 });
    await assert.rejects(nobody.chat.completions.create(ask), OpenAI.APIConnectionError);
    assert.equal(calls.one().failed, 'connection');
    apis.reply({ events: [], last: 'wait' });
    const hasty = client.withOptions({ timeout: 1, maxRetries: 0 });
    await assert.rejects(hasty.chat.completions.create(ask), OpenAI.APIConnectionTimeoutError);
    assert.equal(calls.one().failed, 'timeout');
    const signal = AbortSignal.abort();
    await assert.rejects(client.chat.completions.create(ask, { signal }), OpenAI.APIUserAbortError);
    assert.equal(calls.one().failed, 'aborted');
  });
});

describe('a batch of openai', () => {
  const line = (n: number, response: object | null, error: object | null = null) =>
    JSON.stringify({ id: `batch_req_${n}`, custom_id: `a secret ${n}`, response, error });
  const output = [
    line(1, { status_code: 200, request_id: 'q', body: chatAnswer('chat-1') }),
    line(2, {
      status_code: 200,
      request_id: 'q',
      body: {
        object: 'list',
        model: 'text-embedding-3-small',
        data: [],
        usage: { prompt_tokens: 9, total_tokens: 9 },
      },
    }),
    line(3, { status_code: 200, request_id: 'q', body: responseAnswer('resp-3') }),
    line(4, { status_code: 400, request_id: 'q', body: { error: { message: 'a secret' } } }),
    line(5, null, { code: 'batch_expired', message: 'a secret' }),
  ].join('\n');

  it('is written down when its output is read, each result the same at every reading', async () => {
    for (const take of [
      async () => (await client.files.content('file-1')).text(),
      async () => (await client.files.content('file-1').asResponse()).text(),
    ]) {
      apis.reply({ text: output, type: 'application/octet-stream' });
      assert.equal(await take(), output);
      const written = calls.taken();
      assert.deepEqual(
        written.map(({ api, failed, tier }) => [api, failed, tier]),
        [
          ['openai.chat', undefined, 'batch'],
          ['openai.embeddings', undefined, 'batch'],
          ['openai.responses', undefined, 'batch'],
          ['openai.chat', '400', 'batch'],
          ['openai.chat', 'error', 'batch'],
        ],
      );
      const ids = written.map(({ id }) => id);
      assert.deepEqual([ids[0], ids[2]], ['chat-1', 'resp-3']);
      assert.match(ids[1]!, /^batch_req_2\//);
      assert.equal(written[0]!.at, 1_764_500_000_000);
    }
  });

  it('is no other file', async () => {
    const bytes = `{"id":"a secret","response":{}}\n`.repeat(1000);
    apis.reply({ text: bytes, type: 'application/octet-stream' });
    assert.equal(await (await client.files.content('file-2')).text(), bytes);
  });
});
