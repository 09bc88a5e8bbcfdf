import { noPeers } from '../../src/dataFolder/readPeers.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { createPriceBook } from '../../src/pricing/priceBook.ts';
import type { ReportContext } from '../../src/query/context.ts';
import { noLabels } from '../../src/settings/labels.ts';
import { StoreReader } from '../../src/store/query/storeReader.ts';

/** A context over a store, in UTC, with nothing set; `more` replaces what a test is about. */
export function reportContext(
  db: SqlDatabase,
  more: Partial<ReportContext> & Pick<ReportContext, 'now'>,
): ReportContext {
  return {
    db,
    reader: new StoreReader(db),
    book: createPriceBook(),
    zone: 'UTC',
    weekStart: 1,
    billing: 'api',
    warnAfterDays: 10_000,
    accounts: undefined,
    problems: [],
    unreadable: new Map(),
    unread: false,
    home: '/home/somebody',
    labels: noLabels,
    budgets: [],
    dataFolder: '',
    git: null,
    folder: undefined,
    peers: noPeers,
    ...more,
  };
}
