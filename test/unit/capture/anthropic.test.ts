import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { inScope } from '../../../src/capture/scopes.ts';
import { trackClient } from '../../../src/capture/track.ts';
import { CapturedCalls } from '../../lib/capturedCalls.ts';
import { ModelApis, messageAnswer, messageEvents } from '../../lib/modelApis.ts';

let apis: ModelApis;
let plain: Anthropic;
let client: Anthropic;
const calls = new CapturedCalls();

before(async () => {
  apis = await ModelApis.start();
  plain = new Anthropic({ baseURL: apis.address, apiKey: 'key', maxRetries: 0 });
  client = trackClient(plain, {});
});
after(async () => {
  await apis[Symbol.asyncDispose]();
  calls[Symbol.dispose]();
});
afterEach(() => assert.deepEqual(calls.taken(), [], 'a call is written down once'));

const ask = {
  model: 'claude-sonnet-5-5' as const,
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'a secret prompt' }],
};
const { usage } = messageAnswer('any');

async function read(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

describe('a client of @anthropic-ai/sdk that is tracked', () => {
  it('answers what it answered, and writes down what that used, with what decides the price', async () => {
    apis.reply({ json: messageAnswer('m1') }, { json: messageAnswer('m1') });
    const expected = await plain.messages.create(ask);
    assert.deepEqual(await client.messages.create(ask), expected);
    const call = calls.one();
    assert.deepEqual(
      [call.id, call.api, call.model, call.usage, call.stop, call.partial, call.local],
      ['m1', 'anthropic.messages', 'claude-sonnet-5-5', usage, 'end_turn', undefined, true],
    );
  });

  it('keeps the place that the name of a model says, which an answer does not', async () => {
    apis.reply({ json: messageAnswer('b1') });
    await client.messages.create({ ...ask, model: 'us.anthropic.claude-sonnet-5-5' });
    assert.equal(calls.one().model, 'us.anthropic.claude-sonnet-5-5');
  });

  it('returns the promise of the SDK', async () => {
    const headers = { 'request-id': 'req_1' };
    apis.reply({ json: messageAnswer('p1'), headers }, { json: messageAnswer('p2') });
    const promise = client.messages.create(ask);
    assert.equal(promise.constructor.name, 'APIPromise');
    const { data, response, request_id } = await promise.withResponse();
    assert.deepEqual(
      [data.id, (data as { _request_id?: string })._request_id, response.status, request_id],
      ['p1', 'req_1', 200, 'req_1'],
    );
    assert.equal(calls.one().id, 'p1');
    const raw = await client.messages.create(ask).asResponse();
    assert.equal(((await raw.json()) as { id: string }).id, 'p2');
    assert.deepEqual(calls.one().usage, usage);
  });

  it('streams: events as they are, usage of the whole at the end', async () => {
    apis.reply(
      { events: messageEvents('s1') },
      { events: messageEvents('s1') },
      { events: messageEvents('s2') },
    );
    const expected = await read(await plain.messages.create({ ...ask, stream: true }));
    assert.deepEqual(await read(await client.messages.create({ ...ask, stream: true })), expected);
    assert.deepEqual(
      [calls.one()].map(({ id, usage, partial }) => [id, usage, partial]),
      [['s1', usage, undefined]],
    );
    const { body } = await client.messages.create({ ...ask, stream: true }).asResponse();
    await new Response(body).text();
    assert.deepEqual(calls.one().usage, usage);
  });

  it('streams by its helper, to the end or until it is broken off', async () => {
    const begun = messageEvents('h2').slice(0, 3);
    apis.reply(
      { events: messageEvents('h1') },
      { events: begun, last: 'wait' },
      { events: begun, last: 'cut' },
    );
    assert.deepEqual((await client.messages.stream(ask).finalMessage()).usage, usage);
    assert.equal(calls.one().id, 'h1');
    const helper = client.messages.stream(ask);
    helper.once('text', () => helper.abort());
    await assert.rejects(helper.finalMessage(), Anthropic.APIUserAbortError);
    const off = calls.one();
    assert.deepEqual(
      [off.id, off.partial, off.usage],
      ['h2', true, { ...(usage as object), output_tokens: 1 }],
    );
    await assert.rejects(client.messages.stream(ask).finalMessage());
    assert.equal(calls.one().partial, true);
  });

  it('ends with the count of its last event, whoever stops listening there', async () => {
    apis.reply({ events: messageEvents('e1') });
    for await (const event of await client.messages.create({ ...ask, stream: true })) {
      if (event.type === 'message_delta') break;
    }
    assert.deepEqual(
      [calls.one()].map(({ usage, partial }) => [usage, partial]),
      [[usage, undefined]],
    );
  });

  it('parses', async () => {
    const content = [{ type: 'text', text: '{"answer":"a secret"}' }];
    apis.reply({ json: messageAnswer('j1', { content }) });
    const format = { type: 'json_schema' as const, schema: {}, parse: JSON.parse };
    const parsed = await client.messages.parse({ ...ask, output_config: { format } });
    assert.deepEqual(parsed.parsed_output, { answer: 'a secret' });
    assert.equal(calls.one().id, 'j1');
  });

  it('runs tools: each request is a call of the scope it is made in', async () => {
    const content = [{ type: 'tool_use', id: 'toolu_1', name: 'add', input: {} }];
    const tool = {
      type: 'custom' as const,
      name: 'add',
      description: '',
      input_schema: { type: 'object' as const },
      run: () => 'a secret',
      parse: (input: unknown) => input as object,
    };
    apis.reply(
      { json: messageAnswer('t1', { content, stop_reason: 'tool_use' }) },
      { json: messageAnswer('t2') },
    );
    const answer = await inScope({ agent: 'adder', correlation: 'c' }, () =>
      client.beta.messages.toolRunner({ ...ask, tools: [tool] }).runUntilDone(),
    );
    assert.equal(answer.id, 't2');
    assert.deepEqual(
      calls.taken().map(({ id, agent, tools }) => [id, agent, tools]),
      [
        ['t1', 'adder', ['add']],
        ['t2', 'adder', undefined],
      ],
    );
  });

  it('asks for no price where none is asked: tokens are counted without being used', async () => {
    apis.reply({ json: { input_tokens: 5 } });
    assert.equal(
      (await client.messages.countTokens({ model: ask.model, messages: ask.messages }))
        .input_tokens,
      5,
    );
  });

  it('keeps iterations and other models inside an answer, and no text of a usage', async () => {
    const iterations = [
      {
        type: 'message',
        input_tokens: 60,
        output_tokens: 100,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
      },
      {
        type: 'advisor_message',
        model: 'claude-opus-5-5',
        input_tokens: 5,
        output_tokens: 6,
        note: 'a secret',
      },
    ];
    apis.reply({
      json: messageAnswer('i1', { usage: { ...(usage as object), iterations, note: 'a secret' } }),
    });
    await client.messages.create(ask);
    const kept = calls.one().usage?.iterations;
    assert.deepEqual(kept, [
      iterations[0],
      { type: 'advisor_message', model: 'claude-opus-5-5', input_tokens: 5, output_tokens: 6 },
    ]);
  });

  it('says what a call failed with', async () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'a secret' } };
    apis.reply({ json: error, status: 529 }, { events: [messageEvents('f')[0], error] });
    await assert.rejects(client.messages.create(ask), Anthropic.InternalServerError);
    const refused = calls.one();
    assert.deepEqual(
      [refused.failed, refused.model, refused.partial],
      ['529', 'claude-sonnet-5-5', undefined],
    );
    await assert.rejects(async () => read(await client.messages.create({ ...ask, stream: true })));
    const broken = calls.one();
    assert.deepEqual([broken.id, broken.partial, broken.failed !== undefined], ['f', true, true]);
  });
});

