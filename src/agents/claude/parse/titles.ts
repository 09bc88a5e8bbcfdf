import { hashText } from '../../../model/hash53.ts';
import type { SummaryRecord, TitleKind, TitleRecord } from '../../../model/records.ts';
import { oneLine } from '../../titleLine.ts';
import type { RecordHead } from './recordFields.ts';
import { text } from './usage.ts';

const titleFields: Readonly<Record<string, { kind: TitleKind; field: string }>> = {
  'custom-title': { kind: 'custom', field: 'customTitle' },
  'ai-title': { kind: 'ai', field: 'aiTitle' },
  summary: { kind: 'summary', field: 'summary' },
};

/** Collects what names sessions. */
export class TitleCollector {
  titles: TitleRecord[] = [];
  summaries: SummaryRecord[] = [];
  /** Earliest prompt of each session: only the first can name it. */
  #firstPrompts = new Map<string, number>();

  /** Whether records of a type name a session. */
  static names(type: string): boolean {
    return Object.hasOwn(titleFields, type);
  }

  /** Adds a record that names a session; `at` is the latest time before it. */
  add(
    type: string,
    record: Record<string, unknown> | undefined,
    head: RecordHead,
    at: number,
  ): void {
    const { kind, field } = titleFields[type]!;
    const line = oneLine(text(record?.[field]));
    if (line === '') return;
    const leafUuid = kind === 'summary' ? text(record?.leafUuid) : '';
    const { sessionId, offset } = head;
    // Clients wrote summaries of other sessions into whichever file was open.
    if (leafUuid === '') this.titles.push({ sessionId, kind, at, offset, text: line });
    else this.summaries.push({ leaf: hashText(leafUuid), at, offset, text: line });
  }

  addPrompt(prompt: string, { sessionId, at, offset }: RecordHead): void {
    const known = this.#firstPrompts.get(sessionId);
    if (known !== undefined && known <= at) return;
    const line = oneLine(prompt);
    if (line === '') return;
    this.#firstPrompts.set(sessionId, at);
    this.titles.push({ sessionId, kind: 'prompt', at, offset, text: line });
  }
}
