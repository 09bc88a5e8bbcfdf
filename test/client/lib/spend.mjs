/** What Outlay makes of the client's transcripts, read as a program does: index, then ask. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { readUsage } from '../../../src/agents/claude/parse/usage.ts';
import { combineUsage } from '../../../src/model/tokens.ts';
import { parsePriceOverrides } from '../../../src/pricing/parseOverrides.ts';
import { createPriceBook } from '../../../src/pricing/priceBook.ts';
import { openForReading } from '../../../src/store/connection/openStore.ts';
import { messagePages } from '../../../src/store/query/messagePages.ts';
import { StoreReader } from '../../../src/store/query/storeReader.ts';
import { indexOnce } from '../../../src/watchers/indexOnce.ts';

/** Nano-dollars: a millionth of a dollar, which a million roundings cannot reach. */
const tolerance = 1000;

const book = createPriceBook();

export const toNano = (usd) => Math.round(usd * 1e9);

function configFor(claude, { storeFile, configDir = claude.configDir, prices = {} }) {
  return {
    storeFile,
    mode: 'once',
    role: 'terminal',
    configDirs: [configDir],
    rootsSetting: [],
    env: {},
    home: claude.home,
    priceOverrides: prices,
    storeTitles: true,
    polling: 'auto',
    paused: false,
  };
}

/**
 * @typedef {object} SessionSpend
 * @property {import('../../../src/store/query/storeReader.ts').SessionSummary} summary
 * @property {Map<string, number>} models nano-dollars by model, all agents together
 * @property {import('../../../src/store/query/storeReader.ts').AgentSums[]} agents
 * @property {import('../../../src/store/query/messagePages.ts').MessagePiece[]} messages earliest
 *   first, without their parts
 * @property {import('../../../src/store/query/messagePages.ts').MessagePiece[]} parts what another
 *   model answered of a message, or what is priced in the upper band
 */

/**
 * Indexes what is new and answers with every session by its id.
 * @param {import('./claude.mjs').Claude} claude
 * @param {string} [store] name of the store's file
 * @param {object} [options]
 * @param {string} [options.configDir] read instead of the client's own
 * @param {object} [options.prices] the setting `outlay.prices`
 * @returns {Promise<Map<string, SessionSpend>>}
 */
export async function readSpend(claude, store = 'outlay.db', options = {}) {
  const storeFile = path.join(claude.home, store);
  const problems = [];
  const { overrides } = parsePriceOverrides(options.prices ?? {});
  const { revision } = createPriceBook(overrides);
  await indexOnce(configFor(claude, { storeFile, ...options }), revision, (message) => {
    if (message.type === 'log' && message.level !== 'info') problems.push(message.text);
  });
  assert.deepEqual(problems, [], 'the indexer warns of nothing');
  const db = openForReading(storeFile);
  if (db === undefined) return new Map();
  const reader = new StoreReader(db);
  try {
    assert.deepEqual(reader.rejected(), [], 'every line could be used');
    return new Map(
      reader.sessions().map((summary) => [summary.sid, sessionSpend(reader, summary)]),
    );
  } finally {
    reader.close();
  }
}

function sessionSpend(reader, summary) {
  const agents = reader.agents(summary.id);
  const models = new Map();
  for (const { model, nano } of agents) models.set(model, (models.get(model) ?? 0) + nano);
  const pieces = [...messagePages(reader.db, undefined)].flat();
  const own = pieces.filter(({ session }) => session === summary.id);
  const messages = own.filter(({ kind }) => kind === 'message');
  const parts = own.filter(({ kind }) => kind === 'part');
  return { summary, models, agents, messages, parts };
}

/** The same without the store's own numbers, which follow the order of reading. */
export function withoutRowNumbers(spend) {
  const plain = ({ summary, models, agents, messages, parts }) => ({
    summary: { ...summary, id: 0 },
    models: [...models].sort(),
    agents: agents.map((agent) => ({ ...agent, session: 0 })).sort(byText),
    messages: messages.map((message) => ({ ...message, ...noKeys })).sort(byText),
    parts: parts.map((part) => ({ ...part, ...noKeys })).sort(byText),
  });
  return [...spend].sort(byText).map(([id, session]) => [id, plain(session)]);
}

const noKeys = { session: 0, agent: 0, model: 0, facet: 0, prompt: 0 };

