import type { TimeTagEvent } from '../analysis/spend/timeTags.ts';

/** What the user calls things: all that breakdowns and filters know beside the records. */
export interface Labels {
  /** Group → paths of its projects; `*` and `?` as in file names. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** Tag → names of branches, with `*` and `?`. */
  readonly tags: ReadonlyMap<string, readonly string[]>;
  /** Configuration directory → name of the account. */
  readonly accounts: ReadonlyMap<string, string>;
  /** Starts and stops of `outlay mark`. */
  readonly marks: readonly TimeTagEvent[];
}

export const noLabels: Labels = {
  groups: new Map(),
  tags: new Map(),
  accounts: new Map(),
  marks: [],
};
