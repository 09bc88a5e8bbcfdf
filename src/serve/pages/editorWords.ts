/**
 * The little of VS Code's API that the words of panels need. The bundle of the server has this module in the
 * place of `vscode`: its pages say what the editor's panels say, by the very same view models.
 */

type Values = readonly (string | number | boolean)[];

let translations: Readonly<Record<string, string>> = {};

export const env = { language: 'en' };

export const l10n = {
  /** A text in the language in use, `{0}` and the like filled in. */
  t: (text: string, ...values: Values): string =>
    (translations[text] ?? text).replace(/\{(\d+)\}/g, (whole, index) =>
      String(values[Number(index)] ?? whole),
    ),
};

/** A browser has no workspace open. */
export const workspace = { workspaceFolders: undefined };

/** From here on words are in another language. */
export function speak(language: string, words: Readonly<Record<string, string>>): void {
  env.language = language;
  translations = words;
}
