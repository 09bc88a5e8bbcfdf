import { plainText } from '../../text/plainText.ts';

/**
 * Text of a transcript or a settings file where VS Code draws icons for `$(name)` and links for
 * `[text](link)`: quick picks, notifications, tree items. One line, and only text.
 */
export function plainUiText(text: string): string {
  return plainText(text).replaceAll('$(', '$ (').replaceAll('](', '] (');
}
