import { Command } from 'commander';
import { addExportOtlp } from '../../src/cli/commands/export/exportOtlp.ts';
import { attributeNames, attributeTexts, genAiMetrics } from '../../src/export/otlp/names.ts';
import { tableOf, withTable } from './markedTable.ts';

/** docs/otel.md with its tables written anew: options of the command, metrics, attributes. */
export function withNames(page: string): string {
  const attributes = Object.entries(attributeNames).map(([key, name]) => [
    `\`${name}\``,
    attributeTexts[key as keyof typeof attributeNames],
  ]);
  const metrics = Object.values(genAiMetrics).map(({ name, unit, text }) => [
    `\`${name}\``,
    `\`${unit}\``,
    text,
  ]);
  const tables: [name: string, table: string][] = [
    ['options', tableOf(['option', 'what it does'], ownOptions())],
    ['metrics', tableOf(['metric', 'unit', 'what it is'], metrics)],
    ['attributes', tableOf(['attribute', 'what it is'], attributes)],
  ];
  return tables.reduce((written, [name, table]) => withTable(written, name, table), page);
}

/** Options no other export has: those before the period. */
function ownOptions(): string[][] {
  const group = new Command();
  addExportOtlp(group, '');
  const { options } = group.commands[0]!;
  return options
    .slice(
      0,
      options.findIndex(({ long }) => long === '--since'),
    )
    .map(({ flags, description, argChoices, defaultValue, defaultValueDescription }) => {
      const choices = argChoices === undefined ? '' : `: ${argChoices.join(' or ')}`;
      const preset = defaultValueDescription ?? defaultValue;
      return [
        `\`${flags}\``,
        description + choices + (preset === undefined ? '' : ` (${String(preset)})`),
      ];
    });
}
