import { l10n } from 'vscode';
import { usdToNano } from '../../model/money.ts';
import type { InsightJson } from '../../reports/insights/optimizeJson.ts';
import { agentName } from '../text/agentName.ts';
import type { Format } from '../text/format.ts';
import { modelName, oneLine } from '../text/names.ts';

/** A fact of an insight's evidence by its name; '' for one it does not have. */
export type Facts = (name: string) => string;

/** The evidence of an insight as a person reads it. */
export function evidenceByName({ evidence }: Pick<InsightJson, 'evidence'>, format: Format): Facts {
  const texts = new Map(evidence.map((each) => [each.name, evidenceText(each, format)]));
  return (name) => texts.get(name) ?? '';
}

/** A value of the evidence: dollars at today's rate, text of transcripts on one line. */
export function evidenceText(
  { name, value, unit }: InsightJson['evidence'][number],
  format: Format,
): string {
  if (typeof value === 'string') {
    return name === 'model'
      ? modelName(value)
      : name === 'agent'
        ? agentLabel(value)
        : short(value);
  }
  switch (unit) {
    case 'usd':
      return format.money(usdToNano(value), Date.now());
    case 'tokens':
      return format.tokens(value);
    case 'percent':
      return format.percent(value);
    default:
      return format.number(value, Number.isInteger(value) ? 0 : 1);
  }
}

/** Longest name in a sentence. */
const longestName = 60;

/** What an agent is called in a sentence. */
export function agentLabel(agent: string): string {
  return agentName(agent, longestName);
}

function short(text: string): string {
  return oneLine(text, longestName);
}

/** What was found, in a sentence. */
export function insightTitle(insight: InsightJson, format: Format): string {
  const fact = evidenceByName(insight, format);
  const agent = agentLabel(insight.agent ?? 'main');
  switch (insight.kind) {
    case 'small-runs':
      return l10n.t('{0}: {1} small runs on {2}', agent, fact('runs'), fact('model'));
    case 'top-tier':
      return l10n.t('{0}: {1} runs on the top tier, {2}', agent, fact('runs'), fact('model'));
    case 'cache-share':
      return l10n.t('{0}: only {1} of the prompts from the cache', agent, fact('cacheShare'));
    case 'tiny-agents':
      return fact('batches') === '1'
        ? l10n.t('{0}: {1} tiny runs that one could have done', agent, fact('runs'))
        : l10n.t(
            '{0}: {1} tiny runs that {2} could have done',
            agent,
            fact('runs'),
            fact('batches'),
          );
    case 'context-bloat':
      return fact('sessions') === '1'
        ? l10n.t('1 session went on with a long context')
        : l10n.t('{0} sessions went on with a long context', fact('sessions'));
    case 'first-prefix':
      return insight.agent === 'main'
        ? l10n.t('Sessions begin with {0} tokens', fact('firstPromptTokens'))
        : l10n.t('{0} begins with {1} tokens', agent, fact('firstPromptTokens'));
    case 'failures':
      return l10n.t('{0}: something went wrong in {1} of the runs', agent, fact('failureRate'));
    case 'effort':
      return l10n.t('{0}: {1} small runs with high effort', agent, fact('runs'));
    case 'deterministic':
      return l10n.t('{0} prompts an editor’s own command could have done', fact('prompts'));
  }
}

/** What to do, in a sentence. */
export function insightAdvice(insight: InsightJson): string {
  const { action, kind, agent } = insight;
  if (action.kind === 'agent-model') {
    return l10n.t('Give {0} the model {1}.', agentLabel(action.agent), short(action.model));
  }
  if (action.kind === 'view-failures') return l10n.t('Look at the runs that failed.');
  switch (kind) {
    case 'small-runs':
    case 'top-tier':
      return l10n.t('Switch with "/model {0}" before small tasks.', cheaperFamily(insight));
    case 'cache-share':
      return cacheRemedy(firstCause(insight));
    case 'tiny-agents':
      return l10n.t(
        'Ask for one agent with a list of tasks instead of one agent for each: {0}.',
        agentLabel(agent ?? ''),
      );
    case 'context-bloat':
      return l10n.t(
        'Use /compact once a piece of work is done, /clear where the next one needs nothing of it.',
      );
    case 'first-prefix':
      return agent === 'main'
        ? l10n.t(
            'Shorten CLAUDE.md and what it imports, and switch off MCP servers a project does not need; "/context" lists them.',
          )
        : l10n.t(
            'Shorten the prompt of {0} and name only the tools it needs.',
            agentLabel(agent ?? ''),
          );
    case 'effort':
      return l10n.t('Lower the effort with "/effort" for small tasks.');
    case 'deterministic':
      return l10n.t(
        'Use "Format Document", "Organize Imports", "Rename Symbol" or the linter’s own fix.',
      );
    case 'failures':
      return action.text;
  }
}

function cheaperFamily({ evidence }: InsightJson): string {
  return short(String(evidence.find(({ name }) => name === 'repricedWith')?.value ?? ''));
}

/** The cause of missed caches that stands first: the most expensive that can be avoided. */
function firstCause({ evidence }: InsightJson): string {
  const first = evidence.find(({ name }) => isCause(name));
  return first === undefined ? 'first-write' : causeOf(first.name);
}

