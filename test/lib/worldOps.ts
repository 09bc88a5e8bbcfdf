import fc from 'fast-check';

/** One thing that happens in a world. Numbers are read in whatever way the kind needs. */
export interface Op {
  readonly kind: (typeof kinds)[number];
  readonly session: number;
  /** Time that passes before, in milliseconds. */
  readonly wait: number;
  readonly n: number;
  readonly m: number;
}

const kinds = [
  'session',
  'user',
  'queue',
  'assistant',
  'agent',
  'replay',
  'fork',
  'costState',
  'title',
  'event',
  'link',
  'rubbish',
  'copy',
] as const;

const weighted = fc.oneof(
  ...kinds.map((kind) => {
    const weight = { assistant: 8, agent: 5, fork: 4, replay: 4, costState: 5, user: 3 }[
      kind as string
    ];
    return { arbitrary: fc.constant(kind), weight: weight ?? 2 };
  }),
);

export const anyOp: fc.Arbitrary<Op> = fc.record({
  kind: weighted,
  session: fc.nat(7),
  wait: fc.constantFrom(0, 1, 1000, 60_000, 2_000_000),
  n: fc.nat(9999),
  m: fc.nat(9999),
});

/** Worlds of sessions, agents and forks, as lists of what happens. */
export const worlds: fc.Arbitrary<readonly Op[]> = fc.array(anyOp, {
  minLength: 3,
  maxLength: 45,
});
