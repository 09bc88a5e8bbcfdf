import fc from 'fast-check';
import { nanoToUsd } from '../../src/model/money.ts';
import { noUsage } from '../../src/model/tokens.ts';
import { bundledBook } from './ingest.ts';
import { scrambled } from './random.ts';
import { type Line, render } from './worldLine.ts';
import { anyOp, type Op } from './worldOps.ts';

/** A transcript of a made-up world. */
export interface WorldFile {
  /** Configuration directory, `a` or `b`. */
  readonly root: string;
  /** Below `projects`, with `/`. */
  readonly path: string;
  readonly content: Buffer;
}

type Json = Record<string, unknown>;

interface File {
  readonly root: string;
  readonly path: string;
  readonly lines: Line[];
  bom: boolean;
  /** Ends in the middle of a line. */
  torn: boolean;
  /** The last line has no newline yet. */
  open: boolean;
}

interface Session {
  readonly sid: string;
  readonly main: File;
  readonly agents: Map<string, File>;
  /** Records of main-thread messages, to be replayed. */
  readonly messages: Json[];
  /** What the client has counted, per model. */
  client: Map<string, number>;
  toolId: string;
}

const models = [
  'claude-opus-4-8',
  'claude-sonnet-5-5',
  'claude-haiku-4-5-20251001',
  'made-up-model',
  'other-unknown[1m]',
];
/** Has a band for long prompts. */
const banded = 'claude-haiku-5-5';
const start = Date.UTC(2026, 10, 20, 10);

/** One world of this many happenings, the same for the same seed. */
export function largeWorld(seed: number, happenings: number): WorldFile[] {
  const ops = fc.array(anyOp, { minLength: happenings, maxLength: happenings, size: 'max' });
  return playWorld(fc.sample(ops, { seed, numRuns: 1 })[0]!);
}

/** Plays a list of operations and gives the transcripts they leave behind. */
export function playWorld(ops: readonly Op[]): WorldFile[] {
  const world = new Player();
  for (const op of ops) world.play(op);
  return world.files.map(({ root, path, lines, bom, torn, open }) => {
    const text = lines.map(render).join('');
    const end = torn ? '{"type":"assistant","me' : '';
    return {
      root,
      path,
      content: Buffer.from(
        (bom ? '\ufeff' : '') + (open ? text.replace(/\r?\n$/, '') : text + end),
      ),
    };
  });
}

/** A usage with this output, all of it in the last of its turns. */
function turns(usage: Json, output: number): Json {
  const iterations = usage.iterations as Json[] | undefined;
  if (iterations?.[0]?.type !== 'message' || iterations.length < 2) {
    return { ...usage, output_tokens: output };
  }
  const [first, last] = iterations;
  return {
    ...usage,
    output_tokens: output,
    iterations: [first, { ...last, output_tokens: output }],
  };
}

class Player {
  readonly files: File[] = [];
  readonly #sessions: Session[] = [];
  #now = start;
  #ids = 0;

