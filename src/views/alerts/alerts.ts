import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Disposable, EventEmitter, type LogOutputChannel, type SecretStorage } from 'vscode';
import { alertWords } from '../../alerts/alertText.ts';
import { alertJson } from '../../alerts/channels/bodies.ts';
import { type ChannelWorld, messageFor } from '../../alerts/channels/channel.ts';
import { channels, channelsInForce } from '../../alerts/channels/registry.ts';
import { type Deliverer, deliverAlerts, isWaiting } from '../../alerts/deliverAlerts.ts';
import type { Alert } from '../../dataFolder/alertFile.ts';
import { alertStateStamp, readAlertState } from '../../dataFolder/alertFile.ts';
import { dataFolder } from '../../dataFolder/paths.ts';
import { poolsFile } from '../../dataFolder/team/poolFile.ts';
import { dayOf } from '../../model/calendar.ts';
import { messageOf } from '../../model/errors.ts';
import type { ChannelName } from '../../settings/alertSettings.ts';
import { askAlerts } from '../core/analysis.ts';
import { inBackground } from '../core/background.ts';
import type { Spend } from '../core/spend.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { Throttle } from '../core/throttle.ts';
import type { SessionActions } from '../sessions/actions.ts';
import { showAlerts } from './alertList.ts';
import { AlertNotifications } from './notifications.ts';
import { askSecret, deleteSecrets, keptSecrets } from './secretInput.ts';
import { testChannel } from './testChannel.ts';

/** While something is spent it is asked this often at most, and for a twentieth of the time. */
const restMs = 3_000;
const restFactor = 20;

/**
 * Alerts in a window: asks the rules after commits, on the thread of what takes its time, and tells what
 * one of all windows and terminals has decided, where it is this window that tells it.
 */
export class Alerts implements Disposable {
  readonly #told = new EventEmitter<unknown>();
  /** Fired with an alert as JSON in the window that tells it. */
  readonly onAlert = this.#told.event;
  readonly notifications: AlertNotifications;
  readonly #model: SpendModel;
  readonly #secrets: SecretStorage;
  readonly #log: LogOutputChannel;
  readonly #listening: Disposable;
  readonly #owner = randomUUID();
  #throttle = new Throttle(restMs, () => inBackground(this.check()));
  /** What was looked at last: nothing is asked again while nothing has changed. */
  #asked = '';
  #seenState = '';
  /** Something is still to be told: by another, or after a pause. */
  #hasOpen = false;
  #running: Promise<void> | undefined;
  #problem = '';
  #disposed = false;

  constructor(
    model: SpendModel,
    secrets: SecretStorage,
    actions: Pick<SessionActions, 'open'>,
    log: LogOutputChannel,
  ) {
    this.#model = model;
    this.#secrets = secrets;
    this.#log = log;
    this.notifications = new AlertNotifications(model, actions, () => inBackground(this.show()));
    this.#listening = model.onDidChange((spend) => this.#onSpend(spend));
  }

