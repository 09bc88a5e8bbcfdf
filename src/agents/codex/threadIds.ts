const version7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-/i;

/** When an id was made, UTC milliseconds, by the id itself (UUID version 7, RFC 9562); undefined for others. */
export function madeAt(id: string): number | undefined {
  const [, high, low] = version7.exec(id) ?? [];
  return high === undefined ? undefined : Number.parseInt(high + low!, 16);
}

/** The thread a rollout's name says; '' where it is called otherwise. */
export function threadInName(name: string): string {
  return (
    /^rollout-.*-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.jsonl$/i.exec(
      name,
    )?.[1] ?? ''
  );
}
