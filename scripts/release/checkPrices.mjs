/**
 * Compares the price catalogues with what others publish as packages: rates with the data files of
 * `@earendil-works/pi-ai`, model ids and the days models end with `@anthropic-ai/sdk`. Prints every
 * difference by name and fails on those nobody has explained below.
 *
 *     npm run check:prices [-- PI_AI_VERSION [SDK_VERSION]]     e.g. `latest latest`
 *
 * Needs the network and Node 24, which `npm run` brings. Nothing in the product does.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listPrices } from '../../src/pricing/listPrices.ts';
import { createPriceBook } from '../../src/pricing/priceBook.ts';
import { isOtherVendors } from '../../src/pricing/rateTable.ts';

const [piAiVersion = '1.6.0', sdkVersion = '1.14.0'] = process.argv.slice(2);

/** Differences that are understood: which, and why they are not our mistake. */
const explained = [
  {
    names: /^(anthropic|amazon-bedrock) \S*claude-sonnet-4(-5)?(-\d{8}(-v1:0)?)? band$/,
    reason:
      'long prompts on Sonnet 4 and 4.5 need the 1M beta, whose price pi-ai has only in the rows of the Vercel gateway, and there it is ours',
  },
  {
    names: /^github-copilot gpt-5\.6-luna /,
    reason: 'Copilot lets the band of this model begin at 200,000 tokens, OpenAI at 272,000',
  },
  {
    names: /^github-copilot grok-4\.5 /,
    reason: 'Copilot has other cache reads of this model than xAI, whose own price is ours',
  },
];

const classes = {
  input: 'input',
  output: 'output',
  cacheRead: 'cacheRead',
  cacheWrite: 'cacheWrite5m',
};
const noUsage = {
  input: 0,
  output: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  cacheRead: 0,
  webSearches: 0,
};

const book = createPriceBook();
/** @type {{ key: string, text: string }[]} */
const differences = [];
let compared = 0;

