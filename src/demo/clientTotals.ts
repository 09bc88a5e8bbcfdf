/** Usage of one response as a transcript has it. */
export interface DemoUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation: {
    readonly ephemeral_1h_input_tokens: number;
    readonly ephemeral_5m_input_tokens: number;
  };
}

interface Rates {
  readonly input: number;
  readonly write5m: number;
  readonly write1h: number;
  readonly read: number;
  readonly output: number;
}

/**
 * Dollars for a million tokens: what the client of the demo believes when it writes its own running
 * total. It is a copy on purpose: the demo plays Claude Code, and that does not ask Outlay.
 */
const rates: Readonly<Record<string, Rates>> = {
  'claude-opus-5-5': { input: 4, write5m: 5, write1h: 8, read: 0.2, output: 20 },
  'claude-sonnet-5-5': { input: 2, write5m: 2.5, write1h: 4, read: 0.1, output: 10 },
  'claude-haiku-5-5': { input: 0.1, write5m: 0.125, write1h: 0.2, read: 0.01, output: 0.5 },
  'claude-opus-5': { input: 5, write5m: 6.25, write1h: 10, read: 0.5, output: 25 },
  'claude-sonnet-5': { input: 2, write5m: 2.5, write1h: 4, read: 0.2, output: 10 },
  'claude-haiku-4-5': { input: 1, write5m: 1.25, write1h: 2, read: 0.1, output: 5 },
};
const unknownModel: Rates = { input: 0, write5m: 0, write1h: 0, read: 0, output: 0 };

/** From this prompt size on, every token of a Haiku 5.5 request costs five times as much. */
const haikuBand = 100_000;

function costOf(model: string, usage: DemoUsage): number {
  const rate = rates[model] ?? unknownModel;
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

const nothing = {
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
type ModelTotal = typeof nothing;

/** What an invented client has counted so far, model by model: its `cost-state`. */
export class ClientTotals {
  readonly #byModel = new Map<string, ModelTotal>();

  #of(model: string): ModelTotal {
    let sum = this.#byModel.get(model);
    if (sum === undefined) {
      sum = { ...nothing };
      this.#byModel.set(model, sum);
    }
    return sum;
  }

  count(model: string, usage: DemoUsage): void {
    const sum = this.#of(model);
    sum.inputTokens += usage.input_tokens;
    sum.outputTokens += usage.output_tokens;
    sum.cacheReadInputTokens += usage.cache_read_input_tokens;
    sum.cacheCreationInputTokens += usage.cache_creation_input_tokens;
    sum.cacheCreationEphemeral5mInputTokens += usage.cache_creation.ephemeral_5m_input_tokens;
    sum.cacheCreationEphemeral1hInputTokens += usage.cache_creation.ephemeral_1h_input_tokens;
    sum.costUSD += costOf(model, usage);
  }

  /** Takes in what another has counted. */
  add(other: ClientTotals): void {
    for (const [model, theirs] of other.#byModel) {
      const mine = this.#of(model);
      for (const key of Object.keys(nothing) as (keyof ModelTotal)[]) mine[key] += theirs[key];
    }
  }

  /** Dollars over all models. */
  get usd(): number {
    let usd = 0;
    for (const { costUSD } of this.#byModel.values()) usd += costUSD;
    return usd;
  }

  get modelUsage(): Readonly<Record<string, ModelTotal>> {
    return Object.fromEntries(this.#byModel);
  }
}
