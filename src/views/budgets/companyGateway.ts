import { l10n, type SecretStorage, window } from 'vscode';
import { gatewayAddress } from '../../dataFolder/company/gatewayAddress.ts';
import {
  type GatewaySetup,
  readGatewayAnswer,
  readGatewaySetup,
  removeGateway,
  writeGatewaySetup,
} from '../../dataFolder/company/gatewayFile.ts';
import { dataFolder } from '../../dataFolder/paths.ts';
import { inBackground } from '../core/background.ts';
import { errorText } from '../text/errorText.ts';
import { plainUiText } from '../text/plainUiText.ts';

/** Under which the editor keeps the key. */
const keyName = 'outlay.company.gatewayKey';

/** The company's gateway as it is set up in the editor, which keeps the key in no file of Outlay's. */
export class CompanyGateway {
  readonly #secrets: SecretStorage;

  constructor(secrets: SecretStorage) {
    this.#secrets = secrets;
  }

  /** The key the editor keeps; '' where there is none. */
  async key(): Promise<string> {
    return (await this.#secrets.get(keyName)) ?? '';
  }

  /** Asks where the gateway is, who works here, and for the key; without one it is asked no more. */
  async ask(): Promise<void> {
    const known = readGatewaySetup(dataFolder());
    const url = await window.showInputBox({
      title: l10n.t('Company gateway: address'),
      value: known?.url ?? '',
      placeHolder: 'https://gateway.example.com',
      ignoreFocusOut: true,
      validateInput: (text) =>
        gatewayAddress(text) === undefined
          ? l10n.t(
              'An address such as {0}, without a password in it',
              'https://gateway.example.com',
            )
          : undefined,
    });
    if (url === undefined) return;
    const user = await window.showInputBox({
      title: l10n.t('Company gateway: you'),
      value: known?.user ?? '',
      prompt: l10n.t('Your id there, or your mail address.'),
      ignoreFocusOut: true,
      validateInput: (text) => (text.trim() === '' ? l10n.t('Who you are there') : undefined),
    });
    if (user === undefined) return;
    const key = await window.showInputBox({
      title: l10n.t('Company gateway: key that may read spend limits'),
      password: true,
      ignoreFocusOut: true,
      prompt: l10n.t('Stored by the editor, in no file of Outlay’s. Leave it empty to delete it.'),
    });
    if (key === undefined) return;
    await (key.trim() === '' ? this.#forget() : this.#keep({ url, user }, key));
  }

  async #keep(place: Pick<GatewaySetup, 'url' | 'user'>, key: string): Promise<void> {
    try {
      const { host, limits } = await this.keep(place, key);
      const said =
        limits === 1
          ? l10n.t('{0} has a limit for {1}.', host, place.user)
          : l10n.t('{0} has {2} limits for {1}.', host, place.user, limits);
      inBackground(window.showInformationMessage(plainUiText(said)));
    } catch (error) {
      inBackground(window.showErrorMessage(plainUiText(errorText(error))));
    }
  }

  async #forget(): Promise<void> {
    await this.forget();
    inBackground(
      window.showInformationMessage(
        l10n.t('The company’s gateway is not asked any more, and nothing of it is kept.'),
      ),
    );
  }

  /**
   * Asks a gateway by a key, and keeps both where it answers; throws a `HumanError` where it does not, and nothing
   * changes. Answers how many limits there are, and whose.
   */
  async keep(
    { url, user }: Pick<GatewaySetup, 'url' | 'user'>,
    key: string,
  ): Promise<{ readonly host: string; readonly limits: number }> {
    const { refreshNow } = await import('../../team/gateway/refresh.ts');
    const folder = dataFolder();
    const setup: GatewaySetup = {
      ...{ url: gatewayAddress(url) ?? '', user: user.trim(), tokenFile: '', keyInEditor: true },
      ca: readGatewaySetup(folder)?.ca ?? '',
    };
    await refreshNow(folder, setup, { env: {}, kept: key.trim() });
    await this.#secrets.store(keyName, key.trim());
    writeGatewaySetup(folder, setup);
    const { host, limits } = readGatewayAnswer(folder);
    return { host, limits: limits.length };
  }

  /** Nothing is asked any more, and nothing of it is kept, here or in the data folder. */
  async forget(): Promise<void> {
    await this.#secrets.delete(keyName);
    removeGateway(dataFolder());
  }
}
