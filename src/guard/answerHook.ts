import { join } from 'node:path';
import type { BudgetEntry } from '../dataFolder/budgetFile.ts';
import { audit, holds, useOverride } from '../dataFolder/overrideFile.ts';
import { messageOf } from '../model/errors.ts';
import { usdToNano } from '../model/money.ts';
import { isProject } from '../text/paths.ts';
import { plainText } from '../text/plainText.ts';
import { hookAnswer, nothingToSay, type Reply } from './answer.ts';
import { batchEnded, callBegins, callFailed, promptBegins, type Trip } from './breaker.ts';
import { coldCacheCost, coldCacheText } from './coldCache.ts';
import { type Decision, decide, type Facts, type Limit, type Verdict } from './decide.ts';
import { type GuardConfig, readGuardConfig } from './guardConfig.ts';
import { heardAfter, spawns, unheardIn, unheardText } from './heardCalls.ts';
import { type HookInput, isGuardEvent, parseHookInput } from './hookInput.ts';
import { budgetsOf, type GuardMachine, type Judgement, judge, lazyBook } from './judge.ts';
import {
  acts,
  agentsLimit,
  breakerLimit,
  hopsLimit,
  personText,
  startedLimit,
  tripText,
  unpricedLimit,
} from './limits.ts';
import { type AgentCount, countAgents } from './liveAgents.ts';
import { findOwnFiles, metaOf, type OwnFiles, outstanding } from './ownTranscripts.ts';
import { allStates, forgetOldStates, type SessionState, updateState } from './sessionState.ts';

/** Other sessions count agents that were at work so lately. */
const otherSessionMs = 30 * 60_000;

/** Somebody who was asked has answered by then. */
const longestAskMs = 10 * 60_000;

/** How the guard was installed. */
export interface GuardOptions {
  /** Installed with `--strict`: what the settings say may not be readable. */
  readonly strict: boolean;
  /**
   * `http`: asked over HTTP, about single calls; `beside`: by a process, which sees to it that the
   * server is asked about them. Undefined where processes answer everything.
   */
  readonly transport?: 'http' | 'beside' | undefined;
}

/**
 * Answers a hook: the text to print. Nothing is printed for an event the guard does not know: of some,
 * what is printed goes to the model. Whatever fails, the guard fails open and says so, once a session;
 * in strict mode it refuses.
 */
export function answerHook(
  event: string,
  text: string,
  machine: GuardMachine,
  options: GuardOptions,
): string {
  if (!isGuardEvent(event)) return '';
  const input = parseHookInput(event, text);
  let strict = options.strict;
  try {
    const config = readGuardConfig(machine.dataFolder);
    if (!config.enabled) return '{}';
    strict ||= config.guardStrict;
    if (input === undefined) throw new Error('what Claude Code sent cannot be read');
    // Agents are left to the process, which is asked beside the server and may wait.
    if (options.transport === 'http' && spawns(input)) return '{}';
    const mode = { strict, transport: options.transport };
    return JSON.stringify(hookAnswer(event, answer(input, config, machine, mode)));
  } catch (error) {
    const cannot = messageOf(error);
    if (input === undefined && event !== 'UserPromptSubmit' && event !== 'PreToolUse') return '{}';
    return JSON.stringify(hookAnswer(event, failed(event, input, machine, strict, cannot)));
  }
}

/** What is answered where the guard cannot judge. */
function failed(
  event: HookInput['event'],
  input: HookInput | undefined,
  { dataFolder, now }: GuardMachine,
  strict: boolean,
  why: string,
): Reply {
  const cause = plainText(why).slice(0, 400).replace(/\.$/, '');
  const verdict = strict ? strictVerdict(event) : 'pass';
  const outcome =
    verdict === 'pass' ? 'Nothing is refused until it can.' : 'Strict mode refuses it.';
  const reason = `Outlay: the guard cannot check spending limits (${cause}). ${outcome} "outlay guard status" says more.`;
  let first = true;
  try {
    first = updateState(dataFolder, input?.sessionId ?? 'unknown', now, (state) => {
      const key = `failed ${verdict}`;
      const isNew = !state.warned.includes(key);
      const told = isNew && input?.agentId === '' ? [...state.warned, key] : state.warned;
      const failures = state.failures + 1;
      return { state: { ...state, warned: told, failures }, result: isNew };
    });
  } catch {
    // Nor can it remember that it said so: then with each prompt, and not with each call of a tool.
    first = event === 'UserPromptSubmit' || event === 'SessionStart';
  }
  const warning = first && verdict !== 'block' ? reason : '';
  return { verdict, code: 'GUARD_FAILED', reason, warning };
}

