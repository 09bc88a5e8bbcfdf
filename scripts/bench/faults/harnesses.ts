import { concurrency } from './concurrency.ts';
import type { Findings } from './findings.ts';
import { hostile } from './hostile.ts';
import { kills } from './kills.ts';
import type { Lab } from './lab.ts';
import { migrations } from './migrations.ts';
import { torture } from './torture.ts';
import { upkeep } from './upkeep.ts';

/** A way to attack what is shipped. */
export interface Harness {
  readonly name: string;
  /** What it needs of the time of all. */
  readonly share: number;
  /** What it does and what must hold, for docs/faults.md. */
  readonly told: string;
  readonly attack: (lab: Lab) => Promise<Findings>;
}

export const harnesses: readonly Harness[] = [
  {
    name: 'kills',
    share: 3,
    told: `windows and terminals that read growing transcripts into one store are killed with SIGKILL at
  any moment, beside rivals. Whoever comes last leaves the store of one who reads everything in one go.`,
    attack: kills,
  },
  {
    name: 'migrations',
    share: 2,
    told: `a store of each earlier schema is killed while it is migrated and read again, with its
  transcripts there or partly deleted. It becomes what it becomes undisturbed.`,
    attack: migrations,
  },
  {
    name: 'upkeep',
    share: 3,
    told: `weekly backup, summing up, reset, copy to another place and new prices are killed at any moment.
  Done once undisturbed, each leaves the store it would have left; right after a kill the total is the
  old or the new one; a backup or copy that has its name is whole.`,
    attack: upkeep,
  },
  {
    name: 'torture',
    share: 1,
    told: `transcripts are cut off, written anew, replaced, deleted, moved, made folders, pipes and links
  to themselves, and dated oddly under two windows, then put back. The windows bring the store to what it
  is when read in one go, by themselves, and end when asked.`,
    attack: torture,
  },
  {
    name: 'concurrency',
    share: 1,
    told: `four terminals a core give one command after the other (\`summary\`, \`index\`, \`budget set\`,
  \`mark\`) beside two windows and 400 appended lines a second. No command fails or complains, no budget
  and no mark is lost, never do both windows write.`,
    attack: concurrency,
  },
  {
    name: 'hostile',
    share: 1,
    told: `lines taken apart and put together by chance, with good ones between them, are read on either
  SQLite engine. Every command ends with 0, and the good responses count exactly.`,
    attack: hostile,
  },
];
