/** A window in another language than English, without a language pack from the marketplace. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Tells a server of a language pack that translates nothing: windows have the language then,
 * extensions use their own translations, and VS Code's own words stay English.
 * @param {string} dataDir the server's
 * @param {string} language such as `de`
 */
export async function addLanguage(dataDir, language) {
  const folder = path.join(dataDir, 'data');
  await mkdir(folder, { recursive: true });
  const nothing = path.join(folder, 'no-translations.json');
  await writeFile(nothing, JSON.stringify({ contents: {} }));
  const pack = {
    hash: 'none',
    label: language,
    // VS Code wants to know whose it is.
    extensions: [{ extensionIdentifier: { id: 'outlay.no-translations' }, version: '0.0.0' }],
    translations: { vscode: nothing },
  };
  await writeFile(path.join(folder, 'languagepacks.json'), JSON.stringify({ [language]: pack }));
}