function byText(a, b) {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

export function assertNear(actual, expected, what) {
  assert.ok(
    Math.abs(actual - expected) < tolerance,
    `${what}: $${actual / 1e9}, the client has $${expected / 1e9}`,
  );
}

/**
 * Asserts that a session comes to what the client itself says, and that what it shows without a
 * message is what the ledger has and no transcript shows.
 * @param {import('./claude.mjs').Claude} claude
 * @param {SessionSpend} spend
 * @param {import('./claude.mjs').Run} run the session's last run
 * @param {object} [options]
 * @param {import('./claude.mjs').Run} [options.from] a fork's parent, as it was when it was forked
 * @param {number} [options.background] requests without a message
 * @param {boolean} [options.cutOff] an answer broke off, whose length the client guesses
 */
export function assertAgrees(claude, spend, run, { from, background = 0, cutOff = false } = {}) {
  const { summary } = spend;
  assert.equal(summary.clientUsd, run.usd, 'the total in the transcript is the one it prints');
  assert.equal(summary.irreconcilable, false);
  assert.equal(summary.unconfirmed, 0, 'nothing is unconfirmed');
  assert.equal(summary.unpriced, 0, 'everything has a price');
  const ours = summary.nano + summary.background;
  assertNear(ours + toNano(from?.usd ?? 0), toNano(run.usd), 'messages and background');
  const hidden = hiddenRequests(claude, spend);
  assert.equal(hidden.length, background, 'requests that no transcript shows');
  const hiddenNano = hidden.reduce((sum, entry) => sum + listPrice(entry), 0);
  const guessedNano = cutOff ? guessedOutput(spend, run) : 0;
  const what = 'background is what the hidden requests cost';
  assertNear(summary.background, hiddenNano + guessedNano, what);
  if (background === 0 && !cutOff) assertModels(spend, run, from);
  assertTokens(claude, spend);
}

/**
 * What the client thinks a broken-off answer was longer than its transcript says, in money.
 * @param {Pick<SessionSpend, 'summary' | 'messages'>} spend
 * @param {{ models: Record<string, { outputTokens: number }> }} run
 * @param {number} [most] tokens it stays below
 */
export function guessedOutput({ summary, messages }, run, most = 10) {
  let nano = 0;
  let tokens = 0;
  for (const [model, { outputTokens }] of Object.entries(run.models)) {
    const shown = messages.filter((message) => message.modelName === book.modelId(model));
    const output = outputTokens - shown.reduce((sum, message) => sum + message.output, 0);
    tokens += output;
    nano += listPrice({ usage: { output_tokens: output }, model, at: summary.endedAt });
  }
  assert.ok(tokens > 0 && tokens < most, `a guess of a few tokens, not ${tokens}`);
  return nano;
}

function assertModels({ models }, run, from) {
  const expected = new Map();
  for (const [name, { costUSD }] of Object.entries(run.models)) {
    const before = from?.models[name]?.costUSD ?? 0;
    const model = book.modelId(name);
    const nano = toNano(costUSD) - toNano(before);
    if (nano > 0) expected.set(model, (expected.get(model) ?? 0) + nano);
  }
  assert.deepEqual([...models.keys()].sort(), [...expected.keys()].sort());
  for (const [model, nano] of expected) assertNear(models.get(model), nano, model);
}

/** Every message that counts has the tokens that the stand-in gave that request. */
function assertTokens(claude, { messages, parts }) {
  const byRequest = new Map(claude.api.ledger.map((entry) => [entry.requestId, entry]));
  for (const own of messages) {
    const message = parts
      .filter(
        ({ requestId, modelName }) => requestId === own.requestId && modelName === own.modelName,
      )
      .reduce((all, part) => combineUsage(all, part), own);
    const { usage, model, outcome } = byRequest.get(own.requestId);
    const { usage: whole } = readUsage(usage, model);
    // The output count stands at the end of a stream; before it the API says 1.
    const expected = outcome === 'answered' ? whole : { ...whole, output: 1 };
    const { input, output, cacheWrite5m, cacheWrite1h, cacheRead, webSearches } = message;
    assert.deepEqual(
      { input, output, cacheWrite5m, cacheWrite1h, cacheRead, webSearches },
      expected,
      own.requestId,
    );
  }
}

/** Requests of a session that were answered in full and that no transcript shows. */
export function hiddenRequests(claude, { summary, messages }) {
  const shown = new Set(messages.map(({ requestId }) => requestId));
  return claude.api.ledger.filter(
    ({ sessionId, outcome, requestId }) =>
      sessionId === summary.sid && outcome === 'answered' && !shown.has(requestId),
  );
}

/** What a request of the ledger costs at list price. */
export function listPrice({ usage: raw, model, at }) {
  const { usage, iterations, speed, geo, tier } = readUsage(raw, model);
  const price = book.price(usage, model, { speed, geo, tier }, at, iterations);
  assert.equal(price.kind, 'priced', model);
  return price.nanoUsd;
}