  /** Asks and tells. Resolves when everything was told that this window is to tell now. */
  async check(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#check().finally(() => {
        this.#running = undefined;
      });
    }
    await this.#running;
  }

  /** The list of alerts as a quick pick. */
  show(): Promise<void> {
    return showAlerts(this.#model, this.notifications);
  }

  setSecret(): Promise<void> {
    return askSecret(this.#secrets);
  }

  /** Deletes what the editor keeps for channels. */
  forgetSecrets(): Promise<void> {
    return deleteSecrets(this.#secrets);
  }

  /** Sends a test alert by a channel that is chosen. */
  async test(): Promise<void> {
    await testChannel(await this.#world());
  }

  #onSpend(spend: Spend): void {
    // What is open is looked at with each tick, as it may be this window's turn by then.
    if (mayCheck(spend) && (this.#hasOpen || this.#hasChanged())) this.#throttle.request();
  }

  #hasChanged(): boolean {
    return this.#stamp() !== this.#asked || alertStateStamp(dataFolder()) !== this.#seenState;
  }

  #stamp(): string {
    const { storeFile, spend } = this.#model;
    const config = statSync(join(dataFolder(), 'config.json'), { throwIfNoEntry: false });
    const day = dayOf(Date.now(), spend.settings.zone);
    const pools = statSync(poolsFile(dataFolder()), { throwIfNoEntry: false })?.mtimeMs;
    return `${storeFile} ${spend.revision} ${config?.mtimeMs} ${config?.size} ${day} ${pools}`;
  }

  async #check(): Promise<void> {
    const started = performance.now();
    try {
      const { settings, demo } = this.#model.spend;
      // Without a reader the store is closed: it is being moved, emptied or removed.
      const isClosed = this.#model.reader === undefined;
      if (demo || isClosed || !settings.alerts.enabled || this.#disposed) return;
      const wanted = channelsInForce(settings.alerts, process.env);
      const stamp = this.#stamp();
      if (stamp !== this.#asked) {
        await askAlerts(this.#model, wanted, Date.now());
        this.#asked = stamp;
      }
      await this.#deliver(wanted);
      this.#seenState = alertStateStamp(dataFolder());
      this.#hasOpen = readAlertState(dataFolder()).open.length > 0;
    } catch (error) {
      // The store may be moved or closed just now, or a file be locked: it is asked again.
      const problem = messageOf(error);
      if (this.#isNew(problem)) this.#log.warn(`Alerts could not be checked: ${problem}`);
    } finally {
      const took = performance.now() - started;
      this.#throttle.dispose();
      this.#throttle = new Throttle(Math.max(restMs, restFactor * took), () =>
        inBackground(this.check()),
      );
      this.#throttle.ran();
      // A commit may have come meanwhile.
      if (!this.#disposed && mayCheck(this.#model.spend) && this.#hasChanged()) {
        this.#throttle.request();
      }
    }
  }

  async #deliver(wanted: readonly ChannelName[]): Promise<void> {
    const state = readAlertState(dataFolder());
    if (!wanted.some((name) => isWaiting(state, name, Date.now()))) return;
    const world = await this.#world();
    const shown: Alert[] = [];
    const problems: string[] = [];
    const deliverers = channels.flatMap((channel): Deliverer[] => {
      if (!wanted.includes(channel.name)) return [];
      const problem = channel.problem(world);
      if (problem !== undefined) {
        problems.push(`${channel.name}: ${problem}`);
        return [];
      }
      const send = (alert: Alert): Promise<void> =>
        channel.send(messageFor(channel, alert, world), world);
      return [{ channel: channel.name, send }];
    });
    const editor: Deliverer = {
      channel: 'editor',
      send: async (alert) => {
        shown.push(alert);
      },
    };
    // What the editor shows waits for no server.
    const place = { dataFolder: dataFolder(), owner: this.#owner, clock: Date.now };
    const others = deliverAlerts(place, deliverers);
    await deliverAlerts(place, wanted.includes('editor') ? [editor] : []);
    for (const alert of shown) this.#tellOthers(alert);
    inBackground(this.notifications.show(shown));
    const problem = [...problems, ...(await others).problems].join(' ');
    if (this.#isNew(problem) && problem !== '') this.#log.warn(`Alerts: ${problem}`);
  }

  #tellOthers(alert: Alert): void {
    const { zone } = this.#model.spend.settings;
    const words = alertWords(alert, { zone, names: true });
    this.#told.fire(alertJson({ alert, words, test: false }));
  }

  async #world(): Promise<ChannelWorld> {
    const { settings } = this.#model.spend;
    return {
      settings: settings.alerts,
      secrets: await keptSecrets(this.#secrets),
      zone: settings.zone,
      log: (line) => this.#log.warn(line),
      sleep: (ms) => sleep(ms),
    };
  }

  /** The same problem is said once. */
  #isNew(problem: string): boolean {
    const isNew = problem !== this.#problem;
    this.#problem = problem;
    return isNew;
  }

  dispose(): void {
    this.#disposed = true;
    this.#listening.dispose();
    this.#throttle.dispose();
    this.#told.dispose();
  }
}

/** A first reading brings what was spent long ago: what is told of it is told at its end. */
function mayCheck({ overview, indexer, settings, demo }: Spend): boolean {
  const isReading = indexer.kind === 'starting' || indexer.kind === 'indexing';
  return overview !== undefined && !isReading && !demo && settings.alerts.enabled;
}
