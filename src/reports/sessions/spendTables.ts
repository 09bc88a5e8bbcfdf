import { formatTokens, totalTokens } from '../../model/tokens.ts';
import { sumBy } from '../../query/sums.ts';
import type { Document } from '../document/document.ts';
import { shownAgent, shownModel, shownNote } from '../document/shown.ts';
import { agentsOf } from './sessions.ts';

type AgentRows = Parameters<typeof agentsOf>[0];

/** What each agent of a session spent. */
export function agentTable(rows: AgentRows): Document['tables'][number] {
  return {
    title: 'Agents',
    columns: [
      { key: 'type', header: 'Agent', unit: 'text', widest: 24, shown: shownAgent },
      { key: 'agent', header: 'ID', unit: 'text', widest: 20, details: true },
      { key: 'messages', header: 'Messages', unit: 'count' },
      { key: 'tokens', header: 'Tokens', unit: 'tokens' },
      { key: 'usd', header: 'Cost', unit: 'usd', strong: true },
    ],
    order: ['type', 'usd'],
    rows: agentsOf(rows).map(({ agentId, type, sums }) => [
      type,
      agentId,
      sums.messages,
      totalTokens(sums),
      sums.nano,
    ]),
  };
}

/** What each model of a session cost. */
export function modelTable(rows: AgentRows): Document['tables'][number] {
  return {
    title: 'Models',
    columns: [
      { key: 'model', header: 'Model', unit: 'text', widest: 40, shown: shownModel },
      { key: 'messages', header: 'Messages', unit: 'count' },
      { key: 'input', header: 'Input', unit: 'tokens' },
      { key: 'output', header: 'Output', unit: 'tokens' },
      { key: 'cache_write_5m', header: 'Written 5m', unit: 'tokens', idle: true },
      { key: 'cache_write_1h', header: 'Written', unit: 'tokens', idle: true },
      { key: 'cache_read', header: 'Read', unit: 'tokens' },
      { key: 'usd', header: 'Cost', unit: 'usd', strong: true },
      { key: 'note', header: '', unit: 'text', idle: true, shown: shownNote },
    ],
    order: ['model', 'usd', 'note'],
    rows: sumBy(rows, ({ model }) => model).map(([model, sums]) => [
      model,
      sums.messages,
      sums.input,
      sums.output,
      sums.cacheWrite5m,
      sums.cacheWrite1h,
      sums.cacheRead,
      sums.unpriced > 0 && sums.nano === 0 ? null : sums.nano,
      sums.unpriced > 0 ? `unpriced: ${formatTokens(sums.unpriced)} messages` : '',
    ]),
  };
}