function strictVerdict(event: HookInput['event']): Verdict {
  if (event === 'UserPromptSubmit') return 'block';
  if (event === 'PreModelSwitch') return 'deny';
  return event === 'PreToolUse' || event === 'PostToolBatch' ? 'stop' : 'pass';
}

function answer(
  input: HookInput,
  config: GuardConfig,
  machine: GuardMachine,
  options: GuardOptions,
): Reply {
  const { dataFolder, now } = machine;
  const remember = <T>(work: Parameters<typeof updateState<T>>[3]): T =>
    updateState(dataFolder, input.sessionId, now, (state) => work({ ...state, cwd: input.cwd }));
  switch (input.event) {
    case 'SubagentStop':
      return remember((state) => ({ state: agentEnded(state, input, now), result: nothingToSay }));
    case 'Stop':
      return remember((state) => ({ state, result: nothingToSay }));
    case 'PostToolUseFailure':
      return remember((state) => {
        const breaker = input.call ? callFailed(state.breaker, input.call) : state.breaker;
        return { state: { ...state, breaker }, result: nothingToSay };
      });
    case 'SessionStart':
      forgetOldStates(dataFolder, now);
      return remember((state) => sessionStarts(state, input, config, machine));
    case 'PreModelSwitch':
      return remember((state) => ({
        state,
        result: modelSwitches(input, config, machine, options.strict),
      }));
  }
  if (config.incomplete) {
    throw new Error(`${join(dataFolder, 'config.json')} cannot be read in full`);
  }
  const budgets = budgetsOf(config, machine, input.cwd);
  const own = settledFiles(input, now);
  const book = lazyBook(config, machine, input.transcript);
  const judged = judge(input, own, config, budgets, book, machine);
  return remember((state) => decideIn(state, input, own, judged, config, machine, options));
}

/**
 * The session's transcripts, once the reply is written that the caller has just been given: Claude Code
 * writes it up to a tenth of a second after its tools have begun. Only where it decides whether something
 * dear begins: before the next request, and before an agent starts.
 */
function settledFiles(input: HookInput, now: number): OwnFiles {
  const { event, transcript, agentId } = input;
  const patience =
    event === 'PostToolBatch' ? 160 : event === 'PreToolUse' && spawns(input) ? 100 : 0;
  const pause = 20;
  for (let waited = 0; ; waited += pause) {
    const own = findOwnFiles(transcript);
    if (waited >= patience) return own;
    const thread = { ...own, files: own.files.filter((file) => file.agentId === agentId) };
    if (outstanding(thread, now).length === 0) return own;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
  }
}

function agentEnded(state: SessionState, { agentId }: HookInput, now: number): SessionState {
  if (agentId === '') return state;
  const others = state.ended.filter(({ agent }) => agent !== agentId);
  return {
    ...state,
    ended: [...others, { agent: agentId, at: now }],
    live: Math.max(0, state.live - 1),
  };
}

type Remembered<T> = { readonly state: SessionState; readonly result: T };

/** Before a resume writes an expired cache anew: said at once, or held for the first prompt. */
function sessionStarts(
  state: SessionState,
  { source, cache, transcript }: HookInput,
  config: GuardConfig,
  machine: GuardMachine,
): Remembered<Reply> {
  const resumes = source === 'resume' || source === 'fork';
  if (!resumes || config.guardColdCache === 'off' || cache.expired !== true) {
    return { state, result: nothingToSay };
  }
  const { price } = lazyBook(config, machine, transcript)();
  const cost = coldCacheCost(cache, undefined, price, machine.now);
  if (cost === undefined || cost.nano < usdToNano(config.guardColdCacheUsd)) {
    return { state, result: nothingToSay };
  }
  const text = coldCacheText(cost, 'resume');
  if (config.guardColdCache === 'say') return { state, result: { ...nothingToSay, warning: text } };
  return { state: { ...state, cold: text }, result: nothingToSay };
}

