import type { Insight, InsightAction, ThreadMiss } from '../analysis/insights/insight.ts';

/** English sentences of insights, made of kind and evidence: for reports, JSON and the terminal. */

/** What a program gets of an action: advice with its sentence. */
export type WordedAction =
  | Exclude<InsightAction, { kind: 'advice' }>
  | { readonly kind: 'advice'; readonly text: string };

type MissReason = ThreadMiss['reason'];

const reasonTexts: Readonly<Record<MissReason, string>> = {
  'first-write': 'first writes',
  expired: 'breaks longer than the cache lives',
  'model-switch': 'model switches',
  compaction: 'compactions',
  'prefix-change': 'changes of the beginning',
};

/** What to do about each cause; a first write and a compaction are the price of starting. */
const remedies: Readonly<Record<MissReason, string>> = {
  'first-write':
    'Give one agent several tasks: each new agent writes its prefix to the cache again.',
  expired:
    'Continue before the cache expires, or start with /clear after a long break instead of sending everything again.',
  'model-switch': 'Use one model per session: each model has its own cache.',
  compaction: 'Use /compact rarely, when a piece of work is done.',
  'prefix-change':
    'Leave memory files, MCP servers and tools unchanged while a session runs: after a change at the beginning, everything that follows is sent again.',
};

/** What was found, in a sentence without its full stop. */
export function insightTitle(insight: Insight): string {
  const { agent = 'main', kind } = insight;
  const runs = evidenceOf(insight, 'runs');
  const model = evidenceOf(insight, 'model');
  const percent = (name: string): number => Number(evidenceOf(insight, name)) * 100;
  switch (kind) {
    case 'small-runs':
      return `${agent === 'main' ? 'The main thread' : agent}: ${runs} small runs on ${model}`;
    case 'top-tier':
      return `${agent}: ${runs} runs of a subagent on the top tier (${model})`;
    case 'cache-share':
      return `Only ${Math.floor(percent('cacheShare'))}% of the prompt tokens of ${agentText(agent)} came from the cache`;
    case 'tiny-agents': {
      const batches = evidenceOf(insight, 'batches');
      return `${agent}: ${runs} tiny runs in ${batches} ${batches === 1 ? 'batch' : 'batches'} that one run each could have handled`;
    }
    case 'context-bloat': {
      const sessions = evidenceOf(insight, 'sessions');
      return `${sessions} ${sessions === 1 ? 'session' : 'sessions'} continued with a context of more than 100k tokens where /compact or /clear would have paid off`;
    }
    case 'first-prefix': {
      const thousands = Math.round(Number(evidenceOf(insight, 'firstPromptTokens')) / 1000);
      return `${agent === 'main' ? 'Sessions begin' : `${agent} begins`} with ${thousands}k tokens before any work is done`;
    }
    case 'failures':
      return `Errors in ${Math.round(percent('failureRate'))}% of the runs of ${agentText(agent)}`;
    case 'effort':
      return `${runs} small runs of ${agentText(agent)} on ${model} with high effort`;
    case 'deterministic':
      return `${evidenceOf(insight, 'prompts')} prompts that a formatter, a rename or a codemod could have handled`;
  }
}

/** The action with what a person is to do, where that is a habit or a setting. */
export function wordedAction(insight: Insight): WordedAction {
  const { action } = insight;
  return action.kind === 'advice' ? { kind: 'advice', text: advice(insight) } : action;
}

/** A value of evidence as reports have it: causes in words. */
export function evidenceValue({ name, value }: Insight['evidence'][number]): string | number {
  return name === 'mainCause' ? reasonTexts[value as MissReason] : value;
}

function advice(insight: Insight): string {
  const { agent = 'main', kind } = insight;
  switch (kind) {
    case 'small-runs':
    case 'top-tier':
      return `Switch with "/model ${evidenceOf(insight, 'repricedWith')}" before small tasks.`;
    case 'cache-share':
      return remedies[(evidenceOf(insight, 'mainCause') ?? 'first-write') as MissReason];
    case 'tiny-agents':
      return `Use one ${agent} agent with a list of tasks instead of one agent per task.`;
    case 'context-bloat':
      return 'Use /compact when a piece of work is done, and /clear when the next one does not need its context.';
    case 'first-prefix':
      return agent === 'main'
        ? 'Shorten CLAUDE.md and what it imports, and turn off MCP servers a project does not need ("/context" lists them).'
        : `Shorten the prompt of ${agent} and name only the tools it needs.`;
    case 'failures':
      return '';
    case 'effort':
      return 'Lower the effort ("/effort") for small tasks.';
    case 'deterministic':
      return 'Use "Format Document", "Organize Imports", "Rename Symbol" or the linter\'s own fix.';
  }
}

function evidenceOf({ evidence }: Insight, name: string): string | number | undefined {
  return evidence.find((each) => each.name === name)?.value;
}

/** What an agent is called in a sentence. */
function agentText(agent: string): string {
  return agent === 'main' ? 'the main thread' : agent;
}
