/**
 * A Messages API on loopback, for a real client to talk to. It follows plans: a prompt that contains
 * `[plan NAME]` is answered turn by turn as that plan says, and everything else, or beyond a plan's
 * end, with a few words. What each answer counts is thrown from a seed, and every request is in the
 * ledger, those too that no transcript shows.
 */
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Dice } from './dice.mjs';
import { say, throwUsage } from './replies.mjs';

/** Every answer comes at once: who asks for nothing for so long is idle. */
const quietMs = 1500;

const planTag = /\[plan ([\w-]+)\]/;

/**
 * @typedef {object} Entry a request as the ledger has it
 * @property {'answered' | 'failed' | 'dropped' | 'hanging'} outcome
 * @property {string} sessionId
 * @property {string} agentId '' for the main thread
 * @property {string} plan
 * @property {number} turn
 * @property {string} asked the model of the request
 * @property {string} prompt the words of its last message of a person
 * @property {string} model the model that answered
 * @property {boolean} stream
 * @property {number} at when it was answered
 * @property {string} [requestId]
 * @property {object} [usage]
 */
export class StandIn {
  /** @type {Entry[]} */
  ledger = [];
  /** Hosts the client wanted to reach: there should be none. */
  strangers = [];
  url = '';
  #server;
  #plans = new Map();
  #attempts = new Map();
  #waiting = [];
  #seed;
  #answers = 0;

