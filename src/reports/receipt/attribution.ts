import type { ReportContext } from '../../query/context.ts';
import { backgroundRowsOf } from '../../store/query/background.ts';
import { type MessageCost, messageCosts } from '../../store/query/messageCosts.ts';
import { sessionsOnBranches, summedUpSpend } from '../../store/query/proof/branchSpend.ts';
import type { SessionSummary } from '../../store/query/storeReader.ts';
import { isBilled } from '../../store/schema/messageRow.ts';
import { isProject } from '../../text/paths.ts';
import type { BranchHistory } from './history.ts';

/**
 * Why a piece of spend is counted for a branch, surest first.
 *
 * - `branch`: its record names the branch.
 * - `session`: the same session worked on the branch: what led to it before it was made, subagents in
 *   worktrees of their own, Claude Code's overhead.
 * - `time`: it was spent in the repository while the commits were made.
 */
export const bases = ['branch', 'session', 'time'] as const;
export type Basis = (typeof bases)[number];

/** A piece of spend that counts for a branch. Money in nano-dollars. */
export interface ReceiptItem {
  readonly session: SessionSummary;
  readonly basis: Basis;
  /** UTC milliseconds. */
  readonly at: number;
  /** Catalogue id; '' for Claude Code's overhead. */
  readonly model: string;
  /** 1; 0 for a part of a message or overhead; more where messages were summed up. */
  readonly messages: number;
  readonly nano: number;
  readonly tokens: number;
  /** The figure may be higher. */
  readonly lower: boolean;
  /** It has no price. */
  readonly unpriced: boolean;
  /** Only its day or month is known. */
  readonly coarse: boolean;
}

/** Branches of before a piece of work has one of its own: the base, none, or a commit. */
const unnamed = new Set(['', 'HEAD']);

/** Everything that counts for a branch, earliest first. */
export function receiptItems(
  context: ReportContext,
  history: BranchHistory,
  project: string,
): ReceiptItem[] {
  const sessions = candidates(context, history, project);
  return sessions
    .flatMap((session) => sessionItems(context, session, history))
    .sort((a, b) => a.at - b.at);
}

/** Sessions of the repository that may have worked on it. */
function candidates(
  { db, reader, accounts }: ReportContext,
  history: BranchHistory,
  project: string,
): SessionSummary[] {
  const onBranch = new Set(sessionsOnBranches(db, history.names));
  const { from, to } = spanOf(history);
  return reader
    .sessions()
    .filter(({ root }) => accounts?.includes(root) !== false)
    .filter((session) => isProject(session, project))
    .filter(
      ({ id, startedAt, endedAt }) =>
        onBranch.has(id) || (history.byTime && endedAt >= from && startedAt <= to),
    );
}

/** The time the work may lie in. A commit's time knows no fractions of a second. */
export function spanOf({ startedAt, mergedAt }: BranchHistory): { from: number; to: number } {
  return {
    from: startedAt ?? 0,
    to: mergedAt === undefined ? Number.MAX_SAFE_INTEGER : mergedAt + 999,
  };
}

function sessionItems(
  context: ReportContext,
  session: SessionSummary,
  history: BranchHistory,
): ReceiptItem[] {
  const { from, to } = spanOf(history);
  const names = new Set(history.names);
  const messages = messageCosts(context.db, session.id).sort((a, b) => a.at - b.at);
  const main = messages.filter(({ agentId }) => agentId === '');
  const firstOn = messages.find(({ branch }) => names.has(branch))?.at ?? Number.POSITIVE_INFINITY;
  const isBefore = ({ branch }: MessageCost): boolean =>
    unnamed.has(branch) || branch === history.base;
  let mainOn = false;
  let at = 0;
  const basisOf = (message: MessageCost): Basis | undefined => {
    while (at < main.length && main[at]!.at <= message.at) mainOn = names.has(main[at++]!.branch);
    if (names.has(message.branch)) return 'branch';
    if (message.agentId !== '' && mainOn) return 'session';
    if (!history.byTime && message.at < firstOn && firstOn < Number.POSITIVE_INFINITY) {
      // Without a beginning anything may lie before it.
      return history.startedAt !== undefined && isBefore(message) ? 'session' : undefined;
    }
    return history.byTime ? 'time' : undefined;
  };
  const items: ReceiptItem[] = [];
  /** The basis of the message before, for what no record names. */
  const marks: { readonly at: number; readonly basis: Basis | undefined }[] = [];
  for (const message of messages) {
    const inside = message.at >= from && message.at <= to;
    const basis = basisOf(message);
    marks.push({ at: message.at, basis: inside ? basis : undefined });
    if (!inside || basis === undefined) continue;
    for (const item of messageItems(session, message, basis)) items.push(item);
  }
  for (const { at: when, nano } of backgroundRowsOf(context.db, session.id)) {
    const before = marks.findLast((mark) => mark.at <= when) ?? marks[0];
    if (before?.basis === undefined || nano === 0) continue;
    const basis = before.basis === 'time' ? 'time' : 'session';
    items.push({ ...base(session, basis, Math.max(when, before.at)), nano });
  }
  for (const row of summedUpSpend(context.db, session.id)) {
    // A day that began before the branch may have been spent on it.
    if (row.at > to || !names.has(row.branch)) continue;
    const { model, messages: count, nano } = row;
    items.push({ ...base(session, 'branch', row.at), model, messages: count, nano, coarse: true });
  }
  return items;
}

function base(session: SessionSummary, basis: Basis, at: number): ReceiptItem {
  const none = { model: '', messages: 0, nano: 0, tokens: 0 };
  return { session, basis, at, ...none, lower: false, unpriced: false, coarse: false };
}

/** A message, and what other models did inside of it. */
function messageItems(session: SessionSummary, message: MessageCost, basis: Basis): ReceiptItem[] {
  const { at, model, usage, nano, ended, pricedBy } = message;
  const parts = message.parts.filter(isBilled);
  const partNano = parts.reduce((sum, part) => sum + part.nano, 0);
  const item = base(session, basis, at);
  return [
    {
      ...item,
      model,
      messages: 1,
      nano: nano - partNano,
      tokens: tokensOf(usage),
      lower: !ended,
      unpriced: pricedBy === 'unpriced',
    },
    ...parts.map((part) => ({
      ...item,
      model: part.model,
      nano: part.nano,
      tokens: tokensOf(part.usage),
    })),
  ];
}

function tokensOf({
  input,
  output,
  cacheWrite5m,
  cacheWrite1h,
  cacheRead,
}: MessageCost['usage']): number {
  return input + output + cacheWrite5m + cacheWrite1h + cacheRead;
}
