import { registerHooks } from 'node:module';

/**
 * The little of `vscode` that the words of items and panels need, so that they can be timed in plain
 * Node, and tested where no part of an editor matters.
 */
const source = (translations: Readonly<Record<string, string>>): string => `
  const fill = (text, values) => text.replace(/\\{(\\d+)\\}/g, (hole, n) => String(values[n] ?? hole));
  const translations = ${JSON.stringify(translations)};
  export const l10n = { t: (text, ...values) => fill(translations[text] ?? text, values) };
  export const env = { language: 'en' };
  export const workspace = {};
  export class ThemeColor {}
  export class ThemeIcon {}
  export class MarkdownString {}
  export class TreeItem { constructor(label) { this.label = label; } }
  export const TreeItemCollapsibleState = {};
  export class EventEmitter { event = () => ({ dispose() {} }); fire() {} dispose() {} }
`;

/**
 * From here on, modules that import `vscode` can be imported (dynamically: it has to be first). They
 * speak English, or the language of a bundle of translations.
 */
export function standInForVscode(translations: Readonly<Record<string, string>> = {}): void {
  const url = `data:text/javascript,${encodeURIComponent(source(translations))}`;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'vscode' ? { url, shortCircuit: true } : next(specifier, context),
  });
}
