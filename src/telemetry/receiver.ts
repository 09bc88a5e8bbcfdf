import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { RequestEvent } from '../model/requests/requestEvent.ts';
import type { ToldSum } from '../model/requests/toldSum.ts';
import { http } from '../platform/lazyBuiltins.ts';
import { listenOnLoopback, loopbackAddress, secretCheck } from '../platform/loopback.ts';
import { Allowance } from './allowance.ts';
import { decodeExport, decodeMetrics, type ExportForm, mostBody } from './decodeExport.ts';
import {
  type ForwardTarget,
  logsPath,
  metricsPath,
  type TelemetryPlace,
  tokenHeader,
} from './place.ts';

/** Another receiver that does not answer for so long keeps Claude Code waiting. */
const forwardMs = 4000;

/** What becomes of what is received. */
export interface ReceiverEvents {
  /** Stores requests; throws where it cannot, and the sender tries again. */
  readonly store: (events: readonly RequestEvent[]) => void;
  /** The same with what metrics tell only in sum. */
  readonly storeSums: (sums: readonly ToldSum[]) => void;
  readonly log: (level: 'debug' | 'warn', text: string) => void;
}

/**
 * Receives OTLP/HTTP logs and metrics on loopback from who knows the token. What it says it has is stored: an answer
 * of 200 comes behind the transaction, and everything else the sender keeps and sends again.
 */
export class Receiver {
  readonly #server: Server;
  readonly #closing = new AbortController();

  /** Undefined where another program has the port. */
  static async listen(
    place: TelemetryPlace,
    events: ReceiverEvents,
  ): Promise<Receiver | undefined> {
    const receiver = new Receiver(place, events);
    return (await listenOnLoopback(receiver.#server, place.port)) ? receiver : undefined;
  }

  private constructor(place: TelemetryPlace, events: ReceiverEvents) {
    const handle = handler(place, events, this.#closing.signal);
    this.#server = http().createServer(
      { headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 },
      (request, response) => {
        handle(request, response).catch((error: unknown) => {
          events.log('debug', `A sender of telemetry went away: ${String(error)}`);
          response.destroy();
        });
      },
    );
    this.#server.maxConnections = 64;
    // Exact mode keeps no program running.
    this.#server.unref();
  }

  /** Answers what is being received, and ends. */
  async close(): Promise<void> {
    this.#closing.abort();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
    });
  }
}

function handler(
  { port, token, forward, forwardMetrics }: TelemetryPlace,
  { store, storeSums, log }: ReceiverEvents,
  closing: AbortSignal,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const knowsToken = secretCheck(token);
  const hosts = new Set([`${loopbackAddress}:${port}`, `localhost:${port}`]);
  const allowance = new Allowance(() => performance.now());
  return async (request, response) => {
    const answer = (status: number, body = ''): void => {
      if (closing.aborted) response.setHeader('connection', 'close');
      if (status === 429 || status === 503) response.setHeader('retry-after', '1');
      // Whatever else is on its way is of no interest.
      if (status !== 200 && !request.complete) response.setHeader('connection', 'close');
      response.writeHead(status).end(body);
    };
    // A page in a browser has another host, or no token.
    if (!hosts.has(request.headers.host ?? '')) return answer(421);
    const given = request.headers[tokenHeader];
    if (!knowsToken(typeof given === 'string' ? given : '')) return answer(401);
    const isMetrics = request.url === metricsPath;
    if (!isMetrics && request.url !== logsPath) return answer(404);
    if (request.method !== 'POST') return answer(405);
    if (!allowance.take()) return answer(429);
    const bytes = await bodyOf(request);
    if (bytes === undefined) return answer(413);
    const contentType = request.headers['content-type'] ?? '';
    const encoding = request.headers['content-encoding'] ?? '';
    const body = { contentType, encoding, bytes };
    const decoded = isMetrics ? decodeMetrics(body) : decodeExport(body);
    if (!decoded.ok) return answer(decoded.status);
    if (decoded.unusable > 0) {
      const what = isMetrics ? 'sums' : 'requests';
      log('warn', `${decoded.unusable} ${what} in Claude Code's telemetry could not be used.`);
    }
    try {
      if ('sums' in decoded) {
        if (decoded.sums.length > 0) storeSums(decoded.sums);
      } else if (decoded.events.length > 0) store(decoded.events);
    } catch {
      return answer(503);
    }
    const target = isMetrics ? forwardMetrics : forward;
    const passedOn = target && (await passOn(target, body, log));
    // The other receiver's answer is the one Claude Code acts on, as if ours were not there.
    if (passedOn !== undefined && passedOn >= 300) return answer(passedOn);
    response.setHeader('content-type', contentType);
    answer(200, emptyAnswer(decoded.form));
  };
}

/** An `ExportLogsServiceResponse`, or one of metrics, that rejects nothing. */
function emptyAnswer(form: ExportForm): string {
  return form === 'json' ? '{}' : '';
}

/** The body, undefined where it is too large: what is left of it is not kept. */
function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= mostBody) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve(undefined);
      }
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('the connection was closed')));
  });
}

/** Sends a body on as it came; the status it was answered with, 503 where nobody answers. */
async function passOn(
  { url, headers }: ForwardTarget,
  body: { contentType: string; encoding: string; bytes: Buffer },
  log: ReceiverEvents['log'],
): Promise<number> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': body.contentType,
        ...(body.encoding !== '' && { 'content-encoding': body.encoding }),
      },
      body: new Uint8Array(body.bytes),
      redirect: 'error',
      signal: AbortSignal.timeout(forwardMs),
    });
    await response.arrayBuffer();
    return response.status;
  } catch (error) {
    log('warn', `The receiver of telemetry behind Outlay's does not answer: ${String(error)}`);
    return 503;
  }
}