const work = mkdtempSync(join(tmpdir(), 'outlay-prices-'));
try {
  const piAi = unpack('@earendil-works/pi-ai', piAiVersion);
  const sdk = unpack('@anthropic-ai/sdk', sdkVersion);
  const data = join(piAi, 'dist', 'providers', 'data');
  const { generatedAt } = readJson(join(data, '.manifest.json'));
  for (const file of ['anthropic', 'amazon-bedrock', 'vercel-ai-gateway']) {
    compareRates(file, readJson(join(data, `${file}.json`)), Date.parse(generatedAt));
  }
  for (const file of ['openai', 'google', 'xai', 'moonshotai', 'github-copilot']) {
    compareVendor(file, readJson(join(data, `${file}.json`)), Date.parse(generatedAt));
  }
  compareIds(readFileSync(join(sdk, 'resources', 'messages', 'messages.d.ts'), 'utf8'));
  compareEnds(readFileSync(join(sdk, 'internal', 'data', 'deprecated-models.js'), 'utf8'));
  console.log(`catalogue of ${book.catalogueDate} against pi-ai ${piAiVersion} (${generatedAt})`);
  console.log(`and @anthropic-ai/sdk ${sdkVersion}: ${compared} comparisons`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

const unexplained = differences.filter(({ key }) =>
  explained.every(({ names }) => !names.test(key)),
);
for (const { text } of unexplained) console.log(`DIFFERS: ${text}`);
for (const { names, reason } of explained) {
  const known = differences.filter(({ key }) => names.test(key));
  if (known.length === 0) console.log(`no longer differs, so needs no explanation: ${names}`);
  else console.log(`explained, ${reason}:`);
  for (const { text } of known) console.log(`  ${text}`);
}
console.log(`${differences.length} differences, ${unexplained.length} of them unexplained`);
process.exitCode = unexplained.length === 0 ? 0 : 1;

/** Every Claude model of one provider, priced through our own book by the provider's id. */
function compareRates(provider, byApi, atMs) {
  const models = Object.values(byApi)
    .flatMap((entries) => Object.values(entries))
    .filter(({ id, cost }) => id.includes('claude') && cost !== undefined);
  if (models.length === 0) differ(`${provider} models`, `${provider} lists no Claude model`);
  for (const { id, cost } of models) {
    // A gateway sells fast mode and batches as models of their own; we see them as traits.
    const [, base, variant] = /^(.*?)(?:-(fast|batch))?$/.exec(id) ?? [];
    const traits = {
      speed: variant === 'fast' ? 'fast' : 'standard',
      tier: variant === 'batch' ? 'batch' : 'standard',
    };
    compareBand(`${provider} ${id}`, cost, (usage) => book.price(usage, base, traits, atMs), 0);
    for (const tier of cost.tiers ?? []) {
      compareBand(
        `${provider} ${id} above ${tier.inputTokensAbove}`,
        tier,
        (usage) => book.price(usage, base, traits, atMs),
        tier.inputTokensAbove + 1,
      );
    }
    compareBands(`${provider} ${id}`, base, cost.tiers ?? [], atMs);
  }
}

/** Every model of a provider that our table of other vendors has, by the provider's id. */
function compareVendor(provider, byApi, atMs) {
  const models = Object.values(byApi)
    .flatMap((entries) => Object.values(entries))
    // A classifier has a price of its own under the name of the model it is made of.
    .filter(({ id, cost, type }) => isOthers(id) && cost !== undefined && type !== 'classifier');
  if (models.length === 0) differ(`${provider} models`, `${provider} lists no model of ours`);
  for (const { id, cost } of models) {
    const price = (usage) => book.price(usage, id, {}, atMs);
    compareBand(`${provider} ${id}`, ratesOf(cost), price, 0);
    for (const tier of cost.tiers ?? []) {
      const above = tier.inputTokensAbove;
      compareBand(`${provider} ${id} above ${above}`, ratesOf(tier), price, above + 1);
    }
    compareBands(`${provider} ${id}`, id, cost.tiers ?? [], atMs);
  }
}

function isOthers(id) {
  const model = book.ratesOf(id);
  return model !== undefined && isOtherVendors(model);
}

/** There a class without a rate of its own costs 0. */
function ratesOf(cost) {
  return Object.fromEntries(Object.entries(cost).filter(([, rate]) => rate !== 0));
}

/** Rates as the price of a thousand tokens more on a prompt of a given length. */
function compareBand(where, rates, price, promptTokens) {
  const start = { ...noUsage, input: promptTokens };
  for (const [theirName, ourName] of Object.entries(classes)) {
    if (rates[theirName] === undefined) continue;
    compared += 1;
    const more = price({ ...start, [ourName]: start[ourName] + 1000 });
    const less = price(start);
    if (more.kind === 'unpriced' || less.kind === 'unpriced') {
      differ(`${where} missing`, `${where}: we have no price`);
      return;
    }
    const ours = (more.nanoUsd - less.nanoUsd) / 1e6;
    if (Math.abs(ours - rates[theirName]) > 1e-9) {
      differ(
        `${where} ${ourName}`,
        `${where} ${ourName}: ours ${ours}, theirs ${rates[theirName]}`,
      );
    }
  }
}

/** A long-context band we have and they have not. */
function compareBands(where, model, tiers, atMs) {
  const id = book.modelId(model);
  const today = new Date(atMs).toISOString().slice(0, 10);
  const now = listPrices(book).find(
    (row) =>
      row.model === id && (row.until === null || row.until > today) && (row.from ?? '') <= today,
  );
  const threshold = now?.above?.promptTokens;
  if (threshold === undefined) return;
  compared += 1;
  if (!tiers.some((tier) => tier.inputTokensAbove === threshold)) {
    differ(`${where} band`, `${where}: ours has other rates above ${threshold} tokens, theirs not`);
  }
}

/** The ids of the SDK and our models that are not retired must be the same. */
function compareIds(declarations) {
  const union = /export type Model = ([^;]*);/.exec(declarations)?.[1];
  const theirs = [...(union ?? '').matchAll(/'([^']+)'/g)].map((match) => match[1]);
  if (theirs.length === 0) differ('sdk ids', 'the SDK has no Model type with ids in it');
  const rows = listPrices(book).filter(({ provider }) => provider === 'anthropic');
  for (const id of theirs) {
    compared += 1;
    const ours = rows.find((row) => row.model === book.modelId(id));
    if (ours === undefined) differ(`sdk ${id}`, `sdk ${id}: missing in ours`);
    else if (ours.retired) differ(`sdk ${id}`, `sdk ${id}: retired in ours, current in theirs`);
  }
  const current = new Set(rows.filter((row) => !row.retired).map((row) => row.model));
  for (const id of current) {
    compared += 1;
    if (!theirs.includes(id)) differ(`sdk ${id}`, `sdk ${id}: current in ours, missing in theirs`);
  }
}

/** Models the SDK calls deprecated end on the same day in ours, and no others end. */
function compareEnds(module) {
  const theirs = new Map(
    [...module.matchAll(/'(claude-[^']+)': '(\w+ \d+)\w\w, (\d{4})'/g)].map(([, id, day, year]) => [
      book.modelId(id),
      new Date(`${day} ${year} UTC`).toISOString().slice(0, 10),
    ]),
  );
  if (theirs.size === 0) differ('sdk ends', 'the SDK has no list of deprecated models');
  const ours = new Map(
    listPrices(book).flatMap(({ model, ends }) => (ends === null ? [] : [[model, ends]])),
  );
  for (const id of new Set([...theirs.keys(), ...ours.keys()])) {
    compared += 1;
    const [mine, other] = [ours.get(id) ?? 'no end', theirs.get(id) ?? 'no end'];
    if (mine !== other) differ(`sdk ends ${id}`, `sdk ${id}: ours has ${mine}, theirs ${other}`);
  }
}

function differ(key, text) {
  differences.push({ key, text });
}

/** Downloads a package without installing it; the folder its files are in. */
function unpack(name, version) {
  const target = join(work, name.replaceAll('/', '-'));
  mkdirSync(target);
  const npm = process.env.npm_execpath;
  const args = ['pack', `${name}@${version}`, '--pack-destination', target, '--silent'];
  if (npm === undefined) execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  else execFileSync(process.execPath, [npm, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [archive] = readdirSync(target);
  execFileSync('tar', ['-xzf', archive], { cwd: target });
  return join(target, 'package');
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
