import { markUnsafe } from '../text/plainText.ts';

/** One sample of a family: its labels and its value. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with all its samples, as the text format of Prometheus keeps them together. */
export interface Family {
  readonly name: string;
  /** What it measures, in one line. */
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly samples: readonly Sample[];
}

/**
 * Text exposition format 0.0.4 (Prometheus, "Exposition formats"). Families without samples are left
 * out.
 */
export function exposition(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, type, samples }) => {
      const lines = samples.map((sample) => `${name}${labelText(sample.labels)} ${sample.value}\n`);
      return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`;
    })
    .join('');
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** What the format cannot escape but a terminal acts upon is shown as its number, `<1B>`. */
function escaped(text: string): string {
  return markUnsafe(text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n'));
}
