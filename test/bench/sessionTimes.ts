import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createPriceBook } from '../../src/pricing/priceBook.ts';
import type { PanelMessage } from '../../src/protocol/session.ts';
import { openForReading } from '../../src/store/connection/openStore.ts';
import { agentParents } from '../../src/store/query/agentParents.ts';
import { backgroundRowsOf } from '../../src/store/query/background.ts';
import { type ListedSession, SessionLister } from '../../src/store/query/sessionList.ts';
import { StoreReader } from '../../src/store/query/storeReader.ts';
import { SessionMessages } from '../../src/views/sessionPanel/messageCache.ts';
import { usualSession } from '../../src/views/sessionPanel/usual.ts';
import { arrange, groupings, noFilter, orders } from '../../src/views/sessions/arrange.ts';
import { addMessage, fillStore } from './bigStore.ts';
import { standInForVscode } from './vscodeStandIn.ts';

/** What was timed, its milliseconds (a median), and words beside them. */
export type Timing = readonly [what: string, ms: number, beside: string];

const endMs = Date.parse('2026-11-22T15:00:00Z');
const zone = 'Europe/Berlin';
const rounds = 15;

export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

/** Milliseconds a piece of work takes: the median of some runs. */
function timed(work: () => unknown): number {
  return median(
    Array.from({ length: rounds }, () => {
      const started = performance.now();
      work();
      return performance.now() - started;
    }),
  );
}

/** Whole time, and the longest the thread was not given back, of work that gives it back. */
async function stretches(
  work: () => Promise<unknown>,
): Promise<{ whole: number; longest: number }> {
  let longest = 0;
  let last = performance.now();
  let running = true;
  const turn = (): void => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  const started = performance.now();
  await work();
  const whole = performance.now() - started;
  longest = Math.max(longest, performance.now() - last);
  running = false;
  return { whole, longest };
}

async function stretchMedians(
  work: () => Promise<unknown>,
): Promise<{ whole: number; longest: number }> {
  const runs = [];
  for (let i = 0; i < rounds; i++) runs.push(await stretches(work));
  return {
    whole: median(runs.map(({ whole }) => whole)),
    longest: median(runs.map(({ longest }) => longest)),
  };
}

function reading(file: string): StoreReader {
  const db = openForReading(file);
  if (db === undefined) throw new Error(`${file} is not there`);
  return new StoreReader(db);
}

/** What the sessions view does with 10,000 sessions; stores are made below `home` and kept. */
export async function sessionTimes(home: string): Promise<Timing[]> {
  standInForVscode();
  const file = join(home, 'tenThousand/outlay.db');
  fillStore(file, 200_000, endMs, 20);
  const reader = reading(file);
  const list = await listTimes(reader);
  reader.close();
  const short = await panelTimes(home, 200, 100);
  const long = await panelTimes(home, 10_000, 2);
  return [...list, ...short, ...long];
}

async function listTimes(reader: StoreReader): Promise<Timing[]> {
  const { describeNode } = await import('../../src/views/sessions/treeItems.ts');
  const { Format } = await import('../../src/views/text/format.ts');
  const lister = new SessionLister(reader.db);
  const pages = stretchMedians(async () => {
    for (const _ of lister.pages()) await new Promise(setImmediate);
  });
  const { whole, longest } = await pages;
  const sessions = [...lister.pages()].flat();
  const newest = sessions.reduce((last, { endedAt }) => Math.max(last, endedAt), 0);
  const isLive = ({ endedAt }: ListedSession): boolean => newest - endedAt < 120_000;
  const question = { excluded: new Set<string>(), since: 0, here: new Set<string>(), zone, isLive };
  const arranged = (text: string): readonly [number, string] => {
    const all = groupings.flatMap((grouping) =>
      orders.map((order) => {
        const asked = { ...question, grouping, order, filter: { ...noFilter, text } };
        return [timed(() => arrange(sessions, asked)), `${grouping}, ${order}`] as const;
      }),
    );
    return all.reduce((a, b) => (b[0] > a[0] ? b : a));
  };
  const plain = arranged('');
  const filtered = arranged('feature-3 opus');
  const currency = { code: 'USD', rates: [] };
  const format = new Format({ currency, zone, billing: 'api' }, 'en');
  const context = {
    format,
    now: endMs,
    today: '2026-11-22',
    grouping: 'none',
    isLive,
    unguarded: () => undefined,
    otherProduct: () => '',
  } as const;
  const nodes = sessions
    .slice(0, 100)
    .map((session) => ({ kind: 'session', sid: session.sid, session }) as const);
  const first = sessions[0]?.id ?? 0;
  return [
    ['10,000 sessions: the whole list', whole, `longest stretch ${longest.toFixed(1)} ms`],
    [
      '10,000 sessions: those that may have changed',
      timed(() => lister.since(newest - 900_000)),
      '',
    ],
    ['10,000 sessions: group and sort', plain[0], `slowest way: ${plain[1]}`],
    ['10,000 sessions: filter, group and sort', filtered[0], `slowest way: ${filtered[1]}`],
    ['the words of 100 items', timed(() => nodes.map((node) => describeNode(node, context))), ''],
    ['the agents of one session', timed(() => reader.agents(first)), ''],
  ];
}

/** What a session's panel does before it shows a session of so many messages, and after one more. */
async function panelTimes(home: string, messages: number, sessions: number): Promise<Timing[]> {
  const { panelSession } = await import('../../src/views/sessionPanel/viewModel.ts');
  const { Format } = await import('../../src/views/text/format.ts');
  const made = join(home, `sessionOf${messages}/outlay.db`);
  fillStore(made, messages * sessions, endMs, messages);
  // Messages are added to a copy: the next run begins with the same number of them.
  const file = join(home, `sessionOf${messages}/copy.db`);
  for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
  copyFileSync(made, file);
  const reader = reading(file);
  const sid = reader.sessions(1)[0]?.sid ?? '';
  const book = createPriceBook();
  const currency = { code: 'USD', rates: [] };
  const format = new Format({ currency, zone, billing: 'api' }, 'en');
  const look = async (known: SessionMessages): Promise<unknown> => {
    const summary = reader.sessionById(sid);
    if (summary === undefined) throw new Error(`no session ${sid}`);
    const changes = await known.update(reader, book, summary);
    const all: PanelMessage[] = known.all;
    const session = panelSession({
      summary,
      agents: reader.agents(summary.id),
      parents: agentParents(reader.db, summary.id),
      compactions: known.compactions,
      backgrounds: backgroundRowsOf(reader.db, summary.id),
      messages: all,
      rates: known.rates,
      unknownLifetimes: known.unknownLifetimes,
      running: false,
      now: endMs,
      catalogueDate: '2026-11-20',
      summedUpBefore: 0,
      format,
      usual: usualSession(reader.db, summary),
    });
    return { session, ...changes };
  };
  const first = await stretchMedians(() => look(new SessionMessages()));
  const known = new SessionMessages();
  await look(known);
  const updates = [];
  for (let i = 0; i < rounds; i++) {
    addMessage(file, sid, messages + i);
    updates.push(await stretches(() => look(known)));
  }
  reader.close();
  const name = `a session of ${messages.toLocaleString('en')} messages`;
  const whole = median(updates.map((update) => update.whole));
  const longest = median(updates.map((update) => update.longest));
  return [
    [`${name}: its panel's data`, first.whole, `longest stretch ${first.longest.toFixed(1)} ms`],
    [`${name}: after one more`, whole, `longest stretch ${longest.toFixed(1)} ms`],
  ];
}
