import { plainText } from '../../text/plainText.ts';

/**
 * Text of a transcript inside Markdown, safe: every character Markdown, HTML or icon syntax gives a
 * meaning to is escaped, so a title stays a title.
 */
export function escapeMarkdown(text: string): string {
  return plainText(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]()#+\-.!|~$@:/"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
