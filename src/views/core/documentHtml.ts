import { env, type Uri, type Webview } from 'vscode';
import type { CommandId } from './commandIds.ts';

/** A link above a document. */
export interface DocumentLink {
  readonly label: string;
  readonly command: CommandId;
  readonly arguments?: readonly string[];
}

export interface DocumentParts {
  readonly title: string;
  /** Rendered Markdown. */
  readonly body: string;
  readonly links: readonly DocumentLink[];
}

/** The page of a document. Its body is rendered Markdown, in which transcripts' texts are escaped. */
export function documentHtml(
  webview: Webview,
  style: Uri,
  { title, body, links }: DocumentParts,
): string {
  const policy = `default-src 'none'; style-src ${webview.cspSource}`;
  const bar =
    links.length === 0 ? '' : `<nav>${links.map((link) => anchor(link)).join('\n')}</nav>`;
  return `<!DOCTYPE html>
<html lang="${/^[A-Za-z-]+$/.test(env.language) ? env.language : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escaped(title)}</title>
<link rel="stylesheet" href="${webview.asWebviewUri(style)}">
</head>
<body>
<main>
${bar}
${withoutStyles(body)}
</main>
</body>
</html>`;
}

/** Markdown says by a style which column is aligned; the page's rules allow classes alone. */
function withoutStyles(body: string): string {
  return body.replace(/ style="text-align:(left|right|center)"/g, ' class="$1"');
}

function anchor({ label, command, arguments: given }: DocumentLink): string {
  const query = given === undefined ? '' : `?${encodeURIComponent(JSON.stringify(given))}`;
  return `<a href="${escaped(`command:${command}${query}`)}">${escaped(label)}</a>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
