import { knownText } from '../text/errorText.ts';
import type { Spend } from './spend.ts';

/** Why the store cannot be used, by the indexer's word or our own; '' when it can. */
export function storeProblem({ indexer, readProblem }: Spend): string {
  return indexer.kind === 'unavailable' ? knownText(indexer.what, indexer.reason) : readProblem;
}

/** Everything was looked through and there is not a single transcript, now or in the store. */
export function findsNothing(spend: Spend): boolean {
  const { roots, overview, indexer } = spend;
  const looked = (indexer.kind === 'watching' || indexer.kind === 'following') && roots.length > 0;
  return (
    looked && overview?.hasData !== true && roots.every(({ transcripts }) => transcripts === 0)
  );
}
