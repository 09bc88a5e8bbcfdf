/** What was done, what held, and what did not. */
export class Findings {
  readonly attacks = new Map<string, number>();
  readonly held = new Map<string, number>();
  readonly fell: string[] = [];
  /** What could not be tried here, and figures beside the counts. */
  readonly notes: string[] = [];

  attack(what: string, count = 1): void {
    add(this.attacks, what, count);
  }

  /** `problem` says what is wrong; undefined when what was to hold held. */
  expect(what: string, problem: string | undefined): void {
    if (problem === undefined) add(this.held, what, 1);
    else this.fell.push(`${what}: ${problem}`);
  }
}

function add(counts: Map<string, number>, what: string, count: number): void {
  counts.set(what, (counts.get(what) ?? 0) + count);
}
