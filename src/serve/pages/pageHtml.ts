import { html, raw } from 'hono/html';
import { type DataPanelName, viewTypes } from '../../protocol/panels.ts';
import { appDescription, browserWords, pageTitles } from '../../views/browser/words.ts';

/** The pages a browser is shown. */
export type PageName = keyof typeof viewTypes;
export const pageNames = Object.keys(viewTypes) as PageName[];

export function isPageName(value: string): value is PageName {
  return Object.hasOwn(viewTypes, value);
}

/** Where a page is; the dashboard is where one begins. */
function pathOf(name: DataPanelName): string {
  return name === 'dashboard' ? './' : `./${name}`;
}

/**
 * A page: the very bundle of the editor's panel. It holds no figure; what is shown comes by requests that
 * know the token. `nonce` is for the style element by which the toolkit finds out what a browser can do.
 */
export function pageHtml(
  name: PageName,
  language: string,
  nonce: string,
  shared: readonly string[],
) {
  return html`<!doctype html>
<html lang="${language}" data-panel="${name}" data-words="${JSON.stringify(browserWords())}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff">
<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#1f1f1f">
<meta property="csp-nonce" content="${nonce}">
<title>Outlay</title>
<link rel="icon" href="assets/icon.svg" type="image/svg+xml">
<link rel="apple-touch-icon" href="assets/icon.png">
<link rel="manifest" href="manifest.webmanifest">
<link rel="stylesheet" href="assets/browser.css">
<link rel="stylesheet" href="assets/${name}.css">
${shared.map((file) => html`<link rel="modulepreload" href="assets/${file}">`)}
</head>
<body>
<nav class="pages" aria-label="Outlay">${(
    Object.entries(pageTitles()) as [DataPanelName, string][]
  ).map(
    ([page, title]) =>
      html`<a href="${pathOf(page)}"${page === name ? raw(' aria-current="page"') : ''}>${title}</a>`,
  )}</nav>
<main id="root"><div class="skeleton" role="status" aria-busy="true">
<div class="bone line"></div><div class="bone cards"></div><div class="bone plot"></div><div class="bone rows"></div>
</div></main>
<div id="notice" role="status" hidden></div>
<script type="module" src="assets/${name}.js"></script>
</body>
</html>
`;
}

/** What a browser needs to install the pages as an app. */
export function manifest(language: string): object {
  return {
    name: 'Outlay',
    short_name: 'Outlay',
    description: appDescription(),
    lang: language,
    id: '/',
    start_url: './',
    scope: './',
    display: 'standalone',
    background_color: '#1f3a4d',
    theme_color: '#1f3a4d',
    icons: [
      { src: 'assets/icon.svg', type: 'image/svg+xml', sizes: 'any', purpose: 'any' },
      { src: 'assets/icon.png', type: 'image/png', sizes: '256x256', purpose: 'any' },
    ],
  };
}
