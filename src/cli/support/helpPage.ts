import type { Command } from 'commander';
import { wrapped } from '../../text/wrap.ts';

/** What one command is for, among others of its kind. */
interface HelpLine {
  /** As it is typed. */
  readonly typed: string;
  readonly text: string;
}

interface HelpGroup {
  readonly title: string;
  /** What most people need. */
  readonly lines: readonly HelpLine[];
  /** Every command of it, by name. */
  readonly commands: readonly string[];
}

/** Every command stands in one of four groups: a test compares. */
export const helpGroups: readonly HelpGroup[] = [
  {
    title: 'Look',
    lines: [
      { typed: 'dashboard --live', text: 'everything on one screen' },
      { typed: 'sessions, session ID', text: 'what each cost; one in detail' },
      { typed: 'report', text: 'a month in 25 lines' },
      { typed: 'breakdown --by project', text: 'by model, agent, branch, tool and more' },
      { typed: 'history', text: 'by day, week or month' },
    ],
    commands: [
      ...['overview', 'dashboard', 'summary', 'report', 'breakdown', 'sessions', 'session'],
      ...['explain', 'verify', 'receipt', 'conversation', 'history', 'activity', 'diff', 'trend'],
    ],
  },
  {
    title: 'Budget',
    lines: [
      { typed: 'budget set, check', text: 'limits, and how far they are used' },
      { typed: 'burn', text: 'faster or slower than usual' },
      { typed: 'projection', text: 'what comes next' },
      { typed: 'guard', text: 'stop Claude Code when a budget is used up' },
    ],
    commands: ['budget', 'limits', 'burn', 'projection', 'alerts', 'guard', 'run'],
  },
  {
    title: 'Improve',
    lines: [
      { typed: 'optimize', text: 'what to change and what it saves' },
      { typed: 'anomaly', text: 'what stands out, and why' },
      { typed: 'counterfactual', text: 'the same tokens on another model' },
    ],
    commands: ['optimize', 'outcome', 'anomaly', 'counterfactual', 'mark'],
  },
  {
    title: 'Automate',
    lines: [
      { typed: 'health', text: 'one exit code for a gate' },
      { typed: 'export', text: 'every message as CSV, JSON or Prometheus' },
      { typed: 'serve', text: 'HTTP API and dashboard in a browser' },
      { typed: 'mcp', text: 'tools for AI agents' },
      { typed: 'statusline', text: 'one line inside Claude Code' },
      { typed: 'doctor', text: 'where Outlay looks, and what it found' },
    ],
    commands: [
      ...[
        'health',
        'benchmark',
        'export',
        'serve',
        'mcp',
        'statusline',
        'exact',
        'track',
        'federation',
        'ingest',
        'import',
        'team',
        'prices',
        'reprice',
        'reconcile',
      ],
      ...['index', 'doctor', 'workers', 'retention', 'reset', 'completion'],
    ],
  },
];

const purpose = 'What Claude Code costs, from the transcripts on this machine.';
/** Where texts begin. */
const textColumn = 28;
const nameColumn = 30;
const indent = ' '.repeat(nameColumn);

/** The first page of help: what most people need, in four groups. */
export function helpPage(): string {
  const line = (typed: string, text: string): string => `${typed.padEnd(textColumn)}${text}`;
  const groups = helpGroups.map(({ title, lines }) =>
    [`  ${title}`, ...lines.map(({ typed, text }) => `    ${line(typed, text)}`)].join('\n'),
  );
  return [
    purpose,
    `  ${line('outlay', '  today, this week, this month, budgets')}`,
    ...groups,
    '  --period yesterday|7d|2026-10   --project NAME   --json   --wide   --notes\n' +
      '  Every command: outlay help --all      One of them: outlay help budget',
    'Exit codes: 0 fine or no data, 1 an alert asked for, 2 wrong use or\n' +
      'configuration, 3 the store or the files could not be read.',
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

/** Every command with what it does, in the same groups. */
export function helpOfAll(program: Command, width: number | undefined): string {
  const described = new Map(
    program.commands.map((command) => [
      command.name(),
      { text: command.description(), aliases: command.aliases() },
    ]),
  );
  const groups = helpGroups.map(({ title, commands }) => {
    const lines = commands.flatMap((name) => {
      const { text = '', aliases = [] } = described.get(name) ?? {};
      const typed = `    ${[name, ...aliases].join(', ')}`.padEnd(nameColumn);
      const room = width === undefined ? undefined : width - nameColumn;
      return wrapped(text, room).map((line, i) => (i === 0 ? typed : indent) + line);
    });
    return [`  ${title}`, ...lines].join('\n');
  });
  return [purpose, ...groups, '  One of them: outlay help budget']
    .map((part) => `${part}\n`)
    .join('\n');
}
