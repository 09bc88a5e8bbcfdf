import { appendAll } from '../model/lists.ts';
import { ClientTotals, type DemoUsage } from './clientTotals.ts';
import type { Dice } from './dice.ts';
import { agentTypes, fillerText, type SampleText } from './sampleText.ts';

/** A line of a transcript before it is written. */
export type DemoRecord = Readonly<Record<string, unknown>>;

const tools = ['Read', 'Edit', 'Bash', 'Grep', 'Glob', 'Write', 'TodoWrite'];

interface Block {
  readonly type: string;
  readonly [key: string]: unknown;
}

interface ToolUse extends Block {
  readonly id: string;
}

/** What a session is made from. */
export interface DemoSessionStart {
  readonly cwd: string;
  /** When it starts, in milliseconds. */
  readonly start: number;
  readonly model: string;
  readonly sessionId?: string;
  readonly branch?: string;
  readonly words?: SampleText;
  /** Nothing is dated later than this, in milliseconds. */
  readonly untilMs?: number;
  /** For a subagent's own file. */
  readonly agent?: { readonly agentId: string; readonly promptId: string };
}

/** A piece of work for a subagent; what is left out is as it happens. */
export interface DemoTask {
  /** Type of the subagent. */
  readonly type: string;
  readonly description: string;
  readonly model: string;
  /** Responses with a tool. */
  readonly works: number;
  /** What its tool results have in them, in characters. */
  readonly padBytes?: number;
}

/** A piece of work handed to a subagent. */
export interface DemoRun {
  /** The main thread's lines before and after. */
  readonly main: DemoRecord[];
  readonly agentId: string;
  /** The lines of the subagent's own file. */
  readonly lines: DemoRecord[];
  /** The description beside it. */
  readonly meta: DemoRecord;
  readonly messages: number;
}

/**
 * One invented session, in the shapes the real client writes. Each method returns the lines of one
 * thing that happens in it, and time goes by as it does in such sessions.
 */
export class DemoSession {
  readonly cwd: string;
  readonly model: string;
  readonly sessionId: string;
  readonly branch: string;
  readonly words: SampleText;
  /** The first thing that is asked, and the title. */
  readonly prompt: string;
  /** The session's own clock, in milliseconds. */
  nowMs: number;
  /** Nothing is dated later than this, in milliseconds. */
  untilMs: number;
  /** Responses so far. */
  messages = 0;
  readonly #dice: Dice;
  readonly #agent: DemoSessionStart['agent'];
  readonly #totals = new ClientTotals();
  #promptId: string;
  #lastUuid: string | null = null;
  #context = 0;
  #isCold = false;
  #paddingBytes = 0;

  constructor(dice: Dice, start: DemoSessionStart) {
    this.#dice = dice;
    this.cwd = start.cwd;
    this.nowMs = start.start;
    this.untilMs = start.untilMs ?? Number.MAX_SAFE_INTEGER;
    this.model = start.model;
    this.sessionId = start.sessionId ?? dice.uuid();
    this.branch = start.branch ?? 'main';
    this.#agent = start.agent;
    this.#promptId = start.agent?.promptId ?? dice.uuid();
    this.words = start.words ?? fillerText;
    this.prompt = dice.pick(this.words.openings);
  }

  /** Adds this many characters to each tool result from now on (for sets of a given size). */
  padResults(bytes: number): void {
    this.#paddingBytes = Math.max(0, Math.round(bytes));
  }

  #common(type: string): DemoRecord {
    const uuid = this.#dice.uuid();
    const record = {
      parentUuid: this.#lastUuid,
      isSidechain: this.#agent !== undefined,
      ...(this.#agent && { agentId: this.#agent.agentId }),
      userType: 'external',
      cwd: this.cwd,
      sessionId: this.sessionId,
      version: '2.1.330',
      gitBranch: this.branch,
      entrypoint: 'cli',
      type,
      uuid,
      timestamp: new Date(Math.min(this.nowMs, this.untilMs)).toISOString(),
    };
    this.#lastUuid = uuid;
    return record;
  }

  #usage(output: number): DemoUsage {
    const dice = this.#dice;
    const fresh = this.#context === 0 ? dice.skewed(14_000) : dice.skewed(1_800);
    // A cache that has gone cold is written again: the expensive message of a session.
    const expired = this.#context > 0 && (dice.chance(0.03) || this.#isCold);
    this.#isCold = false;
    const written = expired ? this.#context + fresh : fresh;
    const read = expired ? 0 : this.#context;
    const oneHour = this.#agent ? 0 : written;
    this.#context += fresh + output;
    const usage = {
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
    return usage;
  }

