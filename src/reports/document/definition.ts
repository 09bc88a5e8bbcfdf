import type { ReportContext } from '../../query/context.ts';
import type { Askable, Question } from '../../query/question.ts';
import type { Document } from './document.ts';

/** A report: what it is called, what it may be asked, and how it answers. */
export interface ReportDefinition extends Askable {
  /** Its command in the terminal; two words for a command inside another. */
  readonly name: string;
  /** Other names of its command. */
  readonly aliases?: readonly string[];
  /** Its title in documents. */
  readonly title: string;
  /** Its title in the editor, where that is another one. */
  readonly editorTitle?: string;
  /** One sentence. */
  readonly summary: string;
  /** What the first argument is, where the report takes one. */
  readonly argument?: { readonly value: string; readonly text: string };
  /** True where the answer can be an alert: exit 1, and `--fail-on`. */
  readonly gate: boolean;
  /** Environment variable that names the format where no option does. */
  readonly formatVariable?: string;
  /** Command lines with what they answer. */
  readonly examples: readonly (readonly [command: string, answer: string])[];
  /** It reads transcripts, and may take a while: in the editor a thread of its own makes it. */
  readonly slow?: boolean;
  /** It names the working copy it was asked for in: `context.git`. */
  readonly git?: boolean;
  /** It is asked with files or names that only a terminal offers. */
  readonly terminalOnly?: boolean;
  /** False where a question is answered without the store, so that nothing is read first. */
  readonly needsStore?: (question: Question) => boolean;
  readonly run: (context: ReportContext, question: Question) => Document;
}
