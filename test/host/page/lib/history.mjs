/** A made-up history for pictures: a list of sessions, one with all there is to see, and some weeks. */
import { answer, clientTotal, customTitle, transcriptOf, write, writeMeta } from './records.mjs';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Tokens of one response. */
const tokens = ({ read = 0, write5m = 0, write1h = 0, output = 0 }) => ({
  input_tokens: 12,
  output_tokens: output,
  cache_read_input_tokens: read,
  cache_creation_input_tokens: write5m + write1h,
  cache_creation: { ephemeral_5m_input_tokens: write5m, ephemeral_1h_input_tokens: write1h },
});

/** Five sessions of two projects, each in another state. */
export function writeList(claude, now) {
  const session = (id, project, title, usd, age, more = {}) => {
    const cwd = `/home/dev/${project}`;
    const at = now - age;
    write(
      transcriptOf(claude, { session: id, cwd }),
      [customTitle(id, title), answer(id, usd, { session: id, cwd, at, ...more })],
      at,
    );
  };
  session('s1', 'shop', 'Fix the flaky upload test', 3.18, 150 * minute);
  session('s2', 'shop', 'Add gift cards to the checkout', 2.4, 5 * hour, {
    model: 'claude-sonnet-5-5',
  });
  session('s3', 'shop', 'Try the new model', 1, 7 * hour, { model: 'model-x' });
  session('s4', 'billing-api', 'Export invoices as CSV', 0.042, 30 * hour, {
    model: 'claude-haiku-5-5',
  });
  // So long ago that no other picture has it: nothing would stand out beside it.
  session('s5', 'billing-api', 'Make retries idempotent', 1234, 100 * day, { stop: null });
}

/** One session of a day that is over, with everything a panel can show. */
export function writeWhole(claude) {
  const session = 'whole';
  const cwd = '/home/dev/shop';
  const start = Date.parse('2026-11-10T09:00:00Z');
  const lines = [customTitle(session, 'Fix the flaky upload test')];
  for (let n = 0; n < 14; n++) {
    const usage =
      n === 8
        ? { write1h: 61_000, output: 900 }
        : { read: 21_000 + n * 5_000, write1h: 4_800, output: 400 + n * 130 };
    lines.push(
      answer(`m${n}`, 0, {
        session,
        cwd,
        branch: 'fix/upload',
        at: start + n * 3 * minute,
        model: n > 10 ? 'claude-sonnet-5-5' : 'claude-opus-5-5',
        usage: tokens(usage),
        tools: n % 2 === 0 ? ['Bash', 'Read'] : [],
      }),
    );
  }
  lines.push(clientTotal(session, 1.9));
  write(transcriptOf(claude, { session, cwd }), lines, start + 45 * minute);
  for (const [id, type, model, after] of [
    ['e1', 'Explore', 'claude-haiku-5-5', 10],
    ['p1', 'Plan', 'claude-opus-5-5', 22],
  ]) {
    const file = transcriptOf(claude, { session, cwd, agent: id });
    const own = [0, 1, 2, 3].map((n) =>
      answer(`${id}-${n}`, 0, {
        session,
        cwd,
        agent: id,
        model,
        at: start + (after + n) * minute,
        usage: tokens({ read: 9_000 * n, write5m: 7_000, output: 600 }),
      }),
    );
    write(file, own, start + 30 * minute);
    writeMeta(file, type);
  }
}

const works = [
  ['shop', 'main', 'Speed up the product list'],
  ['billing-api', 'main', 'Round amounts as the bank does'],
  ['shop', 'feature/wishlist', 'Add a wish list'],
  ['docs', 'main', 'Explain webhooks'],
  ['billing-api', 'fix/refunds', 'Refund part of an order'],
  ['shop', 'feature/wishlist', 'Share a wish list'],
  ['billing-api', 'main', 'Log each payment once'],
];
const models = ['claude-opus-5-5', 'claude-sonnet-5-5', 'claude-opus-5-5', 'claude-haiku-5-5'];

/**
 * Four weeks of work, two or three sessions a day and fewer at weekends, of about as much each; one
 * of them got out of hand nine days ago; and in the last hour there is more going on than usual.
 */
export function writeWeeks(claude, now) {
  /** A session of even messages; `size` of 1 is a small prompt. */
  const session = (id, [project, branch, title], { at, model, messages, size, lasts }) => {
    const own = { session: id, cwd: `/home/dev/${project}`, branch, model };
    const step = Math.floor(lasts / messages);
    const lines = Array.from({ length: messages }, (_, n) =>
      answer(`${id}-${n}`, 0, {
        ...own,
        at: at + n * step,
        usage: tokens({
          read: Math.round(50_000 * size * (1 + n / 10)),
          write5m: Math.round(11_000 * size),
          output: Math.round(2_400 * size),
        }),
      }),
    );
    write(transcriptOf(claude, own), [customTitle(id, title), ...lines], at + lasts);
  };
  const today = now - (now % day);
  let count = 0;
  for (let ago = 29; ago >= 1; ago--) {
    const weekday = new Date(today - ago * day).getUTCDay();
    const starts = weekday === 0 ? [] : weekday === 6 ? [10] : [9, 13, ...(ago % 2 ? [16] : [])];
    for (const start of starts) {
      session(`w${count}`, works[count % works.length], {
        at: today - ago * day + start * hour + ((count * 7) % 40) * minute,
        model: models[count % models.length],
        messages: 8 + ((count * 5) % 7),
        size: 1.5 + ((count * 3) % 5) / 4,
        lasts: 50 * minute,
      });
      count++;
    }
  }
  session('dear', ['billing-api', 'feature/import', 'Rewrite the importer'], {
    at: today - 9 * day + 14 * hour,
    model: 'claude-opus-5-5',
    messages: 44,
    size: 4,
    lasts: 3 * hour,
  });
  session('busy', ['shop', 'feature/search', 'Search by picture'], {
    at: now - 50 * minute,
    model: 'claude-opus-5-5',
    messages: 18,
    size: 3,
    lasts: 46 * minute,
  });
}
