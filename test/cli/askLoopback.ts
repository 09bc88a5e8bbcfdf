import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

/** How a server of this machine is asked; a header without a value is left out. */
export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
}

/** Asks with the token of a server, on a connection of its own. */
export async function askLoopback(
  { port, token }: { readonly port: number; readonly token: string },
  path: string,
  { method = 'GET', headers = {}, body = '' }: Asked = {},
): Promise<IncomingMessage> {
  const all = { authorization: `Bearer ${token}`, ...headers };
  const given = Object.entries(all).filter((entry) => entry[1] !== undefined);
  const asked = request({
    ...{ host: '127.0.0.1', port, path, method, agent: false },
    headers: Object.fromEntries(given) as Record<string, string>,
  });
  asked.end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return response;
}
