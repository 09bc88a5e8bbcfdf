import { HumanError } from '../../model/errors.ts';
import { askGit } from '../../platform/askGit.ts';
import { clip, plainText } from '../../text/plainText.ts';

/** A commit of a branch. Times are UTC milliseconds. */
export interface Commit {
  readonly sha: string;
  /** First line of its message; '' for none. */
  readonly subject: string;
  /** When it was made first: amending and rebasing leave it. */
  readonly authoredAt: number;
  readonly committedAt: number;
}

/** What git knows of the branch a receipt is for. */
export interface BranchHistory {
  /** Names the work may be recorded under; none where git only knows a commit. */
  readonly names: readonly string[];
  /** What it was compared with; '' where nothing was. */
  readonly base: string;
  /** Own commits, in the order they were authored. */
  readonly commits: readonly Commit[];
  /** When the commit it began from was made; undefined where that does not bound the work: after a rebase. */
  readonly startedAt: number | undefined;
  /** When it was merged; undefined while it was not, or git cannot tell. */
  readonly mergedAt: number | undefined;
  /** The range is one of commits, on whatever branch they were made. */
  readonly byTime: boolean;
  readonly notes: readonly string[];
}

/** What a receipt is asked for. */
export interface HistoryQuestion {
  readonly branch?: string | undefined;
  readonly pullRequest?: number | undefined;
  readonly range?: string | undefined;
  readonly base?: string | undefined;
  /** Variables of a GitHub Action, where it runs in one. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** More commits than any branch that is merged in one piece. */
const mostCommits = 10_000;

/** Branches work is merged into, where nobody names one and the remote does not say. */
const usualBases = ['main', 'master', 'trunk', 'develop'];

/** A commit something stands at. */
interface Tip {
  readonly sha: string;
  readonly names: readonly string[];
}

/** Finds the commits a receipt is for. Nothing is fetched: only what is in the repository is seen. */
export function branchHistory(folder: string, question: HistoryQuestion): BranchHistory {
  const repository = new Repository(folder);
  if (question.range !== undefined) return rangeHistory(repository, question.range);
  const action = actionOf(question);
  const tip = tipOf(repository, question, action);
  const base = baseOf(repository, question.base ?? action?.base, tip.names);
  if (tip.sha === '') {
    const [name = ''] = tip.names;
    return {
      ...nothing,
      names: tip.names,
      base: base?.name ?? '',
      notes: [
        `Git has no branch ${shown(name)} here (any more): what is recorded under its name is counted, whenever it was.`,
      ],
    };
  }
  if (base === undefined) {
    throw new HumanError(
      'usage',
      'There is no branch to compare with: no main, master, trunk or develop. Name one with --base.',
    );
  }
  if (tip.names.includes(base.name)) {
    throw new HumanError(
      'usage',
      `${shown(base.name)} is what branches are compared with. Name a branch with --branch, another base with --base, or commits with --commit A..B.`,
    );
  }
  return ownHistory(repository, tip, base);
}

const nothing = {
  names: [],
  base: '',
  commits: [],
  startedAt: undefined,
  mergedAt: undefined,
  byTime: false,
  notes: [],
} as const satisfies BranchHistory;

/** The questions a receipt asks of a repository. */
class Repository {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    const answer = askGit(folder, 'rev-parse', '--git-dir');
    if (answer.ok) return;
    const why = {
      'no-git': 'There is no git on the PATH',
      refused: 'The folder is in no git repository, or one that git does not trust',
      'too-slow': 'Git does not answer',
    }[answer.reason];
    throw new HumanError(
      'usage',
      `${why}: a receipt is made where the branch is (${clip(plainText(folder), 200)}).`,
    );
  }

  #ask(...args: readonly string[]): string | undefined {
    const answer = askGit(this.#folder, ...args);
    if (answer.ok) return answer.text;
    if (answer.reason !== 'too-slow') return undefined;
    throw new HumanError('files', 'Git does not answer in time: the receipt cannot be made.');
  }

  /** The commit a reference names, by its whole name: no revision syntax, whatever its characters. */
  reference(name: string): string | undefined {
    return this.#ask('show-ref', '--verify', '--hash', '--', name)?.trim() || undefined;
  }