function isCause(name: string): boolean {
  return /^[a-z-]+(Times|Cost)$/.test(name);
}

function causeOf(name: string): string {
  return name.replace(/(Times|Cost)$/, '');
}

function cacheRemedy(cause: string): string {
  switch (cause) {
    case 'expired':
      return l10n.t(
        'Go on within the life of the cache, or start with /clear after a long pause instead of sending everything anew.',
      );
    case 'model-switch':
      return l10n.t('Stay with one model in a session: a cache belongs to its model.');
    case 'compaction':
      return l10n.t('Compact rarely, at the end of a piece of work.');
    case 'prefix-change':
      return l10n.t(
        'Leave memory files, MCP servers and tools as they are while a session runs: whatever changes at the front is sent anew.',
      );
    default:
      return l10n.t('Give one agent several tasks: each start writes its prefix anew.');
  }
}

/** One line of evidence: what it is about, and its value. */
export interface EvidenceText {
  readonly label: string;
  readonly value: string;
}

/** The evidence of an insight, line by line; what its title says already is left out. */
export function evidenceTexts(insight: InsightJson, format: Format): EvidenceText[] {
  const fact = evidenceByName(insight, format);
  return insight.evidence.flatMap(({ name, value }): EvidenceText[] => {
    if (name === 'agent' || name === 'mainCause') return [];
    if (name === 'kinds') {
      return String(value)
        .split(', ')
        .map((text) => ({
          label: editKind(text.replace(/ \d+$/, '')),
          value: /\d*$/.exec(text)![0],
        }));
    }
    if (isCause(name)) {
      if (name.endsWith('Cost')) return [];
      const cause = causeOf(name);
      const cost = fact(`${cause}Cost`);
      return [{ label: causeName(cause), value: l10n.t('{0} times, {1}', fact(name), cost) }];
    }
    return [{ label: evidenceLabel(name), value: fact(name) }];
  });
}

function causeName(cause: string): string {
  const names: Readonly<Record<string, () => string>> = {
    'first-write': () => l10n.t('First writes'),
    expired: () => l10n.t('Pauses longer than the cache lives'),
    'model-switch': () => l10n.t('Switches of the model'),
    compaction: () => l10n.t('Compactions'),
    'prefix-change': () => l10n.t('Changes of the prefix'),
  };
  return names[cause]?.() ?? cause;
}

function editKind(kind: string): string {
  const names: Readonly<Record<string, () => string>> = {
    format: () => l10n.t('Format'),
    imports: () => l10n.t('Imports'),
    rename: () => l10n.t('Rename'),
    'lint-fix': () => l10n.t('Fix what a linter finds'),
    'remove-logging': () => l10n.t('Remove logging'),
  };
  return names[kind]?.() ?? kind;
}

function evidenceLabel(name: string): string {
  const labels: Readonly<Record<string, () => string>> = {
    model: () => l10n.t('Model'),
    repricedWith: () => l10n.t('Repriced with'),
    runs: () => l10n.t('Runs'),
    costPerRun: () => l10n.t('Cost of a run'),
    outputPerRun: () => l10n.t('Output of a run, tokens'),
    messagesPerRun: () => l10n.t('Messages of a run'),
    cacheShare: () => l10n.t('From the cache'),
    promptTokens: () => l10n.t('Prompts, tokens'),
    batches: () => l10n.t('Batches'),
    cacheWriteTokensPerRun: () => l10n.t('Cache writes of a run, tokens'),
    sessions: () => l10n.t('Sessions'),
    messagesAfter: () => l10n.t('Messages sent with it'),
    contextTokens: () => l10n.t('Context on average, tokens'),
    paysAfterMessages: () => l10n.t('Messages after which /compact pays'),
    firstPromptTokens: () => l10n.t('First request, tokens'),
    beyondTokens: () => l10n.t('Beyond the usual, tokens'),
    threads: () => l10n.t('Threads'),
    messages: () => l10n.t('Messages'),
    failedRuns: () => l10n.t('Runs in which something went wrong'),
    failureRate: () => l10n.t('Share of all runs'),
    apiErrors: () => l10n.t('Errors of the API'),
    toolErrors: () => l10n.t('Errors of tools'),
    interrupted: () => l10n.t('Interruptions'),
    runsWithLess: () => l10n.t('Runs with less effort'),
    costPerRunWithLess: () => l10n.t('Cost of a run with less effort'),
    prompts: () => l10n.t('Prompts'),
  };
  return labels[name]?.() ?? name;
}

/** How much of what there is was looked at. */
export function coverageText({ coverage }: InsightJson, format: Format): string {
  const { seen, all, noun } = coverage;
  const some = format.count(seen);
  const of = format.count(all);
  switch (noun) {
    case 'session':
      return l10n.t('{0} of {1} sessions', some, of);
    case 'thread':
      return l10n.t('{0} of {1} threads', some, of);
    case 'prompt':
      return l10n.t('{0} of {1} prompts', some, of);
    case 'small run':
      return l10n.t('{0} of {1} small runs', some, of);
    case 'tiny run':
      return l10n.t('{0} of {1} tiny runs', some, of);
    default:
      return l10n.t('{0} of {1} runs', some, of);
  }
}
