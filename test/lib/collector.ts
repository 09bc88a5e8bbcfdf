import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { type Received, received } from './otlpReceived.ts';

export interface Export extends Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Answer = (response: ServerResponse) => void;

export const ok: Answer = (response) => void response.writeHead(200).end();

export const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Answer =>
  (response) =>
    void response.writeHead(code, headers).end(body);

/** A collector on this machine that answers each request in turn as it is told; the last for ever. */
export async function collector(...answers: readonly Answer[]) {
  const exports: Export[] = [];
  const server = createServer(async (request, response) => {
    const sent = await buffer(request).catch(() => undefined);
    if (sent === undefined) return;
    const { headers, url: path = '' } = request;
    const body = headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    exports.push({ path, headers, body, ...received(path, headers['content-type'] ?? '', body) });
    (answers[Math.min(exports.length, answers.length) - 1] ?? ok)(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    exports,
    port,
    endpoint: `http://127.0.0.1:${port}`,
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
