/**
 * The records of invented Claude Code sessions, in the shapes the real client writes. The same seed
 * gives the same sessions.
 */

/** Small deterministic random numbers (mulberry32), with the few questions the demo asks. */
export class Dice {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 up to 1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low, high) {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** True with this probability. */
  chance(probability) {
    return this.next() < probability;
  }

  /** One of a list. */
  pick(list) {
    return list[Math.floor(this.next() * list.length)];
  }

  /** A positive number around `median`; few are much larger, as with tokens and sizes. */
  skewed(median) {
    const normal = this.next() + this.next() + this.next() + this.next() - 2;
    return Math.max(1, Math.round(median * Math.exp(normal * 1.2)));
  }

  /** Hexadecimal digits. */
  hex(length) {
    let digits = '';
    while (digits.length < length) {
      digits += Math.floor(this.next() * 0x100000000)
        .toString(16)
        .padStart(8, '0');
    }
    return digits.slice(0, length);
  }

  /** Something that looks like a version 4 UUID. */
  uuid() {
    const h = this.hex(31);
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(12, 15)}-a${h.slice(15, 18)}-${h.slice(18, 30)}`;
  }
}

/**
 * Dollars for a million tokens: what the client of the demo believes when it writes its own running
 * total. It is a copy on purpose: the demo plays Claude Code, and that does not ask Outlay.
 */
const clientRates = {
  'claude-opus-5-5': { input: 4, write5m: 5, write1h: 8, read: 0.2, output: 20 },
  'claude-sonnet-5-5': { input: 2, write5m: 2.5, write1h: 4, read: 0.1, output: 10 },
  'claude-haiku-5-5': { input: 0.1, write5m: 0.125, write1h: 0.2, read: 0.01, output: 0.5 },
};

/** From this prompt size on, every token of a Haiku 5.5 request costs five times as much. */
const haikuBand = 100_000;

function clientCost(model, usage) {
  const rate = clientRates[model];
  const split = usage.cache_creation;
  const prompt =
    usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens;
  const factor = model === 'claude-haiku-5-5' && prompt > haikuBand ? 5 : 1;
  const micro =
    usage.input_tokens * rate.input +
    split.ephemeral_5m_input_tokens * rate.write5m +
    split.ephemeral_1h_input_tokens * rate.write1h +
    usage.cache_read_input_tokens * rate.read +
    usage.output_tokens * rate.output;
  return (micro * factor) / 1e6;
}

const tools = ['Read', 'Edit', 'Bash', 'Grep', 'Glob', 'Write', 'TodoWrite'];
const prompts = [
  'Fix the flaky upload test',
  'Add pagination to the orders list',
  'Why is the checkout slow on Mondays?',
  'Move the date helpers into one module',
  'Write a migration for the new column',
  'Make the error message say which field is wrong',
  'Review the diff before I push',
  'Update the dependencies and fix what breaks',
  'Add a dark theme to the settings page',
  'Explain how the cache is invalidated',
];

/** The first prompts of the invented sessions, for titles. */
export const demoPrompts = prompts;

/**
 * One invented session. Each method returns the lines of one thing that happens in it, and time
 * goes by as it does in such sessions.
 */
export class DemoSession {
  #dice;
  #lastUuid = null;
  #context = 0;
  #totals = new Map();
  #paddingBytes = 0;

  /**
   * @param {Dice} dice
   * @param {object} given
   * @param {string} given.cwd
   * @param {number} given.start in milliseconds
   * @param {string} given.model
   * @param {string} [given.sessionId]
   * @param {string} [given.branch]
   * @param {{ agentId: string, promptId: string }} [given.agent] for a subagent's own file
   */
  constructor(dice, { cwd, start, model, sessionId, branch = 'main', agent }) {
    this.#dice = dice;
    this.cwd = cwd;
    this.nowMs = start;
    this.model = model;
    this.sessionId = sessionId ?? dice.uuid();
    this.branch = branch;
    this.agent = agent;
    this.promptId = agent?.promptId ?? dice.uuid();
    this.messages = 0;
    this.prompt = dice.pick(prompts);
  }

  /** Adds this many characters to each tool result from now on (for sets of a given size). */
  padResults(bytes) {
    this.#paddingBytes = Math.max(0, Math.round(bytes));
  }

  #common(type) {
    const uuid = this.#dice.uuid();
    const record = {
      parentUuid: this.#lastUuid,
      isSidechain: this.agent !== undefined,
      ...(this.agent && { agentId: this.agent.agentId }),
      userType: 'external',
      cwd: this.cwd,
      sessionId: this.sessionId,
      version: '2.1.330',
      gitBranch: this.branch,
      entrypoint: 'cli',
      type,
      uuid,
      timestamp: new Date(this.nowMs).toISOString(),
    };
    this.#lastUuid = uuid;
    return record;
  }

  #usage(output) {
    const dice = this.#dice;
    const fresh = this.#context === 0 ? dice.skewed(14_000) : dice.skewed(1_800);
    // A cache that has gone cold is written again: the expensive message of a session.
    const expired = this.#context > 0 && dice.chance(0.03);
    const written = expired ? this.#context + fresh : fresh;
    const read = expired ? 0 : this.#context;
    const oneHour = this.agent ? 0 : written;
    this.#context += fresh + output;
    return {
      input_tokens: dice.whole(2, 12),
      cache_creation_input_tokens: written,
      cache_read_input_tokens: read,
      output_tokens: output,
      server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
      service_tier: 'standard',
      cache_creation: {
        ephemeral_1h_input_tokens: oneHour,
        ephemeral_5m_input_tokens: written - oneHour,
      },
      inference_geo: 'not_available',
      speed: 'standard',
    };
  }

  #count(model, usage) {
    const sum = this.#totals.get(model) ?? {
      inputTokens: 0,
      outputTokens: 0,
      thinkingTokens: 0,
      cacheReadInputTokens: 0,
      cacheCreationInputTokens: 0,
      cacheCreationEphemeral5mInputTokens: 0,
      cacheCreationEphemeral1hInputTokens: 0,
      webSearchRequests: 0,
      costUSD: 0,
    };
    sum.inputTokens += usage.input_tokens;
    sum.outputTokens += usage.output_tokens;
    sum.cacheReadInputTokens += usage.cache_read_input_tokens;
    sum.cacheCreationInputTokens += usage.cache_creation_input_tokens;
    sum.cacheCreationEphemeral5mInputTokens += usage.cache_creation.ephemeral_5m_input_tokens;
    sum.cacheCreationEphemeral1hInputTokens += usage.cache_creation.ephemeral_1h_input_tokens;
    sum.costUSD += clientCost(model, usage);
    this.#totals.set(model, sum);
  }

  /** The client's running total takes in what a subagent has spent. */
  addAgent(agent) {
    for (const [model, theirs] of agent.#totals) {
      const mine = this.#totals.get(model);
      if (!mine) this.#totals.set(model, { ...theirs });
      else for (const key of Object.keys(mine)) mine[key] += theirs[key];
    }
  }

  /** A person asks something; in a subagent's file, the main thread does. */
  ask(text = this.prompt) {
    if (!this.agent && this.messages > 0) this.promptId = this.#dice.uuid();
    const ask = this.#common('user');
    this.nowMs += this.#dice.whole(40, 400);
    return [{ ...ask, promptId: this.promptId, message: { role: 'user', content: text } }];
  }

  /** The answer: one line for each content block, all with the same ids and usage. */
  #response(blocks, stopReason) {
    const dice = this.#dice;
    this.nowMs += dice.skewed(6_000);
    const usage = this.#usage(dice.skewed(stopReason === 'tool_use' ? 260 : 700));
    const message = {
      model: this.model,
      id: `msg_01${dice.hex(22)}`,
      type: 'message',
      role: 'assistant',
      stop_reason: stopReason,
      stop_sequence: null,
      usage,
    };
    const requestId = `req_011${dice.hex(21)}`;
    this.messages += 1;
    this.#count(this.model, usage);
    return blocks.map((block) => {
      const line = this.#common('assistant');
      this.nowMs += 2;
      return { ...line, requestId, effort: 'medium', message: { ...message, content: [block] } };
    });
  }

  #toolUse(name, input) {
    return { type: 'tool_use', id: `toolu_01${this.#dice.hex(22)}`, name, input };
  }

