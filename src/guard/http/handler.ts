import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerPlace } from '../../dataFolder/guardServer.ts';
import { loopbackAddress, secretCheck } from '../../platform/loopback.ts';
import { answerHook } from '../answerHook.ts';
import { isGuardEvent, longestInput } from '../hookInput.ts';
import type { GuardMachine } from '../judge.ts';
import { guardPath, healthPath, sessionHeaders } from './routes.ts';

/** Longest value of a session's environment that is taken over. */
const longestVariable = 4096;

/** Answers a request, and says whether it was one of Claude Code's. */
export type GuardHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Answers hooks over HTTP as the process does, by the same judge. Whoever asks has to know the token, and
 * to have asked this address by its number: a page in a browser, which can be made to ask loopback under
 * another name, does neither.
 */
export function guardHandler(place: ServerPlace, machine: () => GuardMachine): GuardHandler {
  const isWanted = secretCheck(`Bearer ${place.token}`);
  return (request, response) => {
    const { headers, method } = request;
    const refuse = (status: number): false => {
      response.writeHead(status, { connection: 'close', 'content-length': 0 });
      response.end();
      // What is still to come is read by nobody.
      request.resume();
      return false;
    };
    if (headers.host !== `${loopbackAddress}:${place.port}` || headers.origin !== undefined) {
      return refuse(403);
    }
    if (!isWanted(headers.authorization ?? '')) return refuse(401);
    const { pathname, search } = new URL(request.url ?? '', `http://${headers.host}`);
    if (pathname === healthPath) {
      if (method !== 'GET') return refuse(405);
      sendJson(response, JSON.stringify({ pid: process.pid }));
      return false;
    }
    const event = pathname.startsWith(guardPath) ? pathname.slice(guardPath.length) : '';
    if (!isGuardEvent(event)) return refuse(404);
    if (method !== 'POST') return refuse(405);
    if (!/^application\/json\b/.test(headers['content-type'] ?? '')) return refuse(415);
    const options = { strict: search === '?strict', transport: 'http' as const };
    const asked = (): GuardMachine => {
      const here = machine();
      return { ...here, env: sessionEnvironment(here.env, headers) };
    };
    readBody(request, (text) => {
      sendJson(response, answerHook(event, text, asked(), options) || '{}');
    });
    return true;
  };
}

/** Hands on the whole body; of one that is too long nothing, which is judged as unreadable. */
function readBody(request: IncomingMessage, done: (text: string) => void): void {
  let parts: Buffer[] = [];
  let length = 0;
  request.on('data', (part: Buffer) => {
    length += part.length;
    if (length <= longestInput) parts.push(part);
    else parts = [];
  });
  request.on('end', () => {
    done(length <= longestInput ? Buffer.concat(parts).toString('utf8') : '');
  });
}

function sendJson(response: ServerResponse, text: string): void {
  const body = Buffer.from(text);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}

/** The server's environment, with what the session's own says where the guard judges by it. */
function sessionEnvironment(
  env: GuardMachine['env'],
  headers: IncomingMessage['headers'],
): GuardMachine['env'] {
  const asked: Record<string, string | undefined> = { ...env };
  for (const [header, name] of Object.entries(sessionHeaders)) {
    const value = headers[header.toLowerCase()];
    // A variable that is not set is an empty header.
    asked[name] = typeof value === 'string' && value.length <= longestVariable ? value : '';
  }
  return asked;
}
