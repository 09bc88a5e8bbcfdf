import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { env, Uri, type Webview, type WebviewOptions } from 'vscode';

/** Folder of the extension that holds the webviews' bundles; nothing else can be loaded. */
function webviewFolder(extension: Uri): Uri {
  return Uri.joinPath(extension, 'dist', 'webview');
}

/** A panel's page may run its scripts, and load nothing but its bundle. */
export function panelOptions(extension: Uri): WebviewOptions {
  return { enableScripts: true, localResourceRoots: [webviewFolder(extension)] };
}

/** The icon of every panel's tab. */
export function panelIcon(extension: Uri): { light: Uri; dark: Uri } {
  const image = (theme: string): Uri => Uri.joinPath(extension, 'media', `glyph-${theme}.svg`);
  return { light: image('light'), dark: image('dark') };
}

/**
 * What pages share, as files of the webviews' folder: each page needs about all of it, and asks for it at
 * once rather than when its own script has been read.
 */
function sharedScripts(extension: Uri): string[] {
  return readdirSync(webviewFolder(extension).fsPath).filter((file) =>
    /^shared-\w+\.js$/.test(file),
  );
}

/**
 * The page of a webview: its bundle, its style sheet, and the shapes of what is about to come. What is
 * shown comes by message and is written as text; no data ever stands in the HTML.
 */
export function panelHtml(webview: Webview, extension: Uri, name: string): string {
  const nonce = randomBytes(16).toString('hex');
  const at = (file: string): string =>
    String(webview.asWebviewUri(Uri.joinPath(webviewFolder(extension), file)));
  // The toolkit writes a style element to find out what the browser can do; it takes its nonce from
  // the element below.
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${/^[A-Za-z-]+$/.test(env.language) ? env.language : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="${nonce}">
<title>Outlay</title>
<link rel="stylesheet" href="${at(`${name}.css`)}">
${sharedScripts(extension)
  .map((file) => `<link rel="modulepreload" nonce="${nonce}" href="${at(file)}">`)
  .join('\n')}
</head>
<body>
<main id="root"><div class="skeleton" role="status" aria-busy="true">
<div class="bone line"></div><div class="bone cards"></div><div class="bone plot"></div><div class="bone rows"></div>
</div></main>
<script type="module" nonce="${nonce}" src="${at(`${name}.js`)}"></script>
</body>
</html>`;
}