function modelSwitches(
  { cache, transcript }: HookInput,
  config: GuardConfig,
  machine: GuardMachine,
  strict: boolean,
): Reply {
  const { price } = lazyBook(config, machine, transcript)();
  const { toModel } = cache;
  const known =
    toModel === '' || price({ ...oneToken }, toModel, {}, machine.now).kind === 'priced';
  if (strict && !known) {
    const reason = `Outlay: ${plainText(toModel)} has no price, so no limit in dollars would hold. Set one (outlay.prices.overrides), or switch off outlay.guard.strict.`;
    return { verdict: 'deny', code: 'UNPRICED_MODEL', reason, warning: reason };
  }
  if (config.guardColdCache === 'off') return nothingToSay;
  const cost = coldCacheCost(cache, undefined, price, machine.now);
  if (cost === undefined || cost.nano < usdToNano(config.guardColdCacheUsd)) return nothingToSay;
  const text = coldCacheText(cost, { model: toModel });
  if (config.guardColdCache === 'say') return { ...nothingToSay, warning: text };
  return { verdict: 'ask', code: 'COLD_CACHE', reason: text, warning: '' };
}

const oneToken = {
  input: 1,
  output: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  cacheRead: 0,
  webSearches: 0,
};

/** The decision at a prompt, a call or the end of a batch, and what is to be remembered of it. */
function decideIn(
  before: SessionState,
  input: HookInput,
  own: OwnFiles,
  judged: Judgement,
  config: GuardConfig,
  machine: GuardMachine,
  { strict, transport }: GuardOptions,
): Remembered<Reply> {
  const { now, env } = machine;
  const { event, call, promptId, agentId } = input;
  const thread = `${promptId} ${agentId}`;
  const missed = transport === 'beside' && event === 'PostToolBatch' ? unheardIn(before, input) : 0;
  const notification = /^\s*<task-notification>/.test(input.prompt);
  const broken = followBreaker(before, input, judged.spent, notification, config);
  const starts = spawns(input);
  const agents = starts ? countAgents(own, before, now) : undefined;
  const limits: Limit[] = [
    ...judged.limits,
    ...(strict && judged.unpriced && hasMoneyLimit(judged.context.budgets) ? [unpricedLimit] : []),
    ...(agents ? spawnLimits(input, own, agents, judged, config, machine) : []),
    ...[broken.trip && breakerLimit(broken.trip)].filter((limit) => limit !== undefined),
  ];
  const facts: Facts = {
    event,
    spawns: starts,
    notification,
    print: env.CLAUDE_CODE_ENTRYPOINT === 'sdk-cli',
    limits,
    allowed: new Set(
      before.allowed
        .filter(
          ({ prompt }) => prompt === promptId && (prompt !== '' || event !== 'UserPromptSubmit'),
        )
        .map(({ key }) => key),
    ),
    asked: new Set(
      before.asked
        .filter((each) => each.thread === thread && now - each.at < longestAskMs)
        .map(({ key }) => key),
    ),
  };
  const { decision, used } = withExceptions(facts, input, config, machine);
  // A client that names no prompts has one at a time: what was allowed ends with the next.
  const nameless = event === 'UserPromptSubmit' && !notification;
  const allowed = [
    ...before.allowed.filter(({ prompt }) => prompt !== '' || !nameless),
    ...used.map((key) => ({ key, prompt: promptId })),
  ];
  const asked =
    event === 'PostToolBatch'
      ? before.asked.filter((each) => each.thread !== thread)
      : decision.verdict === 'ask'
        ? [...before.asked, ...decision.refusing.map(({ key }) => ({ key, thread, at: now }))]
        : before.asked;
  const lets = decision.verdict === 'pass' || decision.verdict === 'ask';
  const startsNow = agents !== undefined && lets;
  const starting = startsNow
    ? [...agents.starting, { call: call?.id ?? '', at: now }]
    : (agents?.starting ?? before.starting);
  const state: SessionState = {
    ...before,
    allowed,
    asked,
    starting,
    live: agents === undefined ? before.live : agents.live + Number(startsNow),
    breaker: broken.state,
    // Stopping an agent ends it without a word.
    ended: decision.verdict === 'stop' ? agentEnded(before, input, now).ended : before.ended,
    heard: heardAfter(before, input, transport === 'http'),
    missed: before.missed + missed,
  };
  const cold = coldAnswer(state, event, decision.verdict, notification);
  if (cold !== undefined) return cold;
  return speak(state, input, facts, decision, { trip: broken.trip, missed });
}

