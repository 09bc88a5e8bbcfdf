import {
  figuresOf,
  keepTeamFigures,
  mostNamed,
  noteTeamProblem,
  readTeamFigures,
  type TeamFigures,
  type TeamList,
  type TeamMember,
  type TeamSight,
  type TeamSlice,
} from '../dataFolder/team/figuresFile.ts';
import { readMembership } from '../dataFolder/team/membership.ts';
import type { UtcDays } from '../model/calendar.ts';
import { hourMs } from '../model/calendar.ts';
import { HumanError } from '../model/errors.ts';
import { utcDays } from '../query/spans.ts';
import { claimSessions } from './claims.ts';
import {
  checkVersion,
  type Ledger,
  openLedger,
  type Patience,
  shortPatience,
  stateOf,
} from './connection.ts';
import { isFirestore } from './firestore/address.ts';
import type { TeamSources } from './ledger.ts';
import { askPools } from './pools.ts';
import { recentFrom } from './push.ts';
import { exportRows, memberSpends } from './questions.ts';

/** Where a membership is, and whom it may wait for. */
export interface TeamAsker {
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly patience?: Patience;
  /** What this machine reads: another may have been first to send it, and the pools have it then. */
  readonly sessions: TeamSources['sessions'];
}

/**
 * Asks a ledger in PostgreSQL about some days and about its pools, and keeps the answers. False where no team was
 * joined, or there was no answer, which is noted beside the figures that are kept.
 */
export async function refreshTeamFigures(
  { folder, env, sessions, patience = shortPatience }: TeamAsker,
  days: UtcDays,
): Promise<boolean> {
  try {
    const membership = readMembership(folder, env);
    if (membership === undefined) return false;
    if (isFirestore(membership.connection)) {
      // It has calls and no sums: each look would be as many paid reads as there are calls.
      const text =
        'A ledger in Firestore is not asked for each look at it: “outlay team members” and “outlay team export” ask it.';
      noteTeamProblem(
        folder,
        { text, what: { id: 'teamOnFirestore', values: [] }, at: Date.now() },
        false,
      );
      return false;
    }
    const what = "The connection string of this machine's team";
    const ledger = await openLedger(membership.connection, what, patience);
    try {
      await checkVersion(ledger);
      const since = recentFrom(Date.now());
      const asked = sessions(membership.policy, since);
      await claimSessions(ledger, folder, membership.machine, asked, since);
      await askPools(ledger, folder, membership);
      await keepFigures(ledger, folder, membership, days);
    } finally {
      await ledger.close();
    }
    return true;
  } catch (error) {
    if (!(error instanceof HumanError)) throw error;
    const isGone = ['28P01', '28000'].includes(stateOf(error));
    const { message: text, what } = error;
    noteTeamProblem(folder, { text, what, at: Date.now() }, isGone);
    return false;
  }
}

/** The same by a connection that is there. */
export async function keepFigures(
  ledger: Ledger,
  folder: string,
  { team }: { readonly team: string },
  days: UtcDays,
): Promise<void> {
  keepTeamFigures(folder, team, await askFigures(ledger, days));
}

/** How old the month's figures may become between two pushes: thousands of machines ask for them. */
const figuresMs = hourMs;

/** Keeps the figures of the running month for who looks at them first; without them a push is one all the same. */
export async function keepMonth(
  ledger: Ledger,
  folder: string,
  membership: { readonly team: string },
): Promise<void> {
  const days = utcDays({ period: 'month' }, Date.now());
  const askedAt = figuresOf(readTeamFigures(folder), days)?.askedAt ?? 0;
  if (Math.abs(Date.now() - askedAt) < figuresMs) return;
  try {
    await keepFigures(ledger, folder, membership, days);
  } catch (error) {
    if (!(error instanceof HumanError)) throw error;
  }
}

/** What stands in the ledger of some days by member, project and model, as far as who asks may read it. */
export async function askFigures(ledger: Ledger, days: UtcDays): Promise<TeamFigures> {
  const [seen] = await ledger.query<{ totals: boolean; members: boolean }>(
    "SELECT outlay.sees('totals') AS totals, outlay.sees('members') AS members",
  );
  const sees: TeamSight = seen!.members ? 'members' : seen!.totals ? 'totals' : 'own';
  const projects = slices(await exportRows(ledger, 'project', days), 'project');
  const models = slices(await exportRows(ledger, 'model', days), 'model');
  const spent = new Map(
    slices(await exportRows(ledger, 'member', days), 'member').map(({ name, nano }) => [
      name,
      nano,
    ]),
  );
  // In the order of their fullest budgets, and of what they spent in the period.
  const members = (await memberSpends(ledger)).map(
    ({ name, share, pushedAt }): TeamMember => ({
      ...{ name, share, pushedAt },
      nano: spent.get(name) ?? 0,
    }),
  );
  members.sort((a, b) => (b.share ?? -1) - (a.share ?? -1) || b.nano - a.nano);
  return {
    ...days,
    askedAt: Date.now(),
    sees,
    total: projects.reduce((sum, { nano }) => sum + nano, 0),
    members: firstOf(members),
    projects: firstOf(projects),
    models: firstOf(models),
  };
}

function slices(rows: readonly Readonly<Record<string, string>>[], key: string): TeamSlice[] {
  return rows.map((row) => ({ name: row[key] ?? '', nano: Number(row.nano) }));
}

function firstOf<T>(all: readonly T[]): TeamList<T> {
  return { first: all.slice(0, mostNamed), of: all.length };
}
