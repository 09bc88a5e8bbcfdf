import type { Budget } from '../analysis/budgets/budget.ts';
import type { BudgetTarget } from '../analysis/budgets/budgetScope.ts';
import { fits } from '../analysis/spend/patterns.ts';
import { type BudgetSpend, BudgetSpends, type SpendSource } from '../budgets/budgetSpend.ts';
import { isOneSum, SumSpends } from '../budgets/sumSpends.ts';
import type { TimeSpan } from '../model/calendar.ts';
import type { ReportContext } from '../query/context.ts';
import { noneDeclined } from '../query/declined.ts';
import { groupsOf } from '../query/names.ts';
import { projectNames, projectPath } from '../query/projects.ts';
import { taggerOf } from '../query/tagger.ts';
import { backgroundRowsOf } from '../store/query/background.ts';
import { spendSums } from '../store/query/fragments.ts';
import { messageSums } from '../store/query/messageSpend.ts';
import type { PendingSpend } from '../store/query/pendingMessages.ts';
import { spendRows } from '../store/query/spendRows.ts';
import { downsampledUpTo } from '../store/retention/downsampleState.ts';
import { addSums, noSums, type SpendSums } from '../store/schema/sums.ts';
import { isProject, isSamePath } from '../text/paths.ts';

/** Who asks: one session, and in it the main thread or one subagent. */
export interface Caller {
  readonly sid: string;
  readonly agentId: string;
  readonly promptId: string;
  /** Directory the session started in, and its repository. */
  readonly cwd: string;
  readonly gitRoot: string | null;
  readonly branch: string;
}

/** The caller's session as the store has it; times in UTC milliseconds. */
interface OwnSession {
  readonly id: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

const always: TimeSpan = { from: 0, to: Number.MAX_SAFE_INTEGER };

/**
 * What was spent of the part of each budget that a caller belongs to: by the store, and by what its own
 * transcripts hold that is not stored yet. Sums of everything come from the rollups in a fraction of a
 * millisecond; a session's own from its messages alone.
 */
export class CallerSpends implements SpendSource {
  readonly #context: ReportContext;
  readonly #caller: Caller;
  readonly #pending: readonly PendingSpend[];
  readonly #sums: SumSpends;
  #session: OwnSession | null | undefined;
  #all: BudgetSpends | undefined;

  constructor(context: ReportContext, caller: Caller, pending: readonly PendingSpend[]) {
    this.#context = context;
    this.#caller = caller;
    this.#pending = pending;
    this.#sums = new SumSpends(context.reader);
  }