function followBreaker(
  { breaker }: SessionState,
  { event, call, calls, promptId }: HookInput,
  spent: number,
  notification: boolean,
  { guardBreaker }: GuardConfig,
): { readonly state: SessionState['breaker']; readonly trip: Trip | undefined } {
  if (event === 'UserPromptSubmit') {
    return { state: notification ? breaker : promptBegins(promptId, spent), trip: undefined };
  }
  if (event === 'PostToolBatch')
    return { state: batchEnded(breaker, calls, spent), trip: undefined };
  if (call === undefined) return { state: breaker, trip: undefined };
  return callBegins(breaker, call, spent, guardBreaker);
}

function hasMoneyLimit(budgets: readonly BudgetEntry[]): boolean {
  return budgets.some(
    (entry) => entry.budget.unit.kind === 'usd' && entry.budget.action !== 'notify' && acts(entry),
  );
}

/** Limits of agents that one more would exceed. */
function spawnLimits(
  input: HookInput,
  own: OwnFiles,
  agents: AgentCount,
  { agentBudgets, context }: Judgement,
  { guardMostAgents, guardMaxHops }: GuardConfig,
  { dataFolder, now }: GuardMachine,
): Limit[] {
  const limits: Limit[] = [];
  for (const entry of agentBudgets) {
    const live = agents.live + othersLive(entry, input.sessionId, dataFolder, now);
    if (live >= entry.budget.limit) limits.push(agentsLimit(context, entry, live));
  }
  if (guardMostAgents > 0 && agents.started >= guardMostAgents) {
    limits.push(startedLimit(agents.started, guardMostAgents));
  }
  const depth = input.agentId === '' ? 0 : (metaOf(own, input.agentId)?.depth ?? 1);
  if (guardMaxHops > 0 && depth >= guardMaxHops) limits.push(hopsLimit(depth, guardMaxHops));
  return limits;
}

/** Agents at work in other sessions a budget is about. */
function othersLive(
  { budget: { scope } }: BudgetEntry,
  sid: string,
  dataFolder: string,
  now: number,
): number {
  if (scope.kind !== 'global' && scope.kind !== 'project') return 0;
  return allStates(dataFolder, now)
    .filter((state) => state.sid !== sid && now - state.at < otherSessionMs)
    .filter(
      ({ cwd }) =>
        scope.kind !== 'project' ||
        scope.path === '*' ||
        isProject({ cwd, gitRoot: null }, scope.path),
    )
    .reduce((sum, { live }) => sum + live, 0);
}

/**
 * Decides, and uses up permissions where all that refuses is permitted once: none is used in vain. Each
 * holds for what the prompt it is used for still does.
 */
