import type { FromPanel } from '../../src/protocol/session.ts';
import { send, type Unversioned } from '../lib/host.ts';

/** Tells the host of a session's panel something. */
export function tell(message: Unversioned<FromPanel>): void {
  send(message);
}