  /** What budgets have to be about to concern the caller. */
  target(): BudgetTarget {
    const { cwd, gitRoot, branch, agentId, sid } = this.#caller;
    return {
      project: projectPath({ cwd, gitRoot }),
      groups: groupsOf(this.#context, { cwd, gitRoot }),
      branch,
      tags: taggerOf(this.#context)(this.#context.now, sid, branch),
      session: true,
      agent: agentId !== '',
    };
  }

  read(budget: Pick<Budget, 'scope' | 'period'>, span: TimeSpan | undefined): BudgetSpend[] {
    const stored = this.#stored(budget, span);
    if (stored === undefined) return [];
    const within = span ?? always;
    const counts = this.#counting(budget);
    const pending = this.#pending.filter(
      (spend) => spend.at >= within.from && spend.at < within.to && counts(spend),
    );
    const sums = addSums([stored.sums, ...pending]);
    return [{ ...stored, sums }];
  }

  /** What the session has spent, ever, in its main thread and its subagents. */
  session(): BudgetSpend {
    return this.read({ scope: { kind: 'session' }, period: { kind: 'lifetime' } }, undefined)[0]!;
  }

  #stored(
    budget: Pick<Budget, 'scope' | 'period'>,
    span: TimeSpan | undefined,
  ): BudgetSpend | undefined {
    const { scope, period } = budget;
    const { sid, agentId, cwd, gitRoot } = this.#caller;
    if (period.kind === 'run') return this.#run(scope, span);
    switch (scope.kind) {
      case 'session':
        return { ...part(sid, this.#ofSession(span)), background: this.#background(span) };
      case 'agent':
        return agentId === '' ? undefined : part(`${sid}, ${agentId}`, this.#ofAgent(span));
      case 'project': {
        if (scope.path !== '*') break;
        const name = projectNames(this.#context.reader)({ cwd, gitRoot });
        const places = this.#context.reader.projects();
        const own = places.filter((place) =>
          isSamePath(projectPath(place), projectPath({ cwd, gitRoot })),
        );
        return {
          ...this.#sums.sums(
            span ?? always,
            own.map((place) => place.cwd),
          ),
          part: name,
        };
      }
      case 'group': {
        const places = this.#context.reader.projects();
        const own = places.filter((place) => groupsOf(this.#context, place).includes(scope.name));
        return this.#sums.sums(
          span ?? always,
          own.map((place) => place.cwd),
        );
      }
    }
    if (isOneSum({ ...budget, unit: { kind: 'usd' } } as Budget)) {
      return this.#sums.read(budget, span)[0];
    }
    // Branches and tags cross sessions: the same rows as every report's.
    this.#all ??= new BudgetSpends(this.#context, { sumsOnly: true });
    return this.#all.read(budget, span)[0] ?? part('', noSums());
  }

  /** A run: what the caller's prompt, or the subagent that is the caller, has spent. */
  #run(scope: Budget['scope'], span: TimeSpan | undefined): BudgetSpend | undefined {
    const { sid, agentId, promptId } = this.#caller;
    if (agentId !== '') return part(`${sid}, ${agentId}`, this.#ofAgent(span));
    if (scope.kind === 'agent' || promptId === '') return undefined;
    const where = 'm.sidechain = 0 AND m.prompt = (SELECT id FROM word WHERE text = ?)';
    return part(`${sid}, prompt ${promptId}`, this.#ofMessages(span, where, promptId));
  }

  #ofAgent(span: TimeSpan | undefined): SpendSums {
    const { agentId } = this.#caller;
    const where = 'm.agent = (SELECT id FROM agent WHERE session = m.session AND aid = ?)';
    return this.#ofMessages(span, where, agentId);
  }

  #ofSession(span: TimeSpan | undefined): SpendSums {
    const session = this.#own();
    if (session === null) return noSums();
    const { db } = this.#context;
    const whole =
      span === undefined || (span.from <= session.startedAt && session.endedAt < span.to);
    if (whole) {
      return db
        .prepare(`SELECT ${spendSums} FROM spend_total WHERE session = ?`)
        .get<SpendSums & Record<string, never>>(session.id)!;
    }
    if (span.from < downsampledUpTo(db).messages) {
      return addSums(spendRows(db, span, ['session']).filter((row) => row.session === session.id));
    }
    return this.#ofMessages(span, 'TRUE');
  }

  #ofMessages(span: TimeSpan | undefined, where: string, ...values: string[]): SpendSums {
    const session = this.#own();
    if (session === null) return noSums();
    const { from, to } = span ?? always;
    return this.#context.db
      .prepare(
        `SELECT ${messageSums} FROM message m
         WHERE m.session = ? AND m.at >= ? AND m.at < ? AND m.counted = 1 AND ${where}`,
      )
      .get<SpendSums & Record<string, never>>(session.id, from, to, ...values)!;
  }

  #background(span: TimeSpan | undefined): number {
    const session = this.#own();
    if (session === null) return 0;
    const { from, to } = span ?? always;
    return backgroundRowsOf(this.#context.db, session.id)
      .filter(({ at }) => at >= from && at < to)
      .reduce((sum, { nano }) => sum + nano, 0);
  }

  #own(): OwnSession | null {
    this.#session ??=
      this.#context.db
        .prepare(
          'SELECT id, coalesce(first_at, 0) AS startedAt, coalesce(last_at, 0) AS endedAt FROM session WHERE sid = ?',
        )
        .get<OwnSession>(this.#caller.sid) ?? null;
    return this.#session;
  }

  /** Whether spend that is not stored yet counts for a budget. */
  #counting({ scope, period }: Pick<Budget, 'scope' | 'period'>): (spend: PendingSpend) => boolean {
    const { sid, agentId, promptId, cwd, gitRoot } = this.#caller;
    const own = (spend: PendingSpend): boolean => spend.sid === sid;
    if (period.kind === 'run') {
      return agentId === ''
        ? (spend) => own(spend) && spend.promptId === promptId
        : (spend) => own(spend) && spend.agentId === agentId;
    }
    switch (scope.kind) {
      case 'session':
        return own;
      case 'agent':
        return (spend) => own(spend) && spend.agentId === agentId;
      case 'branch':
        return ({ branch }) => fits(branch, scope.name);
      case 'tag': {
        const tagger = taggerOf(this.#context);
        return (spend) => tagger(spend.at, spend.sid, spend.branch).includes(scope.name);
      }
      case 'project':
        return (spend) =>
          scope.path === '*' || isProject(this.#placeOf(spend.sid, { cwd, gitRoot }), scope.path);
      case 'group':
        return (spend) =>
          groupsOf(this.#context, this.#placeOf(spend.sid, { cwd, gitRoot })).includes(scope.name);
      default:
        return () => true;
    }
  }

  /** Where a session belongs; a fork's transcript holds messages of its parent. */
  #placeOf(sid: string, own: { cwd: string; gitRoot: string | null }) {
    if (sid === this.#caller.sid) return own;
    const place = this.#context.db
      .prepare(
        `SELECT c.text AS cwd, p.git_root AS gitRoot FROM session s JOIN word c ON c.id = s.cwd
         LEFT JOIN project p ON p.cwd = s.cwd WHERE s.sid = ?`,
      )
      .get<{ cwd: string; gitRoot: string | null }>(sid);
    return place ?? own;
  }
}

function part(name: string, sums: SpendSums): BudgetSpend {
  return { part: name, sums, background: 0, sessions: 0, unpriced: [], declined: noneDeclined };
}
