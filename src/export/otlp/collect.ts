import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TimeSpan } from '../../model/calendar.ts';
import type { ReportContext } from '../../query/context.ts';
import type { Question } from '../../query/question.ts';
import { snapshot } from '../../store/query/messagePages.ts';
import { exportedBudget, metricFamilies } from '../prometheus.ts';
import type { Openness } from '../redact.ts';
import { exportPages } from '../rows.ts';
import { type MessageRecord, MessageRecords } from './messageRecord.ts';
import { type Metric, metricOf } from './metric.ts';
import { providersOf } from './provider.ts';
import { UsageMetrics } from './usageMetrics.ts';

/** What is sent is about. */
export interface OtlpQuestion {
  readonly context: ReportContext;
  readonly question: Pick<Question, 'span' | 'filters'>;
  readonly open: Openness;
  /** Newest sessions that have series of their own. */
  readonly sessions: number;
}

/** Metrics of one moment, and when their sums began (UTC milliseconds). */
export interface CollectedMetrics {
  readonly metrics: readonly Metric[];
  readonly from: number;
}

/** Collects metrics again and again; what a store that has not changed was counted to is kept. */
export class MetricsCollector {
  #key = '';
  #usage: UsageMetrics | undefined;

  /** All metrics of a question from one look at the store; no more than a page of it stands in memory. */
  async collect(asked: OtlpQuestion): Promise<CollectedMetrics> {
    const { context, question, open, sessions } = asked;
    return await snapshot(context.db, async () => {
      const budget = exportedBudget(context);
      const families = metricFamilies(context, question, { budget, sessions, open });
      const usage = await this.#usageOf(asked);
      const metrics = [...usage.metrics(), ...families.map(metricOf)];
      const begins = question.span?.from || (usage.from ?? context.now);
      return { metrics: metrics.filter(({ points }) => points.length > 0), from: begins };
    });
  }

  async #usageOf({ context, question, open }: OtlpQuestion): Promise<UsageMetrics> {
    const key = JSON.stringify([context.reader.revision(), question.span, context.accounts]);
    // What filters mean may change with the settings.
    const isKept = Object.keys(question.filters).length === 0;
    if (isKept && this.#usage !== undefined && key === this.#key) return this.#usage;
    const usage = new UsageMetrics(providersOf(context.book));
    for (const page of exportPages(context, question, open)) {
      for (const row of page) usage.add(row);
      await nextTurn();
    }
    [this.#key, this.#usage] = [key, usage];
    return usage;
  }
}

/** Messages in one request: some hundred kilobytes. */
const pageSize = 500;

/** The messages of a question, and what stands for messages, a page at a time. */
export function* collectRecords(
  { context, question, open }: OtlpQuestion,
  span: TimeSpan | undefined = question.span,
): Generator<MessageRecord[], void, void> {
  const records = new MessageRecords(providersOf(context.book));
  for (const page of exportPages(context, { ...question, span }, open, pageSize)) {
    // What was downsampled comes at once, however much it is.
    for (let i = 0; i < page.length; i += pageSize) {
      yield page.slice(i, i + pageSize).map((row) => records.of(row));
    }
  }
}