  /** The commit a revision names. */
  commit(revision: string): string | undefined {
    // No revision begins like an option.
    if (revision.startsWith('-')) return undefined;
    return this.#ask('rev-parse', '--verify', '--quiet', `${revision}^{commit}`)?.trim();
  }

  /** The branch somebody stands on; undefined on none. */
  currentBranch(): string | undefined {
    return this.#ask('symbolic-ref', '--quiet', '--short', 'HEAD')?.trim();
  }

  /** What a reference points to by name. */
  symbolic(name: string): string | undefined {
    return this.#ask('symbolic-ref', '--quiet', name)?.trim();
  }

  /** Names of references below a prefix, with the commits they stand at. */
  references(...prefixes: readonly string[]): { readonly name: string; readonly sha: string }[] {
    const text = this.#ask('for-each-ref', '--format=%(objectname) %(refname)', ...prefixes) ?? '';
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => ({
        sha: line.slice(0, line.indexOf(' ')),
        name: line.slice(line.indexOf(' ') + 1),
      }));
  }

  /** References whose history has a commit. */
  containing(sha: string): string[] {
    const args = ['for-each-ref', '--format=%(refname)', '--contains', sha];
    return (this.#ask(...args, 'refs/heads', 'refs/remotes') ?? '').split('\n').filter(Boolean);
  }

  isAncestor(a: string, b: string): boolean {
    return this.#ask('merge-base', '--is-ancestor', a, b) !== undefined;
  }

  /** Commits of one history that are not of another, oldest first, with their parents. */
  commits(
    tip: string,
    without: readonly string[],
    most = mostCommits,
  ): (Commit & { readonly parents: readonly string[] })[] {
    const text = this.#ask(
      ...['rev-list', '--topo-order', `--max-count=${most}`, '--encoding=UTF-8'],
      ...['--format=%H%x00%P%x00%at%x00%ct%x00%s', tip, ...without.map((sha) => `^${sha}`)],
    );
    return (text ?? '')
      .split('\n')
      .filter((line) => line.includes('\0'))
      .map((line) => {
        const [sha = '', parents = '', authored, committed, subject = ''] = line.split('\0');
        return {
          sha,
          parents: parents.split(' ').filter(Boolean),
          subject,
          authoredAt: Number(authored) * 1000,
          committedAt: Number(committed) * 1000,
        };
      })
      .reverse();
  }

  /** The commit of another's first-parent history that brought this one in by a merge; undefined for none. */
  mergeOf(
    tip: string,
    into: string,
  ): { readonly sha: string; readonly firstParent: string } | undefined {
    const text = this.#ask(
      ...['rev-list', '--first-parent', '--ancestry-path', '--parents', into, `^${tip}`],
    );
    const last = (text ?? '').split('\n').filter(Boolean).at(-1);
    const [sha, firstParent, other] = last?.split(' ') ?? [];
    // Otherwise the branch was only moved forward, or has nothing of its own.
    if (sha === undefined || firstParent === undefined || other === undefined) return undefined;
    return this.isAncestor(tip, firstParent) ? undefined : { sha, firstParent };
  }
}

/** What a GitHub Action says of the pull request it runs for. */
interface ActionPull {
  readonly number: number;
  readonly head: string;
  readonly base: string;
}

