import type { Bookmark, TranscriptChunk } from '../../../model/records.ts';
import { LineReader } from '../../lineReader.ts';
import { type TranscriptLocation, TranscriptParser } from '../parse/parser.ts';
import { freshState, type ParserState } from '../parse/parserState.ts';
import { lineRoom } from '../scan/lineScanner.ts';

/** Reads transcripts' lines into the memory they are scanned in, of which a thread has one. */
export const transcriptReader = new LineReader(lineRoom);

/** Reads a transcript on from a bookmark, yielding a chunk about every `chunkBytes`. */
export function readChunks(
  path: string,
  place: TranscriptLocation,
  bookmark: Bookmark | undefined,
  chunkBytes?: number,
): Generator<TranscriptChunk, void, void> {
  return transcriptReader.read(
    path,
    (state) => new TranscriptParser(place, (state as ParserState | undefined) ?? freshState()),
    bookmark,
    chunkBytes,
  );
}
