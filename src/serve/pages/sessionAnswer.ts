import { runningSessions } from '../../agents/registry.ts';
import type { TaskOrigin } from '../../analysisThread/taskContext.ts';
import { HumanError } from '../../model/errors.ts';
import { bundledCatalogue } from '../../pricing/catalogue.ts';
import { extendCatalogue } from '../../pricing/clientModels.ts';
import { createPriceBook } from '../../pricing/priceBook.ts';
import { protocolVersion } from '../../protocol/shared.ts';
import { mergeOverrides } from '../../settings/priceOverrides.ts';
import { openForReading } from '../../store/connection/openStore.ts';
import { agentParents } from '../../store/query/agentParents.ts';
import { backgroundRowsOf } from '../../store/query/background.ts';
import { backgroundKinds } from '../../store/query/requests/backgroundItems.ts';
import { StoreReader } from '../../store/query/storeReader.ts';
import { downsampledUpTo } from '../../store/retention/downsampleState.ts';
import { downsampledMessages } from '../../views/sessionPanel/inputs.ts';
import { SessionMessages } from '../../views/sessionPanel/messageCache.ts';
import { sessionStrings } from '../../views/sessionPanel/strings.ts';
import { usualSession } from '../../views/sessionPanel/usual.ts';
import { panelSession } from '../../views/sessionPanel/viewModel.ts';
import { formatOf } from '../../views/text/format.ts';

interface SessionWorld {
  readonly origin: TaskOrigin;
  /** Configuration directories. */
  readonly roots: readonly string[];
}

/**
 * A session as its page is told it: all of it at once. The messages are read in pages of a few
 * milliseconds, so that others are answered meanwhile.
 */
export async function sessionAnswer({ origin, roots }: SessionWorld, sid: string): Promise<object> {
  const { storeFile, settings, dataFolder, now } = origin;
  const db = openForReading(storeFile);
  try {
    const reader = db && new StoreReader(db);
    const summary = reader?.sessionById(sid);
    if (reader === undefined || summary === undefined) {
      throw new HumanError('usage', 'There is no such session in the store.');
    }
    const { overrides } = mergeOverrides({
      setting: settings.priceOverrides,
      file: settings.priceFile,
      dataFolder,
    });
    const book = createPriceBook(overrides, extendCatalogue(origin.clientModels));
    const known = new SessionMessages();
    await known.update(reader, book, summary);
    const summedUpBefore = downsampledUpTo(reader.db).messages;
    const format = formatOf(settings);
    const messages = known.all;
    const session = panelSession({
      summary,
      summedUpBefore,
      agents: reader.agents(summary.id),
      parents: agentParents(reader.db, summary.id),
      compactions: known.compactions,
      backgrounds: backgroundRowsOf(reader.db, summary.id),
      overhead: backgroundKinds(reader.db, summary.id),
      messages,
      rates: known.rates,
      unknownLifetimes: known.unknownLifetimes,
      running: runningSessions(roots).has(sid),
      now,
      catalogueDate: bundledCatalogue.checked,
      format,
      usual: usualSession(reader.db, summary),
    });
    return {
      type: 'snapshot',
      v: protocolVersion,
      words: sessionStrings(downsampledMessages({ summary, messages, summedUpBefore }) > 0),
      format: format.forPanel(summary.endedAt),
      session,
      messages,
    };
  } finally {
    db?.close();
  }
}
