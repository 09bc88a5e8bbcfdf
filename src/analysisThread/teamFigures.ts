import type { TeamPolicy } from '../dataFolder/team/membership.ts';
import type { UtcDays } from '../model/calendar.ts';
import { openForReading } from '../store/connection/openStore.ts';
import { type SessionDays, teamSessions } from '../team/claims.ts';
import { refreshTeamFigures } from '../team/figures.ts';

/** What a dashboard asks of its team's ledger. Plain data. */
export interface TeamFiguresTask {
  readonly storeFile: string;
  readonly dataFolder: string;
  readonly days: UtcDays;
}

/** Asks the ledger and keeps what it answers; how it went stands beside what is kept. */
export async function runTeamFigures({
  storeFile,
  dataFolder,
  days,
}: TeamFiguresTask): Promise<void> {
  const sessions = (policy: TeamPolicy, since: string): SessionDays => {
    const db = openForReading(storeFile);
    try {
      return db === undefined ? new Map() : teamSessions(db, policy, since);
    } finally {
      db?.close();
    }
  };
  await refreshTeamFigures({ folder: dataFolder, env: process.env, sessions }, days);
}
