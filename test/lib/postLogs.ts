import { request } from 'node:http';
import type { RequestEvent } from '../../src/model/requests/requestEvent.ts';
import { jsonExport, recordOf } from './otlp.ts';

/** How a body is posted; without more as Claude Code does. */
export interface Post {
  readonly token?: string;
  readonly host?: string;
  readonly path?: string;
  readonly method?: string;
  readonly type?: string;
  readonly encoding?: string;
  readonly body?: Uint8Array;
}

/** Posts logs to a port of this machine; the status, 0 where nobody listens. */
export function postLogs(port: number, post: Post): Promise<number> {
  const { token, host = `127.0.0.1:${port}`, path = '/v1/logs', method = 'POST' } = post;
  return new Promise((resolve) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method,
        agent: false,
        headers: {
          host,
          'content-type': post.type ?? 'application/json',
          ...(post.encoding !== undefined && { 'content-encoding': post.encoding }),
          ...(token !== undefined && { 'x-outlay-token': token }),
        },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on('error', () => resolve(0));
    sent.end(post.body ?? Buffer.from('{}'));
  });
}

/** Posts events as Claude Code does. */
export function postEvents(
  { port, token }: { readonly port: number; readonly token: string },
  events: readonly RequestEvent[],
): Promise<number> {
  return postLogs(port, { token, body: jsonExport(events.map(recordOf)) });
}
