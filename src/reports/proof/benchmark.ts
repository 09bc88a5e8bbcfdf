import { agentLog, knownRoot } from '../../agents/registry.ts';
import {
  type BenchmarkRun,
  benchmarksFile,
  keepBenchmark,
} from '../../dataFolder/benchmarkFile.ts';
import { decimal, roundedTo } from '../../pricing/decimal.ts';
import { createPriceBook } from '../../pricing/priceBook.ts';
import { count, homePath, type ReportContext } from '../../query/context.ts';
import { numberOption, type Question } from '../../query/question.ts';
import { sumBy } from '../../query/sums.ts';
import { openForWriting } from '../../store/connection/openStore.ts';
import { StoreReader } from '../../store/query/storeReader.ts';
import { addSums, type SpendSums } from '../../store/schema/sums.ts';
import { Writer } from '../../store/writer.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Document, Table } from '../document/document.ts';
import { nanoText } from './explain.ts';
import { Filler } from './filler.ts';
import { type GoldenItem, openGoldenCorpus } from './goldenCorpus.ts';

/** Share of figures that has to be right, unless told otherwise. */
const usualGate = 0.8;

/** `outlay benchmark` */
export const benchmark: ReportDefinition = {
  name: 'benchmark',
  title: 'Benchmark',
  summary:
    'How accurate this Outlay counts and prices: a golden corpus with known figures, read anew; exit 1 below the gate.',
  period: undefined,
  filters: [],
  options: [
    {
      name: 'gate-pct',
      value: 'percent',
      text: 'share of the figures that has to be right',
      kind: 'percent',
      default: usualGate * 100,
    },
    { name: 'dry-run', text: 'do not keep the run for "outlay trend"', kind: 'flag' },
  ],
  gate: true,
  terminalOnly: true,
  needsStore: () => false,
  examples: [
    ['outlay benchmark', 'every figure of the corpus, kept for "outlay trend"'],
    ['outlay benchmark --gate-pct 100 --dry-run', 'fails on a single wrong figure'],
  ],
  run: benchmarkReport,
};

/** One figure of the corpus: amounts are nano-dollars. */
export interface GoldenFigure {
  /** Item, model and what is counted, such as `sniffly claude-sonnet-4 output`. */
  readonly name: string;
  readonly isMoney: boolean;
  readonly expected: number;
  readonly counted: number;
}

interface MeasuredItem {
  readonly item: GoldenItem;
  readonly figures: readonly GoldenFigure[];
}

function benchmarkReport(context: ReportContext, question: Question): Document {
  const gate = numberOption(question, 'gate-pct')!;
  const { items, version } = measure();
  const figures = items.flatMap((each) => each.figures);
  const wrong = figures.filter(isWrong);
  const right = figures.length - wrong.length;
  const accuracy = figures.length === 0 ? 0 : right / figures.length;
  const keeps = question.options['dry-run'] !== true && context.dataFolder !== '';
  const run: BenchmarkRun = {
    keptAt: new Date(context.now).toISOString(),
    version,
    catalogueDate: createPriceBook().catalogueDate,
    figures: figures.length,
    right,
    accuracy,
    gate,
  };
  if (keeps) keepBenchmark(context.dataFolder, run);
  const alert = accuracy < gate;
  return {
    title: 'Benchmark',
    sentences: [
      `Accuracy ${accuracy.toFixed(2)}: ${right} of ${figures.length} figures of ${count(items.length, 'golden folder')} are right to the last digit.`,
      alert
        ? `Below the gate of ${gate.toFixed(2)}.`
        : `The gate is ${gate.toFixed(2)}; what is expected is 1.00.`,
    ],
    tables: [itemTable(items), wrongTable(wrong)],
    next: keeps ? ['Earlier runs: outlay trend'] : [],
    notes: [
      {
        about:
          'The golden figures were worked out by hand, or by a program that shares nothing with Outlay, at list prices; your own prices and transcripts have no part in it.',
      },
      ...(keeps
        ? [{ about: `Kept in ${homePath(benchmarksFile(context.dataFolder), context.home)}.` }]
        : []),
    ],
    json: {
      schemaVersion: 1,
      status: alert ? 'alert' : 'ok',
      ...run,
      items: items.map(({ item, figures: own }) => ({
        name: item.name,
        origin: item.origin,
        figures: own.length,
        right: own.length - own.filter(isWrong).length,
      })),
      wrong: wrong.map(({ name, expected, counted }) => ({ name, expected, counted })),
      kept: keeps,
      notes: [],
    },
    verdict: { status: alert ? 'alert' : 'ok', unpriced: false, incomplete: false },
  };
}

