import { l10n } from 'vscode';
import { withoutPrice } from '../text/counts.ts';
import type { Format } from '../text/format.ts';
import { oneLine } from '../text/names.ts';

/** What decides which cautions stand below a panel. */
export interface NoteInputs {
  readonly demo: boolean;
  readonly catalogueDate: string;
  readonly unpriced: readonly { readonly model: string; readonly messages: number }[];
  /** Messages whose output is counted as far as it is recorded. */
  readonly lower: number;
  /** Lines of transcripts that could not be read or placed. */
  readonly lost?: number | undefined;
  /** Messages whose own counts were not logged: a running counter tells them. */
  readonly recovered?: number | undefined;
  /** Transcripts, or folders with some, could not be read. */
  readonly unread?: boolean | undefined;
}

/** What the figures of a panel are and leave out. */
export function panelNotes(
  { demo, catalogueDate, unpriced, lower, lost = 0, recovered = 0, unread = false }: NoteInputs,
  format: Format,
): string[] {
  return [
    ...(demo ? [l10n.t('These are made-up sessions of the demo.')] : []),
    l10n.t('Estimate at list prices of {0}.', format.localDay(catalogueDate)),
    ...unpriced.map(({ model, messages }) => withoutPrice(messages, oneLine(model), format)),
    ...lowerNotes(lower, format),
    ...lostNotes(lost, format),
    ...recoveredNotes(recovered, format),
    ...(unread
      ? [
          l10n.t(
            'At least: folders or files with transcripts could not be read. "Outlay: Show Diagnostics" names them.',
          ),
        ]
      : []),
  ];
}

/** What "≥" before a figure stands for: nothing where every message has its final count. */
export function lowerNotes(lower: number, format: Format): string[] {
  if (lower === 0) return [];
  return [
    lower === 1
      ? l10n.t('≥: 1 message lacks a final or readable count.')
      : l10n.t('≥: {0} messages lack a final or readable count.', format.count(lower)),
  ];
}

/** What lines that could not be read leave open. */
export function lostNotes(lost: number, format: Format): string[] {
  if (lost === 0) return [];
  return [
    lost === 1
      ? l10n.t('At least: 1 transcript line could not be read or attributed, and is in no figure.')
      : l10n.t(
          'At least: {0} transcript lines could not be read or attributed, and are in no figure.',
          format.count(lost),
        ),
  ];
}

/** What is known of messages from a running counter alone. */
export function recoveredNotes(recovered: number, format: Format): string[] {
  if (recovered === 0) return [];
  return [
    recovered === 1
      ? l10n.t('1 message is recovered from a counter: its requests were not logged.')
      : l10n.t(
          '{0} messages are recovered from a counter: their requests were not logged.',
          format.count(recovered),
        ),
  ];
}