  /** One response that uses a tool, and the tool's result. */
  work() {
    const dice = this.#dice;
    const tool = this.#toolUse(dice.pick(tools), { file_path: `${this.cwd}/src/orders.ts` });
    const blocks = [
      ...(dice.chance(0.4) ? [{ type: 'thinking', thinking: '', signature: dice.hex(64) }] : []),
      ...(dice.chance(0.6) ? [{ type: 'text', text: 'Let me look at that.' }] : []),
      tool,
    ];
    const lines = this.#response(blocks, 'tool_use');
    this.nowMs += dice.skewed(900);
    return [...lines, this.#result(tool.id, dice.chance(0.04))];
  }

  #result(toolUseId, failed, more = {}) {
    const text = 'ok '.repeat(this.#dice.skewed(60)) + 'x'.repeat(this.#paddingBytes);
    const content = [
      { type: 'tool_result', tool_use_id: toolUseId, content: text, is_error: failed },
    ];
    const line = this.#common('user');
    return { ...line, promptId: this.promptId, message: { role: 'user', content }, ...more };
  }

  /** The last words of an answer. */
  finish() {
    return this.#response([{ type: 'text', text: 'Done. The tests pass.' }], 'end_turn');
  }

  /**
   * Hands a piece of work to a subagent. Answers with the main thread's lines before and after, and
   * with the subagent's file and description.
   */
  delegate() {
    const dice = this.#dice;
    const type = dice.pick(['Explore', 'general-purpose', 'Plan']);
    const tool = this.#toolUse('Agent', { subagent_type: type, description: 'Look around' });
    const before = this.#response([tool], 'tool_use');
    const agent = new DemoSession(dice, {
      cwd: this.cwd,
      start: this.nowMs + 30,
      model: type === 'Explore' ? 'claude-haiku-5-5' : this.model,
      sessionId: this.sessionId,
      branch: this.branch,
      agent: { agentId: dice.hex(17), promptId: this.promptId },
    });
    const lines = agent.ask('Look around');
    for (let i = dice.whole(2, 8); i > 0; i--) lines.push(...agent.work());
    lines.push(...agent.finish());
    const startMs = this.nowMs;
    this.nowMs = agent.nowMs + 20;
    this.addAgent(agent);
    const after = this.#result(tool.id, false, {
      toolUseResult: { status: 'completed', totalDurationMs: this.nowMs - startMs },
    });
    const meta = {
      agentType: type,
      isBuiltIn: true,
      description: 'Look around',
      toolUseId: tool.id,
      spawnDepth: 1,
      model: agent.model,
      finished: true,
    };
    const messages = agent.messages;
    return { main: [...before, after], agentId: agent.agent.agentId, lines, meta, messages };
  }

  /** The title the client makes up, with a request that no message shows. */
  title(text = this.prompt) {
    const usage = {
      input_tokens: this.#dice.whole(300, 900),
      output_tokens: this.#dice.whole(10, 30),
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: 0 },
    };
    this.#count('claude-haiku-5-5', usage);
    return [{ type: 'ai-title', aiTitle: text, sessionId: this.sessionId }];
  }

  /** A request that leaves no message, such as a summary before compaction: background. */
  hiddenRequest() {
    const usage = {
      input_tokens: this.#dice.whole(2, 12),
      output_tokens: this.#dice.skewed(1_200),
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: this.#context,
      cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: 0 },
    };
    this.#count(this.model, usage);
  }

  /** The client's own running total, as it writes it at the end of a run. */
  costState() {
    let totalCostUSD = 0;
    for (const sum of this.#totals.values()) totalCostUSD += sum.costUSD;
    const modelUsage = Object.fromEntries(this.#totals);
    return [{ type: 'cost-state', totalCostUSD, modelUsage, sessionId: this.sessionId }];
  }

  /** A break in which a person reads, thinks or has lunch. */
  pause() {
    this.nowMs += this.#dice.skewed(90_000);
  }
}