function withExceptions(
  facts: Facts,
  { sessionId }: HookInput,
  { overrides }: GuardConfig,
  { dataFolder, now }: GuardMachine,
): { readonly decision: Decision; readonly used: string[] } {
  const decision = decide(facts);
  if (decision.verdict === 'pass') return { decision, used: [] };
  const permits = decision.refusing.map(({ key }) =>
    overrides.find(
      (override) =>
        override.kind === 'allow' &&
        override.key === key &&
        holds(override, now) &&
        (!override.session || override.session === sessionId),
    ),
  );
  const used: string[] = [];
  for (const permit of permits) {
    if (permit === undefined || permits.includes(undefined)) break;
    const { id, key, until } = permit;
    if (!useOverride(join(dataFolder, 'config.json'), id, now)) break;
    audit(dataFolder, { at: now, by: 'guard', what: 'used', key, id, until, session: sessionId });
    used.push(key);
  }
  if (used.length === 0) return { decision, used };
  const allowed = new Set([...facts.allowed, ...used]);
  // What lets one agent start is for that one; what lets a prompt through is for all it does.
  const lasting = used.filter((key) => lasts(decision.refusing, key));
  return { decision: decide({ ...facts, allowed }), used: lasting };
}

function lasts(refusing: readonly Limit[], key: string): boolean {
  const limit = refusing.find((each) => each.key === key);
  if (limit === undefined || limit.about === 'spawn') return false;
  return limit.action !== 'halt-agents';
}

/** Holds back the first prompt after a resume, where that was asked for and nothing refuses it anyway. */
function coldAnswer(
  state: SessionState,
  event: HookInput['event'],
  verdict: Verdict,
  notification: boolean,
): Remembered<Reply> | undefined {
  if (event !== 'UserPromptSubmit' || state.cold === '' || verdict !== 'pass' || notification) {
    return undefined;
  }
  const reason = `${state.cold} Send the prompt again to go on.`;
  const reply: Reply = { verdict: 'block', code: 'COLD_CACHE', reason, warning: '' };
  return { state: { ...state, cold: '' }, result: reply };
}

/**
 * Puts a decision into words. A warning is said once; what happens inside an agent is said in the main
 * thread, as nobody sees it there.
 */
function speak(
  state: SessionState,
  { event, agentId, promptId }: HookInput,
  facts: Facts,
  { verdict, limit }: Decision,
  { trip, missed }: { readonly trip: Trip | undefined; readonly missed: number },
): Remembered<Reply> {
  const reason = limit === undefined ? '' : personText(limit, verdict, facts);
  const code = limit?.code ?? nothingToSay.code;
  const warnings: { key: string; text: string }[] = [];
  if (limit !== undefined && (verdict === 'deny' || verdict === 'stop')) {
    const run = limit.about === 'budget' ? '' : promptId;
    warnings.push({ key: `${limit.key} ${limit.period} ${verdict} ${run}`, text: reason });
  }
  if (verdict === 'pass' && event !== 'PostToolBatch') {
    for (const { key, period, text, action, about, remedy } of facts.limits) {
      if (about !== 'budget' || action === 'notify' || facts.allowed.has(key)) continue;
      warnings.push({
        key: `${key} ${period} reached`,
        text: `Outlay: ${text}. ${whatWill[action]} To go on: ${remedy}.`,
      });
    }
    if (trip !== undefined) {
      const text = `Outlay: ${tripText(trip)}. Is it going in circles?`;
      warnings.push({ key: `trip ${trip.sign} ${promptId}`, text });
    }
  }
  if (missed > 0) {
    warnings.push({ key: `missed ${promptId}`, text: unheardText(missed) });
  }
  const known = new Set([...state.warned, ...state.unsaid.map(({ key }) => key)]);
  const fresh = warnings.filter(({ key }) => !known.has(key));
  const unsaid = [...state.unsaid, ...fresh];
  if (agentId !== '' || verdict === 'block') {
    return { state: { ...state, unsaid }, result: { verdict, code, reason, warning: '' } };
  }
  const warning = unsaid.map(({ text }) => text).join(' ');
  const warned = [...state.warned, ...unsaid.map(({ key }) => key)];
  return { state: { ...state, warned, unsaid: [] }, result: { verdict, code, reason, warning } };
}

const whatWill = {
  notify: '',
  ask: 'Every further step asks first.',
  'halt-agents': 'New agents are refused.',
  'block-prompts': 'New prompts and agents are refused.',
  stop: 'Everything further is refused.',
} as const;
