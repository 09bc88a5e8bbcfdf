import { exportColumns } from '../../src/export/columns.ts';
import { filterTexts, type OptionDefinition } from '../../src/query/options.ts';
import type { ReportDefinition } from '../../src/reports/document/definition.ts';
import { reportDefinitions } from '../../src/reports/registry.ts';
import { tableOf, withTable } from './markedTable.ts';

/** The page of all reports, made of their definitions. */
export function reportsPage(): string {
  return [
    '# Reports',
    '<!-- Written by `npm run docs` from the definitions in src/reports: change those. -->',
    'The same reports answer in the terminal (`outlay NAME`) and in the editor ("Outlay: Show a Report…").',
    contents(),
    common(),
    filters(),
    ...reportDefinitions.map(section),
  ]
    .join('\n\n')
    .concat('\n');
}

function contents(): string {
  const rows = reportDefinitions.map(
    ({ name, summary }) => `| [\`${name}\`](#${anchor(name)}) | ${cell(summary)} |`,
  );
  return ['| report | answers |', '| --- | --- |', ...rows].join('\n');
}

function common(): string {
  return [
    'Every report takes `--format table|markdown|json|csv` (`--json` is `--format json`), `--config-dir DIR`,',
    '`--store FILE`, `--no-index`, `--time-zone ZONE` and `--quiet`; those with a period take `--period',
    'today|yesterday|week|month|lastmonth|2026-10|7d|all|FROM..TO`, `--since` and `--until`. Exit codes: 0 fine or no data, 1 an alert, 2 wrong',
    'use or configuration, 3 the store or the files could not be read. Gates exit 1 on an alert, with',
    '`--fail-on no-data|unpriced|incomplete` on these as well.',
  ].join('\n');
}

function filters(): string {
  const rows = Object.entries(filterTexts).map(
    ([name, { value, text }]) => `| \`--${name} ${value}\` | ${cell(text)} |`,
  );
  return [
    '## Filters',
    'Filters combine: a row has to match all of them.',
    table('filter', rows),
  ].join('\n\n');
}

function section(definition: ReportDefinition): string {
  const { name, summary, argument, period, options, gate, examples } = definition;
  const facts = [
    ...(period === undefined ? [] : [`Period unless one is given: \`${period}\`.`]),
    filterText(definition),
    ...(gate ? ['A gate: exit 1 on an alert.'] : []),
  ];
  const given =
    argument === undefined ? [] : [`| \`${argument.value}\` | ${cell(argument.text)} |`];
  const rows = [...given, ...options.map(optionRow)];
  return [
    `## ${name}`,
    summary,
    facts.join(' '),
    ...(rows.length === 0 ? [] : [table('option', rows)]),
    exampleText(examples),
  ].join('\n\n');
}

function filterText({ filters: own }: ReportDefinition): string {
  const all = Object.keys(filterTexts);
  if (own.length === 0) return 'No filters.';
  if (own.length === all.length) return 'All filters.';
  return `Filters: ${own.map((filter) => `\`--${filter}\``).join(', ')}.`;
}

function optionRow(option: OptionDefinition): string {
  const { name, value, text, choices, default: preset } = option;
  const flag = value === undefined ? `--${name}` : `--${name} ${value}`;
  const list = choices === undefined ? '' : `: ${choices.join(', ')}`;
  const fallback = preset === undefined ? '' : ` (default: ${String(preset)})`;
  return `| \`${flag}\` | ${cell(text + list + fallback)} |`;
}

function exampleText(examples: ReportDefinition['examples']): string {
  const width = Math.max(0, ...examples.map(([line]) => line.length));
  return examples.map(([line, answer]) => `    ${line.padEnd(width + 2)} ${answer}`).join('\n');
}

/** The columns of an export, in their order. */
export function exportTable(): string {
  const rows = exportColumns.map(({ key, text }) => [`\`${key}\``, text]);
  return tableOf(['column', 'what it is'], rows);
}

/** A page with its table of columns written anew. */
export function withColumns(page: string): string {
  return withTable(page, 'columns', exportTable());
}

function table(head: string, rows: readonly string[]): string {
  return [`| ${head} | what it does |`, '| --- | --- |', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function anchor(name: string): string {
  return name.replaceAll(' ', '-');
}