  play(op: Op): void {
    this.#now += op.wait;
    if (this.#sessions.length === 0) this.#session();
    const session = this.#sessions[op.session % this.#sessions.length]!;
    switch (op.kind) {
      case 'session':
        this.#session();
        break;
      case 'user':
        this.#user(session, op);
        break;
      case 'queue':
        this.#write(session.main, op, {
          type: 'queue-operation',
          ...this.#head(session, op, false),
        });
        break;
      case 'assistant':
        this.#assistant(session, op);
        break;
      case 'agent':
        this.#agent(session, op);
        break;
      case 'replay':
        this.#replay(session, op);
        break;
      case 'fork':
        this.#fork(session, op);
        break;
      case 'costState':
        this.#costState(session, op);
        break;
      case 'title':
        this.#title(session, op);
        break;
      case 'event':
        this.#event(session, op);
        break;
      case 'link':
        this.#link(session, op);
        break;
      case 'rubbish':
        this.#rubbish(session, op);
        break;
      case 'copy':
        this.#copy(session, op);
    }
  }

  #id(prefix: string): string {
    this.#ids++;
    return `${prefix}${scrambled(this.#ids)}`;
  }

  /** The uuid of some record, written before, after or never. */
  #someUuid({ n, m }: Op): string {
    return `u${scrambled(1 + ((n * 31 + m) % (this.#ids + 20)))}`;
  }

  #file(path: string, root = 'a'): File {
    const file: File = { root, path, lines: [], bom: false, torn: false, open: false };
    this.files.push(file);
    return file;
  }

  #session(): Session {
    const sid = this.#id('s');
    const main = this.#file(`p/${sid}.jsonl`);
    const session: Session = {
      sid,
      main,
      agents: new Map(),
      messages: [],
      client: new Map(),
      toolId: '',
    };
    this.#sessions.push(session);
    return session;
  }

  /** Fields common to most records. */
  #head(session: Session, { n, m }: Op, uuid = m % 13 !== 0): Json {
    return {
      ...(uuid ? { uuid: this.#id('u') } : {}),
      ...(m % 17 === 0 ? {} : { timestamp: new Date(this.#now).toISOString() }),
      ...(m % 19 === 0 ? {} : { sessionId: session.sid }),
      cwd: `/src/${n % 3}`,
      gitBranch: `branch-${m % 3}`,
      version: `2.1.${n % 4}`,
      entrypoint: m % 2 === 0 ? 'cli' : 'sdk-cli',
    };
  }

  #write(file: File, op: Op, record: Json): void {
    file.lines.push({ record, raw: undefined, style: (op.n * 31 + op.m) % 24 });
  }

  #user(session: Session, op: Op): void {
    this.#write(session.main, op, {
      type: 'user',
      ...this.#head(session, op),
      ...(op.n % 3 === 0 ? { promptId: `prompt-${op.n % 5}` } : {}),
      message: { role: 'user', content: `do thing ${op.n}\u2028 and ü 🙂` },
    });
  }

  /** The lines of one response: outputs grow, each line has a uuid of its own. */
  #response(session: Session, op: Op, extra: Json = {}): Json[] {
    const { n, m } = op;
    // Some proxies give every response one id, some ids are unique in a session only.
    const shared = m % 11 === 0 ? 'msg_proxy' : m % 23 === 0 ? `msg_${n % 4}` : undefined;
    const mid = n % 10 === 0 ? undefined : (shared ?? this.#id('msg_'));
    const rid = n % 7 === 0 || (shared !== undefined && n % 3 > 0) ? undefined : this.#id('req_');
    const count = 1 + (m % 3);
    const model = n % 19 === 0 ? banded : models[n % 11 === 0 ? 3 + (m % 2) : n % 3]!;
    const usage = {
      input_tokens: n % 500,
      cache_creation_input_tokens: m % 300,
      cache_read_input_tokens: (n * m) % 10_000,
      ...(n % 4 === 0
        ? {}
        : { cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: m % 200 } }),
      ...(n % 23 === 0 ? { server_tool_use: { web_search_requests: 2 } } : {}),
      ...(n % 29 === 0 ? { iterations: [this.#iteration(n, model)] } : {}),
      ...(n % 19 === 0 && n % 29 !== 0 ? this.#longTurns(m) : {}),
      speed: n % 31 === 0 ? 'fast' : 'standard',
    };
    const grows = (n + m) % 4 !== 0;
    session.toolId = this.#id('toolu_');
    return Array.from({ length: count }, (_, i) => {
      const last = i === count - 1;
      const empty = i === 0 && m % 9 === 0;
      const output = grows ? 1 + i * (1 + (n % 50)) : 7;
      const stop = last && m % 5 !== 0 ? 'end_turn' : null;
      const tool = {
        type: 'tool_use',
        id: session.toolId,
        name: i === 0 ? 'Bash' : 'Task',
        input: {},
      };
      const record = {
        type: 'assistant',
        ...this.#head(session, { ...op, m: m + i }),
        // Some lines of a response lack the request id.
        ...(rid === undefined || (m % 7 === 0 && i !== 1) ? {} : { requestId: rid }),
        ...(n % 37 === 0 ? { attributionSkill: 'reviewer' } : {}),
        ...extra,
        message: {
          ...(mid === undefined ? {} : { id: mid }),
          model,
          stop_reason: stop,
          usage: empty ? { output_tokens: output } : turns(usage, output),
          content: n % 2 === 0 ? [tool] : [{ type: 'text', text: 'ok' }],
        },
      };
      this.#now += i;
      return record;
    });
  }

  /**
   * Two turns, of which one or both or none is beyond the band; together they always are. A few do not
   * say all their counts, so that the whole is judged.
   */
  #longTurns(m: number): Json {
    const turns = [60_000 + 10_000 * (m % 9), 70_000].map((input_tokens) => ({
      type: 'message',
      input_tokens,
      output_tokens: 0,
      cache_creation_input_tokens: 0,
      ...(m % 6 === 5 ? {} : { cache_read_input_tokens: 0 }),
    }));
    const [first, second] = turns.map(({ input_tokens }) => input_tokens) as [number, number];
    return {
      input_tokens: first + second,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation: {},
      iterations: turns,
    };
  }

  #iteration(n: number, model: string): Json {
    const kind = ['advisor_message', 'compaction', 'message'][n % 3]!;
    return {
      type: kind,
      model: n % 2 === 0 ? 'claude-haiku-4-5' : model,
      input_tokens: 10,
      output_tokens: n % 5,
    };
  }

  /** The client's own counter goes on by what the response costs, or a guess. */
  #charge(session: Session, records: readonly Json[]): void {
    const message = records.at(-1)!.message as { model: string; usage: Json };
    const usage = {
      ...noUsage,
      input: Number(message.usage.input_tokens),
      output: Number(message.usage.output_tokens),
      cacheRead: Number(message.usage.cache_read_input_tokens),
    };
    const price = bundledBook().price(usage, message.model, {}, this.#now);
    const usd = price.kind === 'priced' ? nanoToUsd(price.nanoUsd) : 0.0123;
    session.client.set(message.model, (session.client.get(message.model) ?? 0) + usd);
  }

  #assistant(session: Session, op: Op): void {
    const records = this.#response(session, op);
    for (const record of records) this.#write(session.main, op, record);
    session.messages.push(records.at(-1)!);
    this.#charge(session, records);
  }

  #agentFile(session: Session, op: Op): File {
    const aid = `a${op.m % 3}`;
    const known = session.agents.get(aid);
    if (known !== undefined) return known;
    const place = [
      `p/${session.sid}/subagents/agent-${aid}.jsonl`,
      `p/agent-${session.sid}${aid}.jsonl`,
      `p/${session.sid}/subagents/workflows/wf_1/agent-${aid}.jsonl`,
    ][op.n % 3]!;
    const file = this.#file(place);
    session.agents.set(aid, file);
    return file;
  }

  #agent(session: Session, op: Op): void {
    const aid = `a${op.m % 3}`;
    const named = op.n % 5 === 0 ? {} : { agentId: aid };
    // A flat file's name says nothing of the session, so these records always name it.
    const extra = { isSidechain: true, sessionId: session.sid, ...named };
    const records = this.#response(session, op, extra);
    this.#charge(session, records);
    const how = op.n % 4;
    if (how === 0) {
      for (const record of records) this.#write(session.main, op, record);
      return;
    }
    if (how >= 2) for (const record of records) this.#progress(session, op, record, aid);
    if (how <= 2) {
      const file = this.#agentFile(session, op);
      for (const record of records) this.#write(file, op, record);
    }
  }

  /** A copy of a subagent's record inside the parent's transcript. */
  #progress(session: Session, op: Op, inner: Json, agentId: string): void {
    this.#write(session.main, op, {
      type: 'progress',
      ...this.#head(session, op),
      data: { type: 'agent_progress', agentId, message: inner },
    });
  }

  /** A side chain that repeats a main-thread message, under the same or another request id. */
  #replay(session: Session, op: Op): void {
    const original = session.messages[op.n % Math.max(1, session.messages.length)];
    if (original === undefined) return;
    const message = original.message as Json;
    const usage = { ...(message.usage as Json), output_tokens: op.m % 200 };
    const copy: Json = {
      ...original,
      uuid: this.#id('u'),
      requestId: op.n % 3 === 0 ? original.requestId : this.#id('req_'),
      isSidechain: true,
      agentId: `a${op.m % 3}`,
      sessionId: session.sid,
      message: { ...message, usage, stop_reason: op.m % 2 === 0 ? 'end_turn' : null },
    };
    if (op.n % 4 === 0) this.#write(session.main, op, copy);
    else if (op.n % 4 === 1) this.#progress(session, op, copy, `a${op.m % 3}`);
    else this.#write(this.#agentFile(session, op), op, copy);
  }

  /** A new session that begins with the records of another up to some point. */
  #fork(parent: Session, op: Op): void {
    const session = this.#session();
    if (op.m % 3 !== 0) {
      this.#write(session.main, op, { type: 'queue-operation', ...this.#head(session, op, false) });
    }
    const until = op.n % (parent.main.lines.length + 1);
    const copied = parent.main.lines.slice(0, until).filter(({ record }) => {
      if (record === undefined || record.type === 'cost-state') return false;
      return record.uuid !== undefined || op.m % 4 === 0;
    });
    for (const line of copied) {
      session.main.lines.push({ ...line, record: this.#copied(line.record!, parent, session, op) });
      if (line.record?.type === 'assistant' && line.record.isSidechain !== true) {
        session.messages.push(line.record);
      }
    }
    session.client = new Map(op.m % 5 === 0 ? [] : parent.client);
  }

  /** A record as a fork has it: newer clients say who made the request, some copies lose its id. */
  #copied(record: Json, parent: Session, session: Session, { n, m }: Op): Json {
    const { requestId, ...rest } = record;
    const lost = m % 6 === 1;
    return {
      ...rest,
      ...(requestId === undefined || lost ? {} : { requestId }),
      ...(n % 5 === 0 && record.type === 'assistant'
        ? { requestSessionId: record.requestSessionId ?? parent.sid }
        : {}),
      sessionId: session.sid,
    };
  }

  #costState(session: Session, { n, m }: Op): void {
    const hidden = n % 3 === 0 ? 0 : (n % 100) / 1000;
    session.client.set('claude-haiku-4-5', (session.client.get('claude-haiku-4-5') ?? 0) + hidden);
    const costs = [...session.client];
    const total = costs.reduce((sum, [, usd]) => sum + usd, 0);
    this.#write(session.main, { n, m } as Op, {
      type: 'cost-state',
      sessionId: session.sid,
      totalCostUSD: m % 11 === 0 ? total / 2 : total,
      modelUsage: Object.fromEntries(costs.map(([model, costUSD]) => [model, { costUSD }])),
      ...(n % 13 === 0 ? { hasUnknownModelCost: true } : {}),
    });
  }

  #title(session: Session, op: Op): void {
    const text = `title ${op.n % 20}`;
    const title = [
      { type: 'custom-title', customTitle: text },
      { type: 'ai-title', aiTitle: text },
      { type: 'summary', summary: text },
      { type: 'summary', summary: text, leafUuid: this.#someUuid(op) },
    ][op.n % 4]!;
    this.#write(session.main, op, {
      ...title,
      ...(op.m % 2 === 0 ? { sessionId: session.sid } : {}),
    });
  }

  #event(session: Session, op: Op): void {
    const head = this.#head(session, op);
    const result = { type: 'tool_result', tool_use_id: session.toolId || 'none', is_error: true };
    const event: Json[] = [
      { type: 'system', subtype: 'api_error', error: { status: 529 }, ...head },
      {
        type: 'system',
        subtype: 'compact_boundary',
        compactMetadata: { trigger: 'auto' },
        ...head,
      },
      { type: 'user', message: { content: [result] }, ...head },
      { type: 'user', toolUseResult: { searchCount: 2 }, message: { content: [] }, ...head },
      { type: 'user', message: { content: '[Request interrupted by user]' }, ...head },
      {
        type: 'assistant',
        isApiErrorMessage: true,
        apiErrorStatus: 429,
        message: { model: '<synthetic>', usage: {}, content: [] },
        ...head,
      },
      { type: 'pr-link', prUrl: `https://example.com/pull/${op.n % 3}`, ...head },
    ];
    this.#write(session.main, op, event[op.n % event.length]!);
  }

  /** The result of a subagent's run names its agent. */
  #link(session: Session, op: Op): void {
    this.#write(session.main, op, {
      type: 'user',
      ...this.#head(session, op),
      toolUseResult: { agentId: `a${op.m % 3}`, totalTokens: 99_999, usage: { output_tokens: 5 } },
      message: { content: [{ type: 'tool_result', tool_use_id: session.toolId || 'none' }] },
    });
  }

  #rubbish(session: Session, op: Op): void {
    const bad = (usage: unknown, model?: string): string =>
      JSON.stringify({ type: 'assistant', sessionId: session.sid, message: { model, usage } });
    const raw = [
      'no json at all',
      '[1, 2]',
      '{"a": 1}',
      '',
      '   ',
      bad({ output_tokens: -1 }, 'claude-opus-4-8'),
      bad({ output_tokens: 5 }),
      bad({ output_tokens: 5 }, 'claude-opus-4-8'),
      '{"type":"cost-state","totalCostUSD":"much"}',
      '{"type":"assistant","message":{',
    ][op.n % 10]!;
    if (op.m % 5 === 0) session.main.bom = true;
    if (op.m % 7 === 0) session.main.torn = true;
    if (op.m % 3 === 0) session.main.open = true;
    session.main.lines.push({ record: undefined, raw, style: op.m % 24 });
  }

  /** The transcript once more, as far as it got: another folder, or another account. */
  #copy(session: Session, op: Op): void {
    const path = op.n % 2 === 0 ? session.main.path : `q/${session.sid}.jsonl`;
    const root = op.n % 2 === 0 ? 'b' : 'a';
    if (this.files.some((file) => file.root === root && file.path === path)) return;
    const file = this.#file(path, root);
    file.lines.push(...session.main.lines.slice(0, op.m % (session.main.lines.length + 1)));
    file.bom = session.main.bom;
  }
}
