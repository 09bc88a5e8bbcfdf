import type { Openness } from '../../../export/redact.ts';
import { filterNames } from '../../../query/options.ts';
import type { CommonOptions } from '../../support/options.ts';

/** What an export is about: everything, unless a period or a filter is given. */
export const exportQuestion = { period: 'all', filters: filterNames, options: [] } as const;

/** Options of whatever is exported; those of sending are about what goes to an address. */
export interface SharedExportOptions extends CommonOptions {
  readonly includePaths?: true;
  readonly includeTitles?: true;
  readonly sessions: number;
  readonly header?: readonly string[];
  readonly timeout: number;
  readonly retries: number;
}

/** What may be read in an export beside figures. */
export function openness({
  includePaths,
  includeTitles,
}: Pick<SharedExportOptions, 'includePaths' | 'includeTitles'>): Openness {
  return { paths: includePaths === true, titles: includeTitles === true };
}