function actionOf({ env, pullRequest }: HistoryQuestion): ActionPull | undefined {
  const number = Number(/^refs\/pull\/(\d{1,9})\//.exec(env.GITHUB_REF ?? '')?.[1]);
  const { GITHUB_HEAD_REF: head = '', GITHUB_BASE_REF: base = '' } = env;
  if (!(number > 0) || head === '' || base === '') return undefined;
  return pullRequest === undefined || pullRequest === number ? { number, head, base } : undefined;
}

function tipOf(
  repository: Repository,
  { branch, pullRequest }: HistoryQuestion,
  action: ActionPull | undefined,
): Tip {
  if (branch !== undefined) return branchTip(repository, branch);
  if (pullRequest !== undefined) return pullTip(repository, pullRequest, action);
  const current = repository.currentBranch();
  if (current !== undefined) return branchTip(repository, current);
  // Actions check out a commit, no branch.
  if (action !== undefined) return pullTip(repository, action.number, action);
  throw new HumanError(
    'usage',
    'No branch is checked out. Name one with --branch, a pull request with --pr, or commits with --commit A..B.',
  );
}

function branchTip(repository: Repository, name: string): Tip {
  const local = repository.reference(`refs/heads/${name}`);
  if (local !== undefined) return { sha: local, names: [name] };
  const named = repository.reference(`refs/remotes/${name}`);
  if (named !== undefined) return { sha: named, names: [shortName(`refs/remotes/${name}`)] };
  const remote = repository
    .references('refs/remotes')
    .find((each) => each.name.split('/').slice(3).join('/') === name);
  return { sha: remote?.sha ?? '', names: [name] };
}

/** Where pull requests stand in a repository that fetched them, in the order they are looked for. */
function pullReferences(number: number): string[] {
  return [
    `refs/pull/${number}/head`,
    `refs/remotes/origin/pr/${number}`,
    `refs/remotes/origin/pull/${number}/head`,
    `refs/remotes/origin/pull/${number}`,
    `refs/remotes/upstream/pr/${number}`,
    `refs/remotes/pull/${number}/head`,
    `refs/heads/pr/${number}`,
  ];
}

function pullTip(repository: Repository, number: number, action: ActionPull | undefined): Tip {
  const named = action === undefined ? [] : [action.head];
  for (const reference of pullReferences(number)) {
    const sha = repository.reference(reference);
    if (sha !== undefined)
      return { sha, names: [...new Set([...named, ...branchesAt(repository, sha)])] };
  }
  const merge = [`refs/remotes/pull/${number}/merge`, `refs/pull/${number}/merge`]
    .map((name) => repository.reference(name))
    .find((sha) => sha !== undefined);
  // The merge GitHub tries: its second parent is the branch.
  const head = merge && repository.commit(`${merge}^2`);
  if (head) return { sha: head, names: [...new Set([...named, ...branchesAt(repository, head)])] };
  if (action !== undefined) return branchTip(repository, action.head);
  throw new HumanError(
    'usage',
    `The repository has no reference of pull request ${number}. Fetch it (git fetch origin pull/${number}/head:refs/pull/${number}/head), or name its branch with --branch.`,
  );
}

/** Branches that stand at a commit, without the remotes' names. */
function branchesAt(repository: Repository, sha: string): string[] {
  return repository
    .references('refs/heads', 'refs/remotes')
    .filter((each) => each.sha === sha)
    .map(({ name }) => shortName(name))
    .filter((name) => name !== 'HEAD');
}

function shortName(reference: string): string {
  const parts = reference.split('/');
  return parts.slice(parts[1] === 'remotes' ? 3 : 2).join('/');
}

/** What a branch is compared with. */
interface Base {
  readonly name: string;
  readonly sha: string;
}

function baseOf(
  repository: Repository,
  named: string | undefined,
  tips: readonly string[],
): Base | undefined {
  if (named !== undefined) {
    const found = baseAt(repository, named);
    if (found !== undefined) return found;
    const sha = repository.commit(named);
    if (sha !== undefined && sha !== '') return { name: named, sha };
    throw new HumanError(
      'usage',
      `Git has no branch or commit ${shown(named)} (--base). Name one that is in the repository.`,
    );
  }
  const head = repository.symbolic('refs/remotes/origin/HEAD');
  const names = [...(head === undefined ? [] : [shortName(head)]), ...usualBases];
  const bases = names.flatMap((name) => baseAt(repository, name) ?? []);
  return bases.find(({ name }) => !tips.includes(name)) ?? bases[0];
}

/** A branch as the remote has it where it is further: a local one is often left behind. */
function baseAt(repository: Repository, name: string): Base | undefined {
  const local = repository.reference(`refs/heads/${name}`);
  const remote = repository.reference(`refs/remotes/origin/${name}`);
  if (local === undefined || remote === undefined) {
    const sha = local ?? remote;
    return sha === undefined ? undefined : { name, sha };
  }
  return { name, sha: repository.isAncestor(local, remote) ? remote : local };
}

function ownHistory(repository: Repository, tip: Tip, base: Base): BranchHistory {
  const merge = repository.isAncestor(tip.sha, base.sha)
    ? repository.mergeOf(tip.sha, base.sha)
    : undefined;
  const without = merge === undefined ? base.sha : merge.firstParent;
  const found = repository.commits(tip.sha, [without]);
  const commits = found.toSorted((a, b) => a.authoredAt - b.authoredAt);
  const notes = [
    ...moved(commits),
    ...(found.length === mostCommits
      ? [`Only the last ${mostCommits} commits are looked at.`]
      : []),
  ];
  const [mergeCommit] = merge === undefined ? [] : repository.commits(merge.sha, [], 1);
  const common = {
    ...nothing,
    names: tip.names,
    base: base.name,
    commits,
    mergedAt: mergeCommit?.committedAt,
  };
  const [first] = found;
  const began = first === undefined ? tip.sha : first.parents[0];
  const parent = began === undefined ? undefined : repository.commits(began, [], 1)[0];
  const startedAt = parent?.committedAt;
  const rebased =
    startedAt !== undefined && commits.some(({ authoredAt }) => authoredAt < startedAt);
  if (tip.names.length === 0) return { ...common, ...unnamed(commits, startedAt, rebased), notes };
  if (!rebased) return { ...common, startedAt, notes };
  return {
    ...common,
    notes: [
      ...notes,
      'It was rebased onto a later commit, so its beginning is not known: all that is recorded under its name is counted.',
    ],
  };
}

/** Of a pull request whose branch nobody here has, only the time of its commits is known. */
function unnamed(
  commits: readonly Commit[],
  startedAt: number | undefined,
  rebased: boolean,
): Pick<BranchHistory, 'startedAt' | 'mergedAt' | 'byTime'> {
  return {
    startedAt: rebased ? commits[0]?.authoredAt : startedAt,
    mergedAt: commits.at(-1)?.authoredAt,
    byTime: true,
  };
}

/** A minute between the two times of a commit is what a hook may take. */
const sameMs = 60_000;

function moved(commits: readonly Commit[]): string[] {
  const { length } = commits.filter(
    ({ authoredAt, committedAt }) => Math.abs(committedAt - authoredAt) > sameMs,
  );
  if (length === 0) return [];
  const they = length === 1 ? '1 commit was' : `${length} commits were`;
  return [`${they} amended or rebased later: the cut is where each was first authored.`];
}

/** Commits by `A..B`, or one commit. */
function rangeHistory(repository: Repository, range: string): BranchHistory {
  const [from, to, more] = range.split('..');
  const named = (revision: string): string => {
    const sha = repository.commit(revision);
    if (sha !== undefined && sha !== '') return sha;
    throw new HumanError(
      'usage',
      `Git has no commit ${shown(revision)} (--commit). Write one commit, or two with .. between them.`,
    );
  };
  if (from === undefined || from === '' || more !== undefined || to?.startsWith('.')) {
    throw new HumanError(
      'usage',
      `${JSON.stringify(range.slice(0, 80))} is no range of commits (--commit). Write one commit, or two with .. between them.`,
    );
  }
  const tip = named(to === undefined ? from : to === '' ? 'HEAD' : to);
  const parent = repository.commits(tip, [], 1)[0]?.parents[0];
  const base = to === undefined ? parent : named(from);
  const found = repository.commits(tip, base === undefined ? [] : [base]);
  const commits = found.toSorted((a, b) => a.authoredAt - b.authoredAt);
  const [before] = base === undefined ? [] : repository.commits(base, [], 1);
  const first = commits[0];
  const late = before !== undefined && first !== undefined && before.authoredAt > first.authoredAt;
  return {
    ...nothing,
    names: [...new Set(repository.containing(tip).map(shortName))].filter(
      (name) => name !== 'HEAD',
    ),
    base: shortSha(base),
    commits,
    startedAt: late ? first.authoredAt : before?.authoredAt,
    mergedAt: commits.at(-1)?.authoredAt,
    byTime: true,
    notes: [
      ...moved(commits),
      ...(late
        ? ['Its first commit is older than the one before it: what was spent on it is not known.']
        : []),
    ],
  };
}

/** A commit as people name it. */
export function shortSha(sha: string | undefined): string {
  return (sha ?? '').slice(0, 9);
}

function shown(name: string): string {
  return `"${clip(plainText(name), 80)}"`;
}
