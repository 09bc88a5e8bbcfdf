import type { LocatedMessage } from '../../agentLog.ts';
import { type TranscriptLocation, TranscriptParser } from '../parse/parser.ts';
import { freshState } from '../parse/parserState.ts';
import { transcriptReader } from './readChunks.ts';

/**
 * The records of a transcript that count, each with the line it stands in, as the parser reads them for
 * the store. A last line without its newline counts where it is whole.
 */
export function messageLines(
  path: string,
  place: TranscriptLocation,
): Generator<LocatedMessage, void, void> {
  return transcriptReader.messages(path, new TranscriptParser(place, freshState()));
}
