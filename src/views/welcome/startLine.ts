import type { Spend } from '../core/spend.ts';

/** The log's line for a start: version, what was looked through, how long it took, and the store. */
export function startLine(
  spend: Spend,
  version: string,
  storeFile: string,
  tookMs: number,
): string {
  const { roots, indexer } = spend;
  const places = roots.map(({ path, transcripts, exists }) =>
    exists ? `${transcripts} transcripts in ${path}` : `no transcripts in ${path}`,
  );
  const writer =
    indexer.kind === 'following'
      ? `process ${indexer.pid} (${indexer.role}) writes`
      : 'this window writes';
  return [
    `Outlay ${version}`,
    places.length === 0 ? 'no folder to look into' : places.join(', '),
    `up to date after ${(tookMs / 1000).toFixed(1)} s`,
    `store ${storeFile}, which ${writer}`,
  ].join('; ');
}