function isWrong({ expected, counted }: GoldenFigure): boolean {
  return expected !== counted;
}

/** Reads the golden corpus and counts it, item by item, each in a store of its own. */
export function measure(): { readonly items: readonly MeasuredItem[]; readonly version: string } {
  using corpus = openGoldenCorpus();
  const items = corpus.items.map((item) => ({
    item,
    figures: figuresOf(item, countFolder(corpus.folderOf(item))),
  }));
  return { items, version: corpus.version };
}

/** What a configuration directory comes to, by model, at list prices. */
function countFolder(folder: string): ReadonlyMap<string, SpendSums> {
  const { db } = openForWriting(':memory:');
  try {
    const book = createPriceBook();
    const filler = new Filler(new Writer(db, { book, storeTitles: false, assertWriter() {} }));
    const root = knownRoot(folder);
    for (const file of agentLog(root).discover(root).files) filler.read({ ...file, root });
    filler.flush();
    return new Map(sumBy(new StoreReader(db).agents(), ({ model }) => model));
  } finally {
    db.close();
  }
}

function figuresOf(item: GoldenItem, counted: ReadonlyMap<string, SpendSums>): GoldenFigure[] {
  const whole = addSums([...counted.values()]);
  const { name, usd, messages, models = {} } = item;
  return [
    figure(`${name} messages`, messages, whole.messages),
    money(`${name} usd`, usd, whole.nano),
    ...Object.entries(models).flatMap(([model, expected]) => {
      const sums = counted.get(model) ?? addSums([]);
      const of = (
        key: 'messages' | 'input' | 'output' | 'cacheWrite5m' | 'cacheWrite1h' | 'cacheRead',
      ): GoldenFigure => figure(`${name} ${model} ${key}`, expected[key], sums[key]);
      return [
        of('messages'),
        of('input'),
        of('output'),
        of('cacheWrite5m'),
        of('cacheWrite1h'),
        of('cacheRead'),
        money(`${name} ${model} usd`, expected.usd, sums.nano),
      ];
    }),
  ];
}

function figure(name: string, expected: number, counted: number): GoldenFigure {
  return { name, isMoney: false, expected, counted };
}

function money(name: string, usd: string, nano: number): GoldenFigure {
  return { name, isMoney: true, expected: Number(roundedTo(decimal(usd), 9)), counted: nano };
}

function itemTable(items: readonly MeasuredItem[]): Table {
  return {
    title: '',
    columns: [
      { key: 'item', header: 'Golden folder', unit: 'text', widest: 32 },
      { key: 'right', header: 'Right', unit: 'count', leaves: 0 },
      { key: 'figures', header: 'Of', unit: 'count', leaves: 0 },
      { key: 'origin', header: 'What it is', unit: 'text', fills: true },
    ],
    rows: items.map(({ item, figures }) => [
      item.name,
      figures.length - figures.filter(isWrong).length,
      figures.length,
      item.origin,
    ]),
  };
}

function wrongTable(wrong: readonly GoldenFigure[]): Table {
  const text = (value: number, isMoney: boolean): string =>
    isMoney ? `$${nanoText(value)}` : String(value);
  return {
    title: 'Figures that are not right',
    top: 30,
    columns: [
      { key: 'figure', header: 'Figure', unit: 'text', fills: true },
      { key: 'expected', header: 'Expected', unit: 'text' },
      { key: 'counted', header: 'Counted', unit: 'text' },
    ],
    rows: wrong.map(({ name, expected, counted, isMoney }) => [
      name,
      text(expected, isMoney),
      text(counted, isMoney),
    ]),
  };
}
