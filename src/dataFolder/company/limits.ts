import { daySpan, monthSpan, type TimeSpan, weekSpan } from '../../model/calendar.ts';
import { usdToNano } from '../../model/money.ts';
import { type LimitPeriod, officialShares, readClientReports } from '../clientReports.ts';
import { readGatewayAnswer } from './gatewayFile.ts';

/** Who says what the status line was told: as old as the last session, which is nothing to tell of. */
export const saidByClient = 'Claude Code';

/** A limit the company's gateway sets whoever works here. Money in nano-dollars, times in UTC milliseconds. */
export interface CompanyLimit extends TimeSpan {
  readonly period: LimitPeriod;
  /** The group that spends of it together; '' for a limit of the person's own. */
  readonly group: string;
  readonly limit: number;
  /** As the gateway counts it, by its own prices. */
  readonly spent: number;
  /** When that was so. */
  readonly askedAt: number;
  /** Who said it: `saidByClient`, or the gateway's host. */
  readonly saidBy: string;
}

/**
 * The limits that are known: what Claude Code told its status line, and what the gateway answered. Of two about
 * one period, and one group, the later one holds.
 */
export function readCompanyLimits(folder: string, now: number): CompanyLimit[] {
  const { host, limits, askedAt } = readGatewayAnswer(folder);
  const asked = limits.flatMap(({ period, limit, spent, group, isShared }): CompanyLimit[] => {
    if (period === undefined || limit === undefined || limit <= 0 || spent === undefined) return [];
    const whose = { group: isShared ? group : '', askedAt, saidBy: host };
    return [{ period, limit, spent, ...whose, ...spanOf(period, askedAt) }];
  });
  const newest = new Map<string, CompanyLimit>();
  for (const each of [...asked, ...reported(folder, now)]) {
    const key = `${each.period} ${each.group}`;
    const known = newest.get(key);
    if (known === undefined || known.askedAt <= each.askedAt) newest.set(key, each);
  }
  return [...newest.values()];
}

/** What Claude Code says behind a gateway: a budget where it names period, limit and spend. */
function reported(folder: string, now: number): CompanyLimit[] {
  const shares = officialShares(readClientReports(folder), now);
  const { period, usedUsd, limitUsd, resetsAt } = shares?.windows.spend_limit ?? {};
  const limit = usdToNano(limitUsd ?? 0);
  if (period === undefined || usedUsd === undefined || limit <= 0) return [];
  const { at } = shares!;
  const span = spanOf(period, at);
  return [
    {
      ...{ period, group: '', limit, spent: usdToNano(usedUsd), askedAt: at },
      ...{ saidBy: saidByClient, from: span.from, to: resetsAt ?? span.to },
    },
  ];
}

/** The UTC period a moment is in; the gateway's weeks begin on Monday. */
export function spanOf(period: LimitPeriod, at: number): TimeSpan {
  switch (period) {
    case 'day':
      return daySpan(at, 'UTC');
    case 'week':
      return weekSpan(at, 'UTC', 1);
    case 'month':
      return monthSpan(at, 'UTC');
  }
}