describe('a batch of @anthropic-ai/sdk', () => {
  const results = [
    { custom_id: 'a secret 1', result: { type: 'succeeded', message: messageAnswer('b1') } },
    {
      custom_id: 'a secret 2',
      result: {
        type: 'errored',
        error: { type: 'error', error: { type: 'invalid_request_error', message: 'a secret' } },
      },
    },
    { custom_id: 'a secret 3', result: { type: 'expired' } },
  ];
  const text = results.map((result) => JSON.stringify(result)).join('\n');

  for (const beta of [false, true]) {
    it(`is written down when its results are read, each the same at every reading${beta ? ' (beta)' : ''}`, async () => {
      const batches = beta ? client.beta.messages.batches : client.messages.batches;
      const batch = {
        id: 'msgbatch_1',
        processing_status: 'ended',
        results_url: `${apis.address}/v1/messages/batches/msgbatch_1/results`,
      };
      const seen: unknown[] = [];
      for (let time = 0; time < 2; time++) {
        apis.reply({ json: batch }, { text, type: 'application/x-jsonl' });
        assert.deepEqual(await read(await batches.results('msgbatch_1')), results);
        const written = calls.taken();
        assert.deepEqual(
          written.map(({ tier, failed, usage }) => [tier, failed, usage]),
          [
            ['batch', undefined, usage],
            ['batch', 'error', undefined],
          ],
        );
        seen.push(written.map(({ id }) => id));
      }
      assert.deepEqual(seen[0], seen[1]);
      assert.equal((seen[0] as string[])[0], 'b1');
    });
  }
});
