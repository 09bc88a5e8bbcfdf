import type { ReportContext } from '../../query/context.ts';
import type { FilterName, OptionValue, Question } from '../../query/question.ts';
import type { Document } from './document.ts';

/**
 * What the value of an option is: `duration` is read into milliseconds, `durations` is several of them
 * with commas and stays text, `percent` is read into a share of one, `list` may be given repeatedly.
 */
export type OptionKind =
  | 'text'
  | 'choice'
  | 'count'
  | 'number'
  | 'percent'
  | 'duration'
  | 'durations'
  | 'flag'
  | 'list';

/** An option of one report. */
export interface OptionDefinition {
  /** Name of the flag without its dashes. */
  readonly name: string;
  /** What stands for its value in the help; none for a flag. */
  readonly value?: string;
  readonly text: string;
  readonly kind: OptionKind;
  readonly choices?: readonly string[];
  readonly default?: OptionValue;
}

/** A report: what it is called, what it may be asked, and how it answers. */
export interface ReportDefinition {
  /** Its command in the terminal; two words for a command inside another. */
  readonly name: string;
  /** Its title in the palette and in documents. */
  readonly title: string;
  /** One sentence. */
  readonly summary: string;
  /** What the first argument is, where the report takes one. */
  readonly argument?: { readonly value: string; readonly text: string };
  /** Period where none is asked for; undefined where the report knows no period. */
  readonly period: 'today' | 'week' | 'month' | 'all' | '7d' | '30d' | undefined;
  readonly filters: readonly FilterName[];
  readonly options: readonly OptionDefinition[];
  /** True where the answer can be an alert: exit 1, and `--fail-on`. */
  readonly gate: boolean;
  /** Environment variable that names the format where no option does. */
  readonly formatVariable?: string;
  /** Command lines with what they answer. */
  readonly examples: readonly (readonly [command: string, answer: string])[];
  /** Refuses what cannot be asked together, with a `HumanError`, before anything is read. */
  readonly check?: (question: Question) => void;
  /** It names the working copy it was asked for in: `context.git`. */
  readonly git?: boolean;
  /** It is asked with files or names that only a terminal offers. */
  readonly terminalOnly?: boolean;
  /** False where a question is answered without the store, so that nothing is read first. */
  readonly needsStore?: (question: Question) => boolean;
  readonly run: (context: ReportContext, question: Question) => Document;
}
