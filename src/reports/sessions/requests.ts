import { percentile } from '../../analysis/statistics/percentile.ts';
import { nanoToUsd } from '../../model/money.ts';
import type { RequestEvent } from '../../model/requests/requestEvent.ts';
import type { RequestKind } from '../../model/requests/requestKind.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { count } from '../../query/context.ts';
import {
  type BackgroundKind,
  backgroundKinds,
  isTold,
} from '../../store/query/requests/backgroundItems.ts';
import { keptRequests, requestEvents } from '../../store/query/requests/requestEvents.ts';
import type { SessionSummary } from '../../store/query/storeReader.ts';
import type { KeptRequest } from '../../store/schema/keptRequest.ts';
import type { Table } from '../document/document.ts';

/** What exact mode knows of a session. */
export interface SessionRequests {
  readonly events: readonly RequestEvent[];
  /** How many were downsampled with their messages: they count, but nothing else is known of them. */
  readonly summedUp: readonly KeptRequest[];
  /** By request id. */
  readonly byRequest: ReadonlyMap<string, RequestEvent>;
  readonly kinds: readonly BackgroundKind[];
  /** Background that no request explains, in nano-dollars. */
  readonly unexplained: number;
}

/** What telemetry told of a session and its requests; undefined where it told nothing. */
export function sessionRequests(
  db: SqlDatabase,
  { id, sid, background }: SessionSummary,
): SessionRequests | undefined {
  const events = requestEvents(db, [sid]);
  const summedUp = keptRequests(db, [sid]);
  const kinds = backgroundKinds(db, id);
  if (events.length + summedUp.length === 0 && !isTold(kinds)) return undefined;
  const named = events.filter(({ requestId, failed }) => requestId !== '' && !failed);
  return {
    events,
    summedUp,
    byRequest: new Map(named.map((event) => [event.requestId, event])),
    kinds,
    unexplained: background - kinds.reduce((sum, { nano }) => sum + nano, 0),
  };
}

/** What each kind is called. */
const kindWords: Readonly<Record<RequestKind, string>> = {
  compaction: 'compaction',
  title: 'titles and names',
  permission: 'permission checks',
  webSearch: 'web searches',
  webFetch: 'fetched pages',
  sideQuestion: 'side questions',
  summary: 'summaries',
  suggestion: 'suggested prompts',
  memory: 'memory',
  hook: 'hooks',
  answer: 'answers no transcript shows',
  other: 'other requests',
  difference: "Claude Code's price above ours",
  inSum: 'requests told of only in sum',
  unfinished: 'rest of answers that broke off',
};

/** How long requests took, and how many failed. */
export function requestSentences(requests: SessionRequests | undefined): string[] {
  if (requests === undefined) return [];
  const { events, summedUp } = requests;
  const times = events
    .flatMap(({ durationMs, failed }) => (durationMs === null || failed ? [] : [durationMs]))
    .sort((a, b) => a - b);
  const middle = percentile(times, 0.5);
  const failed = events.filter((event) => event.failed);
  const tries = failed.reduce((sum, { attempts }) => sum + attempts, 0);
  const told = count(events.length + summedUp.length, 'request');
  return [
    ...(middle === undefined
      ? []
      : [
          `Exact mode has ${told}: half were answered within ${seconds(middle)}, the slowest in ${seconds(times.at(-1)!)}.`,
        ]),
    ...(summedUp.length === 0
      ? []
      : [
          `${count(summedUp.length, 'request')} of exact mode ${summedUp.length === 1 ? 'was' : 'were'} summed up with the messages: counted, without details.`,
        ]),
    ...(failed.length === 0
      ? []
      : [`${count(failed.length, 'request')} failed, after ${count(tries, 'attempt')} in all.`]),
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;
}

/** What background went to. */
export function overheadTables(requests: SessionRequests | undefined): Table[] {
  if (requests === undefined) return [];
  const { kinds, unexplained } = requests;
  if (kinds.length === 0 && unexplained === 0) return [];
  return [
    {
      title: 'Claude Code overhead',
      columns: [
        { key: 'kind', header: 'For', unit: 'text' },
        { key: 'requests', header: 'Requests', unit: 'count' },
        { key: 'usd', header: 'Cost', unit: 'usd', strong: true },
      ],
      order: ['kind', 'usd'],
      rows: [
        ...kinds.map(({ kind, requests: many, nano }) => [kindWords[kind], many || null, nano]),
        ...(unexplained === 0 ? [] : [['unexplained', null, unexplained]]),
      ],
    },
  ];
}

/** The same for programs; null without exact mode. */
export function requestsJson(requests: SessionRequests | undefined): object | null {
  if (requests === undefined) return null;
  const { events, summedUp, kinds, unexplained } = requests;
  return {
    requests: events.length + summedUp.length,
    failed: [...events, ...summedUp].filter(({ failed }) => failed).length,
    overhead: kinds.map(({ kind, requests: many, nano }) => ({
      kind,
      requests: many || null,
      usd: nanoToUsd(nano),
    })),
    unexplainedUsd: nanoToUsd(unexplained),
  };
}
