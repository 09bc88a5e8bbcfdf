/** Whether a text fits a pattern in which `*` stands for any characters and `?` for one. */
export function fits(text: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'su').test(text);
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
