import { zlib } from '../platform/lazyBuiltins.ts';
import { pointsInJson, recordsInJson } from './readJson.ts';
import { pointsInProtobuf, recordsInProtobuf } from './readProtobuf.ts';
import { type FoundEvents, requestEvents } from './requestEvents.ts';
import { type FoundSums, toldSums } from './toldSums.ts';

/** Bytes of a body as it may come. Claude Code sends what five seconds bring. */
export const mostBody = 4 * 2 ** 20;
/** Bytes of it unpacked. */
const mostUnpacked = 32 * 2 ** 20;

/** A body and what its sender says of it. */
export interface ExportBody {
  readonly contentType: string;
  /** '' for none. */
  readonly encoding: string;
  readonly bytes: Uint8Array;
}

/** What an export held; otherwise why it cannot be read, as an HTTP status. */
export type DecodedExport<Found> =
  | ({ readonly ok: true; readonly form: ExportForm } & Found)
  | { readonly ok: false; readonly status: 400 | 413 | 415 };

export type ExportForm = 'json' | 'protobuf';

/** Reads a body of OTLP/HTTP logs. Whatever the bytes are, it does not throw. */
export function decodeExport(body: ExportBody): DecodedExport<FoundEvents> {
  return decode(body, (form, bytes) =>
    requestEvents(form === 'json' ? recordsInJson(textOf(bytes)) : recordsInProtobuf(bytes)),
  );
}

/** Reads a body of OTLP/HTTP metrics in the same way. */
export function decodeMetrics(body: ExportBody): DecodedExport<FoundSums> {
  return decode(body, (form, bytes) =>
    toldSums(form === 'json' ? pointsInJson(textOf(bytes)) : pointsInProtobuf(bytes)),
  );
}

function decode<Found>(
  { contentType, encoding, bytes }: ExportBody,
  read: (form: ExportForm, bytes: Uint8Array) => Found,
): DecodedExport<Found> {
  const form = formOf(contentType);
  if (form === undefined) return { ok: false, status: 415 };
  if (bytes.length > mostBody) return { ok: false, status: 413 };
  let plain = bytes;
  if (encoding === 'gzip') {
    const unpacked = unpack(bytes);
    if (typeof unpacked === 'number') return { ok: false, status: unpacked };
    plain = unpacked;
  } else if (encoding !== '' && encoding !== 'identity') return { ok: false, status: 415 };
  try {
    return { ok: true, form, ...read(form, plain) };
  } catch {
    return { ok: false, status: 400 };
  }
}

function formOf(contentType: string): ExportForm | undefined {
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase();
  if (type === 'application/json') return 'json';
  return type === 'application/x-protobuf' ? 'protobuf' : undefined;
}

function unpack(bytes: Uint8Array): Uint8Array | 400 | 413 {
  try {
    return zlib().gunzipSync(bytes, { maxOutputLength: mostUnpacked });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ERR_BUFFER_TOO_LARGE' ? 413 : 400;
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
