import { protocolVersion } from '../../../src/protocol/shared.ts';
import { httpHost } from './httpHost.ts';
import type { PageHost } from './pageHost.ts';

declare const acquireVsCodeApi: (() => PageHost) | undefined;

/** May be called once only, so it stays in here. */
const host = typeof acquireVsCodeApi === 'undefined' ? httpHost() : acquireVsCodeApi();

/** A message without its version. */
export type Unversioned<M> = M extends unknown ? Omit<M, 'v'> : never;

/** Tells the host something, in this version of the protocol. */
export function send(message: object): void {
  host.postMessage({ ...message, v: protocolVersion });
}

/** Listens to the host; what is not of this protocol is not listened to. */
export function listen<M>(
  isMessage: (value: unknown) => value is M,
  onMessage: (message: M) => void,
): void {
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (isMessage(event.data)) onMessage(event.data);
  });
}

/** What was kept when the page was last there. */
export function keptState(): unknown {
  return host.getState();
}

/** Keeps what the page needs to come back as it was. */
export function keepState(state: unknown): void {
  host.setState(state);
}
