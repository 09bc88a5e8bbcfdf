import {
  type CacheReport,
  type ClientReport,
  type OfficialShare,
  officialShares,
} from '../dataFolder/clientReports.ts';
import type { StatusLineBudget, StatusLineFigures } from '../dataFolder/statusLineFile.ts';
import type { Level } from '../model/level.ts';
import { appendAll } from '../model/lists.ts';
import { formatUsd, usdToNano } from '../model/money.ts';
import { formatTokens } from '../model/tokens.ts';
import { clip, displayWidth, plainText } from '../text/plainText.ts';
import type { Payload } from './payload.ts';

/** What a line is made of and for. */
export interface LineInputs {
  readonly payload: Payload;
  /** The last that were read; undefined before the first time. */
  readonly figures: StatusLineFigures | undefined;
  /** UTC milliseconds. */
  readonly now: number;
  /** Columns of the terminal. */
  readonly columns: number;
  readonly colour: boolean;
}

/** A part of the line. What matters less goes first where there is no room. */
interface Part {
  readonly text: string;
  /** 1 stays longest. */
  readonly rank: number;
  readonly level?: Level;
}

const separator = ' · ';

/** Columns Claude Code needs beside the line. */
const margin = 2;

/** Figures older than this say so. */
const staleMs = 10 * 60_000;

/** The one line: what is known, as much of it as there is room for. */
export function statusLine(inputs: LineInputs): string {
  const parts = partsOf(inputs);
  const room = Math.max(20, inputs.columns - margin);
  while (parts.length > 1 && widthOf(parts) > room) {
    const least = parts.reduce((worst, part) => (part.rank > worst.rank ? part : worst));
    parts.splice(parts.indexOf(least), 1);
  }
  if (parts.length === 0) return coloured('Outlay: no figures yet', undefined, inputs.colour);
  return parts
    .map(({ text, level }) => coloured(clip(text, room), level, inputs.colour))
    .join(coloured(separator, undefined, inputs.colour));
}

function widthOf(parts: readonly Part[]): number {
  return displayWidth(parts.map(({ text }) => text).join(separator));
}

function partsOf({ payload, figures, now }: LineInputs): Part[] {
  const { report, sid } = payload;
  const current = figures !== undefined && now < figures.today.until ? figures : undefined;
  const budget = figures && budgetOf(figures, sid, now);
  const worth = figures?.subscription === true ? 'worth ' : '';
  const session = sessionNano(payload, figures);
  const parts: Part[] = planParts(report, now);
  if (session !== undefined) {
    parts.push({ text: `${worth}${formatUsd(session)} session`, rank: 2 });
  }
  if (current !== undefined && budget?.ofDay !== true) {
    parts.push({ text: `${worth}${todayText(current, payload, session)} today`, rank: 3 });
  }
  if (budget !== undefined) appendAll(parts, budgetParts(budget));
  if (figures !== undefined && now - figures.at < 3_600_000 && figures.lastHour > 0) {
    parts.push({ text: `${formatUsd(figures.lastHour)}/h`, rank: 6 });
  }
  if (report.cache !== undefined) parts.push(cachePart(report.cache, now));
  if (report.context !== undefined) {
    parts.push({ text: `${Math.floor(report.context * 100)}% context`, rank: 5 });
  }
  if (figures !== undefined && now - figures.at > staleMs) {
    parts.push({ text: `${ageText(now - figures.at)} old`, rank: 4 });
  }
  return parts;
}

/** The client's own total of the session, which is of this moment; else what the store has. */
function sessionNano(
  { sid, report }: Payload,
  figures: StatusLineFigures | undefined,
): number | undefined {
  if (report.costUsd !== undefined) return usdToNano(report.costUsd);
  return sid !== undefined && figures !== undefined && Object.hasOwn(figures.sessions, sid)
    ? figures.sessions[sid]!.nano
    : undefined;
}

/** What a day has cost is never less than what a session of that day has: the store is behind it. */
function todayText(
  { today, sessions }: StatusLineFigures,
  { sid, report: { at, runsMs } }: Payload,
  session: number | undefined,
): string {
  const known = sid !== undefined && Object.hasOwn(sessions, sid) ? sessions[sid] : undefined;
  const ofToday = known?.ofToday ?? (runsMs !== undefined && at - runsMs >= today.from);
  const behind = ofToday && session !== undefined && session > today.nano;
  const nano = behind ? session : today.nano;
  return `${behind || today.atLeast ? 'at least ' : ''}${formatUsd(nano)}`;
}

/** The worst budget that holds for the session and whose period goes on. */
function budgetOf(
  { budgets }: StatusLineFigures,
  sid: string | undefined,
  now: number,
): StatusLineBudget | undefined {
  return budgets.find(
    ({ sessions, until }) =>
      (until === undefined || now < until) &&
      (sessions === undefined || (sid !== undefined && sessions.includes(sid))),
  );
}

function budgetParts({ used, outlook, level }: StatusLineBudget): Part[] {
  const alarming = level === 'critical' || level === 'stop';
  const parts: Part[] = [{ text: `${alarming ? '! ' : ''}${plainText(used)}`, rank: 1, level }];
  if (outlook !== '') parts.push({ text: plainText(outlook), rank: 4, level });
  return parts;
}

/** The official shares of a plan, in the client's own figures. */
function planParts(report: ClientReport, now: number): Part[] {
  const windows = officialShares(new Map([['', report]]), now)?.windows;
  const part = (name: string, share: OfficialShare | undefined, rank: number): Part[] =>
    share === undefined
      ? []
      : [{ text: `${name} ${Math.floor(share.share * 100)}%`, rank, level: planLevel(share) }];
  return [
    ...part('5 h', windows?.five_hour, 1),
    ...part('week', windows?.seven_day, 2),
    ...part('limit', windows?.spend_limit, 2),
  ];
}

function planLevel({ share }: OfficialShare): Level {
  if (share >= 1) return 'stop';
  if (share >= 0.95) return 'critical';
  return share >= 0.75 ? 'warning' : 'ok';
}

function cachePart({ warm, expiresAt, recacheTokens }: CacheReport, now: number): Part {
  if (warm && expiresAt === undefined) return { text: 'cache warm', rank: 7 };
  if (warm && expiresAt! > now) return { text: `cache ${ageText(expiresAt! - now)}`, rank: 7 };
  const again = recacheTokens === undefined || recacheTokens < 1000 ? '' : recacheTokens;
  return {
    text: again === '' ? 'cache cold' : `cache cold, ${formatTokens(again)} to write`,
    rank: 5,
    level: 'warning',
  };
}

/** A length in one unit: `40 s`, `4 min`, `2 h`, `3 d`. */
function ageText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/** Colour beside the words, never in their place. */
function coloured(text: string, level: Level | undefined, wanted: boolean): string {
  if (!wanted) return text;
  const code = level === 'warning' ? 33 : level === 'critical' || level === 'stop' ? 31 : 2;
  return `\u001b[${code}m${text}\u001b[0m`;
}
