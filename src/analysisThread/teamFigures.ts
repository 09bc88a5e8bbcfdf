import type { UtcDays } from '../model/calendar.ts';
import { refreshTeamFigures } from '../team/figures.ts';

/** What a dashboard asks of its team's ledger. Plain data. */
export interface TeamFiguresTask {
  readonly storeFile: string;
  readonly dataFolder: string;
  readonly days: UtcDays;
}

/** Asks the ledger and keeps what it answers; how it went stands beside what is kept. */
export async function runTeamFigures({ dataFolder, days }: TeamFiguresTask): Promise<void> {
  await refreshTeamFigures({ folder: dataFolder, env: process.env }, days);
}
