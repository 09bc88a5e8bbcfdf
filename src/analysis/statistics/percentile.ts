/**
 * The value below or at which a share of the values lies (nearest rank), so that it is always one of
 * them. Undefined for no values.
 */
export function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}
