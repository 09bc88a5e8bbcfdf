/**
 * Every name that is sent over OTLP, once. Those that begin with `gen_ai.`, `error.`, `service.` or `vcs.` are
 * OpenTelemetry's; for money and where it goes there is none, so that these begin with `outlay.`.
 */
export const attributeNames = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  responseModel: 'gen_ai.response.model',
  responseId: 'gen_ai.response.id',
  finishReasons: 'gen_ai.response.finish_reasons',
  conversation: 'gen_ai.conversation.id',
  agentName: 'gen_ai.agent.name',
  agentId: 'gen_ai.agent.id',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cacheReadTokens: 'gen_ai.usage.cache_read.input_tokens',
  cacheWriteTokens: 'gen_ai.usage.cache_write.input_tokens',
  cacheCreationTokens: 'gen_ai.usage.cache_creation.input_tokens',
  errorType: 'error.type',
  branch: 'vcs.ref.head.name',
  costUsd: 'outlay.cost.usd',
  costNano: 'outlay.cost.nano_usd',
  kind: 'outlay.kind',
  messages: 'outlay.messages',
  cacheWrite1hTokens: 'outlay.usage.cache_write_1h.input_tokens',
  webSearches: 'outlay.usage.web_searches',
  tier: 'outlay.model.tier',
  project: 'outlay.project',
  account: 'outlay.account',
  title: 'outlay.session.title',
  task: 'outlay.task',
  tags: 'outlay.tags',
  prompt: 'outlay.prompt.id',
  request: 'outlay.request.id',
  effort: 'outlay.effort',
  priceRow: 'outlay.price_row',
  pricedBy: 'outlay.priced_by',
  lowerBound: 'outlay.lower_bound',
  recovered: 'outlay.recovered',
} as const;

/** What each attribute of a span or log record says: for the documentation. */
export const attributeTexts: Readonly<Record<keyof typeof attributeNames, string>> = {
  operation: 'always `chat`',
  provider: 'who made the model, however it was reached: `anthropic`, `openai`, `gcp.gemini` …',
  requestModel: "the model's id",
  responseModel: 'the same: logs name the model that answered',
  responseId: 'id of the response',
  finishReasons: 'why the answer ended, a list of one',
  conversation: 'session',
  agentName: '`main`, or the type of subagent',
  agentId: 'execution of a subagent',
  inputTokens:
    'all input: what came from no cache, what was read from it and what was written to it',
  outputTokens: 'output, thinking included',
  cacheReadTokens: 'part of the input that was read from the cache',
  cacheWriteTokens: 'part of the input that was written to the cache',
  cacheCreationTokens: 'the same by its name before September 2026, which many services know',
  errorType: 'code of the API error',
  branch: 'branch',
  costUsd: 'US dollars; none where there is no price',
  costNano: 'the same in billionths of a dollar, always a whole number: adds up exactly',
  kind: '`message`, `part`, `sum` or `background`, as in [other exports](export.md#columns)',
  messages: 'how many messages it stands for',
  cacheWrite1hTokens: 'part of the input that was written for an hour',
  webSearches: 'searches billed each',
  tier: 'family or grade of the model',
  project: 'hashed without `--include-paths`',
  account: 'its name, else its directory, hashed as projects are',
  title: 'only with `--include-titles`',
  task: 'ticket, pull request or branch the work was for',
  tags: 'list of tags',
  prompt: 'prompt that was answered',
  request: 'id of the request',
  effort: 'effort the request asked for',
  priceRow: 'row of the price catalogue',
  pricedBy: "`catalogue`, `client` (Claude Code's own totals) or `unpriced`",
  lowerBound: 'true where no final output count is recorded: the cost is at least this',
  recovered:
    'true where the request was not logged: a running counter of its agent says what it used',
};

/** Attributes only metrics have. */
export const tokenType = 'gen_ai.token.type';
export const tokenModality = 'gen_ai.token.modality';

/** The event a log record of a message is. */
export const messageEvent = 'gen_ai.client.inference.operation.details';

/** Metrics of the conventions, with what each measures. */
export const genAiMetrics = {
  tokenUsage: {
    name: 'gen_ai.client.token.usage',
    unit: '{token}',
    text: 'tokens of a message; by `gen_ai.token.type`, without messages retention has summed up',
  },
  duration: {
    name: 'gen_ai.client.operation.duration',
    unit: 's',
    text: 'from what was sent to the first record of its answer: an estimate, where the records allow one',
  },
  input: {
    name: 'gen_ai.client.inference.usage.input_tokens',
    unit: '{token}',
    text: 'all input, caches included',
  },
  output: {
    name: 'gen_ai.client.inference.usage.output_tokens',
    unit: '{token}',
    text: 'output, thinking included',
  },
  cacheRead: {
    name: 'gen_ai.client.inference.usage.cache_read.input_tokens',
    unit: '{token}',
    text: 'part of the input that was read from the cache',
  },
  cacheWrite: {
    name: 'gen_ai.client.inference.usage.cache_write.input_tokens',
    unit: '{token}',
    text: 'part of the input that was written to the cache',
  },
} as const;
