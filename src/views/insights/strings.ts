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
        ? l10n.t('{0}: {1} tiny runs that one run could have handled', agent, fact('runs'))
        : l10n.t(
            '{0}: {1} tiny runs that {2} could have handled',
            agent,
            fact('runs'),
            fact('batches'),
          );
    case 'context-bloat':
      return fact('sessions') === '1'
        ? l10n.t('1 session continued with a long context')
        : l10n.t('{0} sessions continued with a long context', fact('sessions'));
    case 'first-prefix':
      return insight.agent === 'main'
        ? l10n.t('Sessions begin with {0} tokens', fact('firstPromptTokens'))
        : l10n.t('{0} begins with {1} tokens', agent, fact('firstPromptTokens'));
    case 'failures':
      return l10n.t('{0}: errors in {1} of the runs', agent, fact('failureRate'));
    case 'effort':
      return l10n.t('{0}: {1} small runs with high effort', agent, fact('runs'));
    case 'deterministic':
      return l10n.t('{0} prompts that an editor command could have handled', fact('prompts'));
  }
}

/** What to do, in a sentence. */
export function insightAdvice(insight: InsightJson): string {
  const { action, kind, agent } = insight;
  if (action.kind === 'agent-model') {
    return l10n.t('Set the model of {0} to {1}.', agentLabel(action.agent), short(action.model));
  }
  if (action.kind === 'view-failures') return l10n.t('Review the runs that failed.');
  switch (kind) {
    case 'small-runs':
    case 'top-tier':
      return l10n.t('Switch with "/model {0}" before small tasks.', cheaperFamily(insight));
    case 'cache-share':
      return cacheRemedy(firstCause(insight));
    case 'tiny-agents':
      return l10n.t(
        'Use one agent with a list of tasks instead of one agent per task: {0}.',
        agentLabel(agent ?? ''),
      );
    case 'context-bloat':
      return l10n.t(
        'Use /compact when a piece of work is done, and /clear when the next one does not need its context.',
      );
    case 'first-prefix':
      return agent === 'main'
        ? l10n.t(
            'Shorten CLAUDE.md and what it imports, and turn off MCP servers a project does not need; "/context" lists them.',
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

/** What to do in a few words: "Run Explore on haiku-5-5". */
export function insightTask(insight: InsightJson): string {
  const { action, kind } = insight;
  const agent = agentLabel(insight.agent ?? 'main');
  const isMain = (insight.agent ?? 'main') === 'main';
  if (action.kind === 'agent-model') {
    return l10n.t('Run {0} on {1}', agentLabel(action.agent), short(modelName(action.model)));
  }
  switch (kind) {
    case 'small-runs':
    case 'top-tier':
      return isMain
        ? l10n.t('Do small tasks on {0}', cheaperFamily(insight))
        : l10n.t('Run {0} on {1}', agent, cheaperFamily(insight));
    case 'cache-share':
      return firstCause(insight) === 'expired'
        ? l10n.t('Keep the cache over breaks')
        : isMain
          ? l10n.t('Let prompts come from the cache')
          : l10n.t('Let prompts of {0} come from the cache', agent);
    case 'tiny-agents':
      return l10n.t('Give {0} a list of tasks instead of one each', agent);
    case 'context-bloat':
      return l10n.t('Start fresh instead of carrying long contexts');
    case 'first-prefix':
      return isMain
        ? l10n.t('Shorten what every session begins with')
        : l10n.t('Shorten the prompt of {0}', agent);
    case 'failures':
      return l10n.t('Find out why {0} fails', agent);
    case 'effort':
      return l10n.t('Lower the effort for small tasks');
    case 'deterministic':
      return l10n.t('Let the editor format, rename and fix');
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
        'Continue before the cache expires, or start with /clear after a long break instead of sending everything again.',
      );
    case 'model-switch':
      return l10n.t('Use one model per session: each model has its own cache.');
    case 'compaction':
      return l10n.t('Use /compact rarely, when a piece of work is done.');
    case 'prefix-change':
      return l10n.t(
        'Leave memory files, MCP servers and tools unchanged while a session runs: after a change at the beginning, everything that follows is sent again.',
      );
    default:
      return l10n.t(
        'Give one agent several tasks: each new agent writes its prefix to the cache again.',
      );
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
    expired: () => l10n.t('Breaks longer than the cache lives'),
    'model-switch': () => l10n.t('Model switches'),
    compaction: () => l10n.t('Compactions'),
    'prefix-change': () => l10n.t('Changes of the beginning'),
  };
  return names[cause]?.() ?? cause;
}

function editKind(kind: string): string {
  const names: Readonly<Record<string, () => string>> = {
    format: () => l10n.t('Format'),
    imports: () => l10n.t('Imports'),
    rename: () => l10n.t('Rename'),
    'lint-fix': () => l10n.t('Fix lint errors'),
    'remove-logging': () => l10n.t('Remove logging'),
  };
  return names[kind]?.() ?? kind;
}

function evidenceLabel(name: string): string {
  const labels: Readonly<Record<string, () => string>> = {
    model: () => l10n.t('Model'),
    repricedWith: () => l10n.t('Repriced with'),
    runs: () => l10n.t('Agent runs'),
    costPerRun: () => l10n.t('Cost per run'),
    outputPerRun: () => l10n.t('Output of a run, tokens'),
    messagesPerRun: () => l10n.t('Messages per run'),
    cacheShare: () => l10n.t('From the cache'),
    promptTokens: () => l10n.t('Prompts, tokens'),
    batches: () => l10n.t('Batches'),
    cacheWriteTokensPerRun: () => l10n.t('Cache writes per run, tokens'),
    sessions: () => l10n.t('Sessions'),
    messagesAfter: () => l10n.t('Messages sent with it'),
    contextTokens: () => l10n.t('Context on average, tokens'),
    paysAfterMessages: () => l10n.t('Messages after which /compact pays off'),
    firstPromptTokens: () => l10n.t('First request, tokens'),
    beyondTokens: () => l10n.t('Tokens beyond the usual'),
    threads: () => l10n.t('Threads'),
    messages: () => l10n.t('Messages'),
    failedRuns: () => l10n.t('Runs with errors'),
    failureRate: () => l10n.t('Share of all runs'),
    apiErrors: () => l10n.t('API errors'),
    toolErrors: () => l10n.t('Tool errors'),
    interrupted: () => l10n.t('Interruptions'),
    runsWithLess: () => l10n.t('Runs at lower effort'),
    costPerRunWithLess: () => l10n.t('Cost per run at lower effort'),
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
