/** Text that would like to be more than text, in every field of a transcript, and what it must not do. */
import path from 'node:path';
import { answer, clientTotal, transcriptOf, write, writeMeta } from './records.mjs';

const esc = '\u001b';
const bell = '\u0007';

/** By what they try. `shown` is what is left of them where they are shown as a title. */
export const hostileTexts = {
  image: '<img src=x onerror=alert(1)>',
  script: '<script>alert(1)</script>',
  link: '[a](command:workbench.action.closeWindow)',
  picture: '![x](https://example.invalid/x.png)',
  // Leaves a link's address where a round bracket is not written as a number.
  breakout: 'x)**bold**<img src=https://example.invalid/y.png>',
  icon: '$(bug)',
  bold: '**bold** __bold__ # bold',
  code: '`bold` ```bold``` | bold |',
  turned: 'abc\u202e\u200f\u061cgnp.exe',
  isolated: '\u2066a\u2067b\u2068c\u2069d',
  invisible: 'a\u200bb\u2060c\ufeffd\u00ade',
  escapes: `${esc}[31mred ${esc}]8;;https://example.invalid${bell}link${esc}]8;;${bell}\u009b2J`,
  nul: 'a\u0000b',
  half: '\ud800a\udc00',
  lines: 'one\ntwo\r\nthree\u2028four\u2029five',
  proto: '__proto__',
  endless: 'm'.repeat(100_000),
  stacked: `z${'\u0301'.repeat(100_000)}`,
  emoji: '👩‍👩‍👧‍👦🏴‍☠️'.repeat(60),
};

/** Names of the texts, which are the names of their sessions' files too. */
export const hostileNames = Object.keys(hostileTexts);

/** Dollars of a session, background included: the figure by which it is known again. */
export const usdOf = (name) => 2 + hostileNames.indexOf(name) / 100;

const titles = [
  (text) => ({ type: 'custom-title', customTitle: text }),
  (text) => ({ type: 'ai-title', aiTitle: text }),
  (text) => ({ type: 'summary', summary: text }),
];

/** Every field beside the message that a transcript may have, by the names Claude Code uses. */
const everyField = (text) => ({
  sessionId: text,
  cwd: `/home/dev/${text}`,
  gitBranch: text,
  version: text,
  entrypoint: text,
  effort: text,
  promptId: text,
  slug: text,
  userType: text,
  attributionSkill: text,
  attributionPlugin: text,
  attributionMcpServer: text,
  attributionMcpTool: text,
  hookName: text,
  workflowName: text,
  teamName: text,
  agentName: text,
  taskId: text,
});

const line = (record) => `${JSON.stringify(record)}\n`;

/**
 * One session in which everything is this text: title, folder, branch, models, tools, agents, ids.
 * Two messages have a price, two have none because of their model.
 */
export function writeHostile(claude, name, at) {
  const text = hostileTexts[name];
  const place = { session: `hostile-${name}`, cwd: '/home/dev/hostile' };
  const more = (model, extra = {}) => ({
    ...place,
    at,
    ...(model && { model }),
    tools: [text, `${text} 2`],
    extra: { ...everyField(text), ...extra },
  });
  const file = transcriptOf(claude, place);
  write(file, [
    line({ ...titles[hostileNames.indexOf(name) % titles.length](text), sessionId: text }),
    answer(`${text} priced`, usdOf(name) - 1, more()),
    answer(`${text} unpriced`, 1, more(text)),
    // Once more, so that these models come first where only three are named.
    ...(['breakout', 'link', 'icon'].includes(name)
      ? [answer(`${text} again`, 1, more(text))]
      : []),
    answer(`${text} agent`, 0.25, { ...more(), agent: 'x', extra: agentFields(text) }),
    clientTotal(text, usdOf(name)),
  ]);
  // The type of an agent stands in a file beside its transcript, which names the agent.
  const agentFile = transcriptOf(claude, { ...place, agent: 'typed' });
  write(agentFile, [
    answer(`${text} typed`, 0.25, { ...more(), agent: 'typed', extra: agentFields(text, 'typed') }),
  ]);
  writeMeta(agentFile, text, { sessionId: text, worktreePath: text, model: text });
  return path.basename(file);
}

const agentFields = (text, agentId = text) => ({ ...everyField(text), agentId });

/** What must not be in any text that is shown: it moves, hides or turns what stands around it. */
export const acting =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Cs}/u;

/**
 * Everything a text has become that it must not become, in the elements that match: markup, links,
 * icons, and characters that act. Empty when it stayed text. Runs in the page.
 */
export function harmIn(scope, selector) {
  return scope.locator(selector).evaluateAll((elements, acts) => {
    const acting = new RegExp(acts, 'u');
    const found = [];
    const address = (node) =>
      ['href', 'data-href'].map((name) => node.getAttribute(name) ?? '').join(' ');
    for (const element of elements) {
      for (const node of [element, ...element.querySelectorAll('*')]) {
        const tag = node.localName;
        const own = `<${tag} class="${node.getAttribute('class')}"> ${node.textContent.slice(0, 60)}`;
        if (['img', 'script', 'iframe', 'object', 'embed'].includes(tag)) found.push(own);
        if (
          /(^| )(command:workbench|\w+:\/\/example\.invalid)/.test(tag === 'a' ? address(node) : '')
        )
          found.push(own);
        if (['strong', 'b', 'em', 'i', 'code'].includes(tag) && /^bold$/.test(node.textContent)) {
          found.push(own);
        }
        if (node.classList.contains('codicon-bug')) found.push(own);
        if (node.getAttributeNames().some((name) => name.startsWith('on'))) found.push(own);
        const spoken = node.getAttribute('aria-label') ?? '';
        if (acting.test(spoken)) found.push(`spoken: ${JSON.stringify(spoken.slice(0, 80))}`);
      }
      if (acting.test(element.textContent)) {
        const at = element.textContent.search(acting);
        const around = element.textContent.slice(Math.max(0, at - 20), at + 20);
        found.push(`acts: ${JSON.stringify(around)}`);
      }
    }
    return found;
  }, acting.source);
}

/**
 * Notes what the window does from now on that no text may make it do: dialogs, and requests to the
 * address the texts name. Returns a function that answers with the list so far.
 */
export function watchHarm({ page }) {
  const found = [];
  page.on('dialog', async (dialog) => {
    found.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url().includes('example.invalid')) found.push(`request: ${request.url()}`);
  });
  page.on('close', () => found.push('the window was closed'));
  return () => found;
}
