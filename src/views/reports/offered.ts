/** Groups of reports, as "Report…" lists them. */
export type ReportGroup = 'spend' | 'ahead' | 'reasons' | 'others';

/** Reports that say something only where such data exist. */
export type Sometimes = 'trend' | 'federation' | 'federation status';

interface Group {
  readonly group: ReportGroup;
  /** Names of reports. */
  readonly names: readonly string[];
}

/** The first is what Enter takes. */
const groups: readonly Group[] = [
  {
    group: 'spend',
    names: ['report', 'breakdown', 'history', 'conversation', 'receipt', 'activity'],
  },
  { group: 'ahead', names: ['projection', 'counterfactual'] },
  { group: 'reasons', names: ['optimize', 'anomaly', 'burn', 'verify'] },
];
const sometimes: readonly Sometimes[] = ['trend', 'federation', 'federation status'];

/**
 * Reports of the editor that "Report…" leaves out, since something else says it better: panels, or, where a
 * job is to be stopped, the terminal.
 */
export const elsewhere: readonly string[] = [
  'summary',
  'session',
  'explain',
  'health',
  'budget check',
  'budget list',
];

/** The reports to choose from; `found` has those of the rare ones that have something to say. */
export function offered(found: ReadonlySet<Sometimes>): readonly Group[] {
  const names = sometimes.filter((name) => found.has(name));
  return names.length === 0 ? groups : [...groups, { group: 'others', names }];
}
