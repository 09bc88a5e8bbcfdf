import type { Zone } from '../model/calendar.ts';
import type { RateBook } from '../pricing/priceBook.ts';
import { openForReading, openForWriting } from '../store/openStore.ts';
import { StoreReader } from '../store/reader.ts';
import type { BudgetEntry } from './budgetFile.ts';
import type { UserSettings } from './config.ts';
import type { GitState, ReportContext } from './context.ts';
import type { Labels } from './labels.ts';

/** What a report's context is made of. */
export interface ContextFacts {
  readonly storeFile: string;
  readonly book: RateBook;
  readonly settings: Pick<UserSettings, 'weekStart' | 'billing' | 'warnAfterDays'>;
  readonly zone: Zone;
  /** UTC milliseconds. */
  readonly now: number;
  readonly accounts: readonly string[] | undefined;
  readonly problems: readonly string[];
  readonly labels: Labels;
  readonly home: string;
  readonly budgets: readonly BudgetEntry[];
  readonly dataFolder: string;
  readonly git: GitState | null;
}

/** Opens the store and answers with what `report` makes of it. */
export function withReportContext<T>(
  facts: ContextFacts,
  report: (context: ReportContext) => T,
): T {
  // Without a store there is no data, which is an answer too.
  const db = openForReading(facts.storeFile) ?? openForWriting(':memory:').db;
  const { book, settings, zone, now, accounts, problems, labels, home } = facts;
  const { budgets, dataFolder, git } = facts;
  const { weekStart, billing, warnAfterDays } = settings;
  try {
    return report({
      db,
      reader: new StoreReader(db),
      book,
      now,
      zone,
      weekStart,
      billing,
      warnAfterDays,
      accounts,
      problems,
      labels,
      home,
      budgets,
      dataFolder,
      git,
    });
  } finally {
    db.close();
  }
}