  static async start(seed) {
    const standIn = new StandIn(seed);
    const server = createServer((request, response) => {
      standIn.#serve(request, response).catch((error) => response.destroy(error));
    });
    // The client has this server for its proxy, too: whatever is not on loopback ends here.
    server.on('connect', (request, socket) => {
      standIn.strangers.push(request.url);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    standIn.#server = server;
    standIn.url = `http://127.0.0.1:${server.address().port}`;
    return standIn;
  }

  constructor(seed) {
    this.#seed = seed;
  }

  /** @param {object[]} turns replies; in place of one, a list of them for one attempt after another */
  plan(name, turns) {
    this.#plans.set(name, turns);
  }

  /** Resolves when an answer that never ends has begun. */
  hanging() {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async close() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request, response) {
    let text = '';
    for await (const chunk of request) text += chunk;
    const path = request.url.split('?')[0];
    if (path.endsWith('/count_tokens')) return sendJson(response, 200, { input_tokens: 1234 });
    if (!path.endsWith('/v1/messages')) {
      if (!request.url.startsWith('/')) this.strangers.push(request.url);
      return sendError(response, 404, 'not_found_error', 'There is nothing here');
    }
    const body = JSON.parse(text);
    const entry = { ...this.#place(body, request.headers), ...this.#naming(body) };
    const { plan, turn } = entry;
    const planned = this.#plans.get(plan)?.[turn] ?? say();
    const attempt = this.#attempt(entry);
    const reply = Array.isArray(planned) ? planned[Math.min(attempt, planned.length - 1)] : planned;
    await reply.before?.();
    this.ledger.push(entry);
    entry.at = Date.now();
    if (reply.kind === 'failure') {
      entry.outcome = 'failed';
      return sendError(response, reply.status, reply.type, reply.message);
    }
    const dice = new Dice(this.#seed, entry.sessionId, plan, turn, attempt, body.model);
    const usage = { ...throwUsage(dice), ...reply.usage };
    entry.usage = reply.shape?.(usage, dice) ?? usage;
    entry.model = reply.model ?? body.model;
    entry.requestId = `req_011client${String(++this.#answers).padStart(8, '0')}`;
    await this.#answer(response, body, entry, reply, dice);
  }

  /** Where a request stands: the plan of the last prompt, and how often it was answered since. */
  #place(body, headers) {
    const { messages } = body;
    let at = messages.length - 1;
    let plan;
    for (; at >= 0 && plan === undefined; at--) {
      if (messages[at].role === 'user') plan = planTag.exec(promptText(messages[at]))?.[1];
    }
    const turn = messages.slice(at + 1).filter(({ role }) => role === 'assistant').length;
    return {
      outcome: 'answered',
      sessionId: headers['x-claude-code-session-id'] ?? '',
      agentId: headers['x-claude-code-agent-id'] ?? '',
      plan: plan ?? '',
      turn: plan === undefined ? 0 : turn,
    };
  }

  #naming(body) {
    const last = body.messages.findLast(({ role }) => role === 'user');
    const prompt = last === undefined ? '' : promptText(last);
    return { asked: body.model, prompt, model: body.model, stream: body.stream === true, at: 0 };
  }

  #attempt({ sessionId, plan, turn }) {
    const key = `${sessionId} ${plan} ${turn}`;
    const attempt = this.#attempts.get(key) ?? 0;
    this.#attempts.set(key, attempt + 1);
    return attempt;
  }

  async #answer(response, body, entry, reply, dice) {
    const message = {
      id: `msg_01client${String(this.#answers).padStart(6, '0')}${dice.between(1e9, 9e9)}`,
      type: 'message',
      role: 'assistant',
      model: entry.model,
      content: contentOf(reply, this.#answers),
      stop_reason: reply.stop,
      stop_sequence: null,
      usage: entry.usage,
    };
    if (reply.details) message.stop_details = reply.details;
    response.setHeader('request-id', entry.requestId);
    if (!body.stream) return sendJson(response, 200, message);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const events = [...streamOf(message)];
    const whole = reply.kind === 'answer';
    const end = whole ? events.length : events.length - 2;
    for (const [type, data] of events.slice(0, end)) {
      response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
    }
    if (whole) return response.end();
    entry.outcome = reply.kind === 'drop' ? 'dropped' : 'hanging';
    // What was written must have left before the connection breaks.
    await sleep(50);
    if (reply.kind === 'drop') return response.destroy();
    for (const resolve of this.#waiting.splice(0)) resolve(entry);
  }
}

/**
 * Whether all that was asked has been answered, and nothing has been asked since for a while.
 * @param {Entry[]} entries
 */
export function isQuiet(entries) {
  return entries.every(({ at }) => at > 0 && at < Date.now() - quietMs);
}

/** A person's words in a message, without what tools answered. */
function promptText({ content }) {
  if (typeof content === 'string') return content;
  const words = content.filter(({ type }) => type === 'text').map(({ text }) => text);
  return words.join('\n');
}

function contentOf(reply, number) {
  if (reply.content) return reply.content;
  const tools = reply.tools.map(({ name, input }, i) => ({
    type: 'tool_use',
    id: `toolu_01client${number}x${i}`,
    name,
    input,
  }));
  return [{ type: 'text', text: reply.text ?? `Answer ${number}.` }, ...tools];
}

/** The events of a streamed message. What it counts is known in full only at its end. */
function* streamOf(message) {
  const { content, stop_reason, stop_details, usage, ...head } = message;
  const atFirst = { ...usage, output_tokens: 1 };
  delete atFirst.iterations;
  yield ['message_start', { message: { ...head, content: [], stop_reason: null, usage: atFirst } }];
  for (const [index, block] of content.entries()) {
    const [empty, delta] = blockParts(block);
    yield ['content_block_start', { index, content_block: empty }];
    if (delta) yield ['content_block_delta', { index, delta }];
    yield ['content_block_stop', { index }];
  }
  const delta = { stop_reason, stop_sequence: null, ...(stop_details && { stop_details }) };
  yield ['message_delta', { delta, usage }];
  yield ['message_stop', {}];
}

function blockParts(block) {
  if (block.type === 'text') {
    return [
      { type: 'text', text: '' },
      { type: 'text_delta', text: block.text },
    ];
  }
  if (block.type === 'tool_use') {
    const partial = JSON.stringify(block.input);
    return [
      { ...block, input: {} },
      { type: 'input_json_delta', partial_json: partial },
    ];
  }
  return [block, undefined];
}

function sendJson(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function sendError(response, status, type, message) {
  sendJson(response, status, { type: 'error', error: { type, message } });
}
