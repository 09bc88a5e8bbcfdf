import type { Alert } from '../dataFolder/alertFile.ts';
import { readAlertState, updateAlertState } from '../dataFolder/alertFile.ts';
import { crypto } from '../platform/lazyBuiltins.ts';
import type { ReportContext } from '../query/context.ts';
import type { AlertRule, AlertSettings, ChannelName } from '../settings/alertSettings.ts';
import { alertKey, type Candidate, decide, due, toldKey } from './decide.ts';
import { budgetCandidates } from './rules/budgets.ts';
import { outlierCandidates } from './rules/outliers.ts';
import { peerCandidates } from './rules/peers.ts';
import { accelerationCandidates, hourCandidates } from './rules/rates.ts';

/** What the rules need of the settings. */
export type RuleSettings = Pick<
  AlertSettings,
  'hourlyUsd' | 'dailyProjectionUsd' | 'exhaustionDays' | 'quiet'
>;

/** What holds just now, told before or not. */
export function findCandidates(context: ReportContext, settings: RuleSettings): Candidate[] {
  const wanted = (rule: AlertRule): boolean => !settings.quiet.includes(rule);
  const some = (...rules: AlertRule[]): boolean => rules.some(wanted);
  const found = [
    ...(some('budget', 'forecast', 'exhaustion') ? budgetCandidates(context, settings) : []),
    ...(some('hourly', 'projection', 'spike') ? hourCandidates(context, settings) : []),
    ...(some('acceleration') ? accelerationCandidates(context) : []),
    ...(some('outlier') ? outlierCandidates(context) : []),
    ...(some('peer') ? peerCandidates(context) : []),
  ];
  return found.filter(({ rule }) => wanted(rule));
}

/** Where an alert is decided upon. */
export interface CheckOptions {
  readonly dataFolder: string;
  readonly settings: RuleSettings;
  /** By which channels it is told. */
  readonly channels: readonly ChannelName[];
  /** Of a store that is not the user's own: what is told of one is not told of the other. */
  readonly storeName?: string;
}

/** What a check came to. */
export interface Checked {
  /** Decided upon just now, by this process and no other. */
  readonly fired: readonly Alert[];
  /** Holds, and was told before or is snoozed. What the text of a fired one says as well is in neither. */
  readonly held: readonly Candidate[];
}

/**
 * Asks the rules and decides, together with all other windows and terminals: what is due is decided upon
 * by one of them. Telling it is `deliverAlerts`.
 */
export function checkAlerts(context: ReportContext, options: CheckOptions): Checked {
  const { dataFolder, settings, channels, storeName = '' } = options;
  const { now } = context;
  const candidates = findCandidates(context, settings).map((each) => ofStore(each, storeName));
  // Most of the time nothing is due: then nothing is locked, nor anybody asked what made most of it.
  const soon = new Set(due(readAlertState(dataFolder), candidates, now));
  if (soon.size === 0) return { fired: [], held: candidates };
  const whole = candidates.map((each) => {
    const cause = soon.has(each) ? each.findCause() : undefined;
    return { ...each, ...(cause !== undefined && { cause }) };
  });
  const newId = (): string => crypto().randomUUID();
  const fired = updateAlertState(dataFolder, (state) => {
    const decided = decide(state, whole, { now, channels, newId });
    return {
      state: decided.fired.length === 0 ? undefined : decided.state,
      result: decided.fired,
    };
  });
  const told = new Set<string | undefined>(fired.map((alert) => alert.told));
  for (const { key, repeat, covers } of candidates) {
    if (told.has(toldKey(key, repeat))) told.add(covers);
  }
  return {
    fired,
    held: candidates.filter(({ key, repeat }) => !told.has(toldKey(key, repeat))),
  };
}

function ofStore(candidate: Candidate, storeName: string): Candidate {
  if (storeName === '') return candidate;
  const { covers } = candidate;
  const key = `${candidate.key} in ${storeName}`;
  if (covers === undefined) return { ...candidate, key };
  const at = covers.lastIndexOf(' @');
  return {
    ...candidate,
    key,
    covers: `${covers.slice(0, at)} in ${storeName}${covers.slice(at)}`,
  };
}

/** An alert nobody has to act upon, to try a channel with. */
export function testAlert(now: number): Alert {
  const key = alertKey('hourly', 'test');
  return {
    id: crypto().randomUUID(),
    at: now,
    key,
    told: key,
    rule: 'hourly',
    level: 'info',
    part: 'test',
    facts: { spent: 0, limit: 0 },
    atLeast: false,
  };
}
