import { zlib } from '../platform/lazyBuiltins.ts';
import type { LogRecord } from './logRecord.ts';
import { recordsInJson } from './readJson.ts';
import { recordsInProtobuf } from './readProtobuf.ts';
import { type FoundEvents, requestEvents } from './requestEvents.ts';

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
export type DecodedExport =
  | ({ readonly ok: true; readonly form: ExportForm } & FoundEvents)
  | { readonly ok: false; readonly status: 400 | 413 | 415 };

export type ExportForm = 'json' | 'protobuf';

/** Reads a body of OTLP/HTTP logs. Whatever the bytes are, it does not throw. */
export function decodeExport({ contentType, encoding, bytes }: ExportBody): DecodedExport {
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
    return { ok: true, form, ...requestEvents(recordsOf(form, plain)) };
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

function recordsOf(form: ExportForm, bytes: Uint8Array): LogRecord[] {
  return form === 'json'
    ? recordsInJson(new TextDecoder().decode(bytes))
    : recordsInProtobuf(bytes);
}
