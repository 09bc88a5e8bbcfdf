/**
 * Whether a text fits a pattern in which `*` stands for any characters and `?` for one. Greedy matching
 * that goes back to the last star only: at most as many steps as both lengths multiplied, where a regular
 * expression takes exponentially many.
 */
export function fits(text: string, pattern: string): boolean {
  let [at, next] = [0, 0];
  /** The last star, and the place up to which it has taken the text. */
  let [star, taken] = [-1, 0];
  while (at < text.length) {
    const wanted = pattern[next];
    if (wanted === '*') {
      star = next++;
      taken = at;
    } else if (wanted === '?') {
      next++;
      at += lengthAt(text, at);
    } else if (wanted === text[at]) {
      next++;
      at++;
    } else if (star >= 0) {
      taken += lengthAt(text, taken);
      at = taken;
      next = star + 1;
    } else return false;
  }
  while (pattern[next] === '*') next++;
  return next === pattern.length;
}

/** Whether a path lies in a folder that fits a pattern; stars and question marks stay within a name. */
export function isInFolder(path: string, pattern: string): boolean {
  const names = path.split(separator);
  const wanted = pattern.replace(/\/$/, '').split(separator);
  return (
    names.length >= wanted.length &&
    wanted.every((part, i) => (i % 2 === 0 ? fits(names[i]!, part) : names[i] === part))
  );
}

/** Splits a path into names with the separators between them. */
const separator = /([/\\])/;

/** Length of the character at a place: a pair of surrogates is one. */
function lengthAt(text: string, at: number): number {
  return text.codePointAt(at)! > 0xffff ? 2 : 1;
}

/** A key of a tracker in a branch's name, such as `ABC-123`; undefined without one. */
export function ticketIn(branch: string): string | undefined {
  return /(?:^|[^A-Za-z0-9])([A-Z][A-Z0-9]{1,9}-\d{1,6})(?![A-Za-z0-9])/.exec(branch)?.[1];
}

/** A pull request by its address: `owner/repository#12`; other addresses as they are. */
export function pullRequestName(url: string): string {
  const match =
    /^https?:\/\/[^/]+\/([^/]+\/[^/]+)\/(?:pull|merge_requests|-\/merge_requests)\/(\d+)/.exec(url);
  return match === null ? url : `${match[1]}#${match[2]}`;
}

/** Branches that name no piece of work of their own. */
const trunks = new Set(['', 'main', 'master', 'trunk', 'develop', 'HEAD']);

/**
 * What a piece of spend was for: the task its records name, else the ticket in its branch's name, else
 * the pull request its session was linked to, else the branch, else nothing ('').
 */
export function taskOf(recorded: string | undefined, branch: string, pullRequest?: string): string {
  if (recorded !== undefined && recorded !== '') return recorded;
  const ticket = ticketIn(branch);
  if (ticket !== undefined) return ticket;
  if (pullRequest !== undefined) return pullRequestName(pullRequest);
  return trunks.has(branch) ? '' : branch;
}
