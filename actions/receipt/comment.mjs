/**
 * Keeps one comment on a pull request that holds a receipt: it is written once, and edited afterwards.
 *
 *     GITHUB_TOKEN=… GITHUB_REPOSITORY=owner/name OUTLAY_NUMBER=12 node comment.mjs receipt.md
 *
 * `GITHUB_API_URL` names another server than api.github.com, `OUTLAY_AUTHOR` another author of the comment
 * than the token of an Action.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the comment is known by: it is not shown. */
const marker = '<!-- outlay-receipt -->';
/** GitHub takes 65,536 characters. */
const longest = 65_000;
/** Comments looked through: a hundred a page. */
const mostPages = 30;
const timeoutMs = 20_000;
const tries = 4;

/** A failure with a sentence for a person. `harmless`: the job goes on. */
class Failure extends Error {
  constructor(message, harmless = false) {
    super(message);
    this.harmless = harmless;
  }
}

function settings(env) {
  const { GITHUB_TOKEN: token = '', GITHUB_REPOSITORY: repository = '' } = env;
  if (token === '') throw new Failure('GITHUB_TOKEN is empty: give the step a token.');
  if (!/^(?!\.+\/)[\w.-]+\/(?!\.+$)[\w.-]+$/.test(repository)) {
    throw new Failure('GITHUB_REPOSITORY must be owner/name.');
  }
  const number =
    env.OUTLAY_NUMBER || (/^refs\/pull\/(\d+)\//.exec(env.GITHUB_REF ?? '')?.[1] ?? '');
  if (!/^[1-9]\d{0,8}$/.test(number)) {
    throw new Failure(
      'There is no number of a pull request: run on pull_request, or set OUTLAY_NUMBER.',
    );
  }
  const api = new URL(env.GITHUB_API_URL || 'https://api.github.com');
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(api.hostname);
  if (api.protocol !== 'https:' && !isLocal) {
    throw new Failure(
      'GITHUB_API_URL must begin with https://, or the token would be read on the way.',
    );
  }
  const issues = `${api.href.replace(/\/$/, '')}/repos/${repository}/issues`;
  return { token, number, issues, author: env.OUTLAY_AUTHOR || 'github-actions[bot]' };
}

async function ask(url, { token }, method = 'GET', body = undefined) {
  for (let attempt = 1; ; attempt++) {
    const answer = await once(url, token, method, body);
    const busy = answer.status === 429 || answer.status >= 500;
    if (!busy || attempt === tries) return answer;
    const asked = Number(answer.headers.get('retry-after'));
    await sleep(Math.min(asked > 0 ? asked * 1000 : 250 * 2 ** attempt, 30_000));
  }
}

async function once(url, token, method, body) {
  try {
    return await fetch(url, {
      method,
      // A token follows to no other server.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'user-agent': 'outlay-receipt',
        'x-github-api-version': '2022-11-28',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw new Failure(`${new URL(url).host} does not answer (${error.cause?.code ?? error.name}).`);
  }
}

async function checked(answer, doing) {
  if (answer.ok) return answer.json();
  if (answer.status === 403 || answer.status === 404) {
    throw new Failure(
      `The token may not ${doing} (${answer.status}): give the job "permissions: pull-requests: write". A pull request from a fork has no such token; the receipt is in the summary of the job.`,
      true,
    );
  }
  throw new Failure(`GitHub refused to ${doing} (${answer.status}).`);
}

/** The comment an earlier run has written; undefined before the first. */
async function ownComment(to) {
  for (let page = 1; page <= mostPages; page++) {
    const url = `${to.issues}/${to.number}/comments?per_page=100&page=${page}`;
    const comments = await checked(await ask(url, to), 'read the comments');
    if (!Array.isArray(comments))
      throw new Failure('GitHub answered with something else than comments.');
    const own = comments.find(
      ({ body, user }) => user?.login === to.author && String(body).startsWith(marker),
    );
    if (own !== undefined) return own;
    if (comments.length < 100) return undefined;
  }
  return undefined;
}

function bodyOf(receipt) {
  const text = `${marker}\n${receipt.trim()}\n`;
  if (text.length <= longest) return text;
  const kept = text.slice(0, text.lastIndexOf('\n', longest));
  return `${kept}\n\n… cut here: the whole receipt is in the summary of the job.\n`;
}

/** Writes or edits the comment; says which. */
export async function keepComment(receipt, env) {
  const to = settings(env);
  if (receipt.trim() === '') throw new Failure('The receipt is empty.');
  const body = bodyOf(receipt);
  const own = await ownComment(to);
  if (own === undefined) {
    const url = `${to.issues}/${to.number}/comments`;
    await checked(await ask(url, to, 'POST', { body }), 'write a comment');
    return 'written';
  }
  // GitHub gives back lines as it likes.
  if (String(own.body).replaceAll('\r\n', '\n').trim() === body.trim()) return 'as it was';
  const url = `${to.issues}/comments/${Number(own.id)}`;
  await checked(await ask(url, to, 'PATCH', { body }), 'edit its comment');
  return 'edited';
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  try {
    const [file] = process.argv.slice(2);
    if (file === undefined) throw new Failure('Name the file of the receipt.');
    process.stdout.write(
      `The comment is ${await keepComment(await readFile(file, 'utf8'), process.env)}.\n`,
    );
  } catch (error) {
    const harmless = error instanceof Failure && error.harmless;
    const kind = harmless ? 'warning' : 'error';
    process.stdout.write(`::${kind}::${String(error.message).replaceAll('\n', ' ')}\n`);
    process.exitCode = harmless ? 0 : 1;
  }
}
