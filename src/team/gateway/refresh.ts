import {
  type GatewaySetup,
  gatewayEveryMs,
  isGatewayDue,
  readGatewaySetup,
  updateGatewayAnswer,
} from '../../dataFolder/company/gatewayFile.ts';
import { HumanError } from '../../model/errors.ts';
import { readSecret } from '../secretFile.ts';
import type { Outage } from '../sync.ts';
import { askGateway } from './limits.ts';
import { GatewayBusy } from './pages.ts';

/** Where keys come from besides a file. */
export interface KeySources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the editor keeps; '' or undefined elsewhere. */
  readonly kept?: string | undefined;
}

/** The key a gateway is asked with: from the environment, a file for its owner alone, or the editor; '' without. */
function gatewayKey(
  { tokenFile, keyInEditor }: GatewaySetup,
  { env, kept = '' }: KeySources,
): string {
  const given = (env.OUTLAY_GATEWAY_TOKEN ?? '').trim();
  if (given !== '') return given;
  if (tokenFile !== '') return readSecret(tokenFile, "The key of the company's gateway", 'key');
  // The editor's is of the gateway that was set up there, and goes to no other.
  return keyInEditor ? kept : '';
}

/** Whether the editor alone can ask, as its key is nowhere else. */
export function isLeftToEditor(setup: GatewaySetup, keys: KeySources): boolean {
  return setup.keyInEditor && gatewayKey(setup, keys) === '';
}

/**
 * Asks the company's gateway where that is switched on and due, and keeps what it answers. What goes wrong is noted
 * beside what is kept, and answered: it is told of once. Undefined where there is nothing to tell.
 */
export async function refreshGateway(
  folder: string,
  keys: KeySources,
): Promise<Outage | undefined> {
  const setup = readGatewaySetup(folder);
  if (setup === undefined || !isGatewayDue(folder)) return undefined;
  try {
    if (isLeftToEditor(setup, keys)) return undefined;
    await refreshNow(folder, setup, keys);
    return undefined;
  } catch (error) {
    if (!(error instanceof HumanError)) throw error;
    const text = error.message;
    const wait =
      error instanceof GatewayBusy ? Math.min(error.retryAfter * 1000, longestWaitMs) : 0;
    let told = false;
    updateGatewayAnswer(folder, (kept) => {
      told = kept.problem?.text === text;
      const notBefore = Date.now() + Math.max(gatewayEveryMs, wait);
      return { ...kept, problem: { text, told: true }, notBefore };
    });
    return { text, told };
  }
}

/** A server that wants more patience is asked once a day. */
const longestWaitMs = 24 * 3_600_000;

/** Asks now; throws a `HumanError` where there is no answer. */
export async function refreshNow(
  folder: string,
  setup: GatewaySetup,
  keys: KeySources,
): Promise<void> {
  const key = gatewayKey(setup, keys);
  if (key === '') {
    throw new HumanError(
      'config',
      "There is no key for the company's gateway: set OUTLAY_GATEWAY_TOKEN, or name a file with --token-file.",
      { what: { id: 'gatewayNoKey', values: [] } },
    );
  }
  const limits = await askGateway(setup, key);
  const { host } = new URL(setup.url);
  updateGatewayAnswer(folder, () => ({
    ...{ host, limits, askedAt: Date.now(), problem: undefined, notBefore: 0 },
  }));
}
