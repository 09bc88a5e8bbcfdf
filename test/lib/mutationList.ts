/** A rule of the source, and how to break it. */
export interface Mutation {
  readonly rule: string;
  /** Below `src`. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** A list of mutations that grows file by file. */
export class MutationList {
  readonly all: Mutation[] = [];

  /** Adds mutations of one file: rule, text, replacement. */
  readonly mutate = (
    file: string,
    ...list: readonly (readonly [rule: string, find: string, replace: string])[]
  ): void => {
    for (const [rule, find, replace] of list) this.all.push({ rule, file, find, replace });
  };
}
