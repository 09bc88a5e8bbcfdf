import { agreesWithClient } from '../../model/clientTotal.ts';
import { formatUsd } from '../../model/money.ts';
import type { SessionSummary } from '../../store/query/storeReader.ts';

/** How the session's figure stands to Claude Code's own. */
export function reconciliation(session: SessionSummary): string[] {
  const { clientUsd, nano, background, unconfirmed, irreconcilable } = session;
  if (clientUsd === null) return [];
  const says = `Claude Code says ${formatUsd(Math.round(clientUsd * 1e9))}`;
  if (irreconcilable) {
    return [
      `${says}, which cannot be compared: the session was forked from one whose total is not known.`,
    ];
  }
  const sum = `${formatUsd(nano)} in messages and ${formatUsd(background)} overhead`;
  const later = unconfirmed > 0 ? `; ${formatUsd(unconfirmed)} came after that` : '';
  if (agreesWithClient(session, clientUsd)) return [`${says}, the same: ${sum}${later}.`];
  return [
    `${says}; counted are ${sum}. It may hold what its parent spent before the fork, or prices of its own.`,
  ];
}