  /** A person asks something; in a subagent's file, the main thread does. */
  ask(text = this.prompt): DemoRecord[] {
    if (!this.#agent && this.messages > 0) this.#promptId = this.#dice.uuid();
    const ask = this.#common('user');
    this.nowMs += this.#dice.whole(40, 400);
    return [{ ...ask, promptId: this.#promptId, message: { role: 'user', content: text } }];
  }

  /** The answer: one line for each content block, all with the same ids and usage. */
  #response(blocks: readonly Block[], stopReason: string): DemoRecord[] {
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
    this.#totals.count(this.model, usage);
    return blocks.map((block) => {
      const line = this.#common('assistant');
      this.nowMs += 2;
      return { ...line, requestId, effort: 'medium', message: { ...message, content: [block] } };
    });
  }

  #toolUse(name: string, input: DemoRecord): ToolUse {
    return { type: 'tool_use', id: `toolu_01${this.#dice.hex(22)}`, name, input };
  }

  /** One response that uses a tool, and the tool's result. */
  work(): DemoRecord[] {
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

  #result(toolUseId: string, failed: boolean, more: DemoRecord = {}): DemoRecord {
    const text = 'ok '.repeat(this.#dice.skewed(60)) + 'x'.repeat(this.#paddingBytes);
    const content = [
      { type: 'tool_result', tool_use_id: toolUseId, content: text, is_error: failed },
    ];
    const line = this.#common('user');
    return { ...line, promptId: this.#promptId, message: { role: 'user', content }, ...more };
  }

  /** The last words of an answer. */
  finish(): DemoRecord[] {
    return this.#response([{ type: 'text', text: 'Done. The tests pass.' }], 'end_turn');
  }

  /** Hands a piece of work to a subagent; any, unless a task is given. */
  delegate(task?: DemoTask): DemoRun {
    const dice = this.#dice;
    const { type, description, model } = task ?? this.#anyTask();
    const tool = this.#toolUse('Agent', { subagent_type: type, description });
    const before = this.#response([tool], 'tool_use');
    const agentId = dice.hex(17);
    const agent = new DemoSession(dice, {
      cwd: this.cwd,
      start: this.nowMs + 30,
      model,
      sessionId: this.sessionId,
      branch: this.branch,
      untilMs: this.untilMs,
      agent: { agentId, promptId: this.#promptId },
    });
    agent.padResults(task?.padBytes ?? 0);
    const lines = agent.ask(description);
    for (let i = task?.works ?? dice.whole(2, 8); i > 0; i--) appendAll(lines, agent.work());
    appendAll(lines, agent.finish());
    const startMs = this.nowMs;
    this.nowMs = agent.nowMs + 20;
    // The client's running total takes in what a subagent has spent.
    this.#totals.add(agent.#totals);
    const after = this.#result(tool.id, false, {
      toolUseResult: { status: 'completed', totalDurationMs: this.nowMs - startMs },
    });
    const meta = {
      agentType: type,
      isBuiltIn: (agentTypes as readonly string[]).includes(type),
      description,
      toolUseId: tool.id,
      spawnDepth: 1,
      model: agent.model,
      finished: true,
    };
    return { main: [...before, after], agentId, lines, meta, messages: agent.messages };
  }

  #anyTask(): Omit<DemoTask, 'works'> {
    const type = this.#dice.pick(agentTypes);
    const tasks = this.words.tasks[type];
    const description = tasks[this.messages % tasks.length]!;
    return { type, description, model: type === 'Explore' ? quickModel(this.model) : this.model };
  }

  /** The title the client makes up, with a request that no message shows. */
  title(text = this.prompt): DemoRecord[] {
    this.#totals.count(quickModel(this.model), {
      input_tokens: this.#dice.whole(300, 900),
      output_tokens: this.#dice.whole(10, 30),
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: 0 },
    });
    return [{ type: 'ai-title', aiTitle: text, sessionId: this.sessionId }];
  }

  /** A request that leaves no message, such as a summary before compaction: background. */
  hiddenRequest(): void {
    this.#totals.count(this.model, {
      input_tokens: this.#dice.whole(2, 12),
      output_tokens: this.#dice.skewed(1_200),
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: this.#context,
      cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: 0 },
    });
  }

  /** Tokens the next prompt begins with. */
  get contextTokens(): number {
    return this.#context;
  }

  /** The conversation is summed up, and goes on with the summary alone. */
  compact(): DemoRecord[] {
    const before = this.#context;
    this.hiddenRequest();
    this.#context = this.#dice.skewed(9_000);
    const compactMetadata = { trigger: 'auto', preTokens: before, postTokens: this.#context };
    const boundary = { ...this.#common('system'), subtype: 'compact_boundary', compactMetadata };
    const content = 'This session continues from a summary of what was said before.';
    const summary = { ...this.#common('user'), isCompactSummary: true };
    return [boundary, { ...summary, message: { role: 'user', content } }];
  }

  /** The client's own running total, as it writes it at the end of a run. */
  costState(): DemoRecord[] {
    const { usd: totalCostUSD, modelUsage } = this.#totals;
    return [{ type: 'cost-state', totalCostUSD, modelUsage, sessionId: this.sessionId }];
  }

  /** Dollars by the client's own count. */
  get usd(): number {
    return this.#totals.usd;
  }

  /** A break so long that what was cached is gone. */
  leave(ms: number): void {
    this.nowMs += ms;
    this.#isCold = true;
  }

  /** A break in which a person reads, thinks or has lunch. */
  pause(): void {
    this.nowMs += this.#dice.skewed(90_000);
  }
}

/** The small model that came with a model. */
function quickModel(model: string): string {
  return model.endsWith('-5-5') || !model.startsWith('claude-')
    ? 'claude-haiku-5-5'
    : 'claude-haiku-4-5';
}
