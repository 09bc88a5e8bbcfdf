import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ListedSession } from '../../../src/store/query/sessionList.ts';
import {
  arrange,
  isFiltering,
  type ListQuestion,
  noFilter,
} from '../../../src/views/sessions/arrange.ts';
import { oneLine, projectName, titleText } from '../../../src/views/text/names.ts';

const hour = 3_600_000;
const now = Date.parse('2026-11-24T12:00:00Z');

let made = 0;
function session(more: Partial<ListedSession> = {}): ListedSession {
  made += 1;
  return {
    id: made,
    sid: `session-${String(made).padStart(3, '0')}`,
    root: '/home/dev/.claude',
    cwd: '/home/dev/shop',
    gitRoot: null,
    branch: 'main',
    title: `Title ${made}`,
    model: 'claude-opus-5-5',
    startedAt: now - 5 * hour,
    endedAt: now - 4 * hour,
    nano: 1_000_000_000,
    background: 0,
    messages: 3,
    unpriced: 0,
    lower: 0,
    ...more,
  };
}

/** Ids of sessions whose Claude Code runs. */
const running = new Set<string>();
function live(more: Partial<ListedSession> = {}): ListedSession {
  const made = session(more);
  running.add(made.sid);
  return made;
}

const question = (more: Partial<ListQuestion> = {}): ListQuestion => ({
  grouping: 'none',
  order: 'recent',
  filter: noFilter,
  excluded: new Set(),
  since: 0,
  here: new Set(),
  zone: 'UTC',
  isLive: ({ sid }) => running.has(sid),
  ...more,
});

const titles = (groups: ReturnType<typeof arrange>): (string | null)[][] =>
  groups.map(({ sessions }) => sessions.map(({ title }) => title));

describe('the order of sessions', () => {
  const old = session({ title: 'old', endedAt: now - 30 * hour, nano: 9e9 });
  const fresh = session({ title: 'fresh', endedAt: now - hour, nano: 1e9 });
  const working = live({ title: 'live', endedAt: now - 20 * hour, nano: 2e9 });

  it('has live ones first, then the last active', () => {
    assert.deepEqual(titles(arrange([old, fresh, working], question())), [
      ['live', 'fresh', 'old'],
    ]);
  });

  it('keeps live ones in the order they started in, whoever answered last', () => {
    const first = live({ title: 'first', startedAt: now - 3 * hour });
    const second = live({ title: 'second', startedAt: now - 2 * hour });
    for (const [a, b] of [
      [1, 2],
      [2, 1],
    ] as const) {
      const answered = [{ ...first, endedAt: now - a }, { ...second, endedAt: now - b }, old];
      assert.deepEqual(titles(arrange(answered, question())), [['second', 'first', 'old']]);
    }
  });

  it('has the most expensive first, background counted', () => {
    const quiet = session({ title: 'quiet', nano: 0, background: 5e9 });
    const groups = arrange([old, fresh, quiet], question({ order: 'cost' }));
    assert.deepEqual(titles(groups), [['old', 'quiet', 'fresh']]);
    assert.equal(groups[0]?.total, 15e9);
  });

  it('is by title, an untitled one by its id', () => {
    const untitled = session({ title: null, sid: 'a-session' });
    const groups = arrange([old, fresh, untitled], question({ order: 'title' }));
    assert.deepEqual(titles(groups), [[null, 'fresh', 'old']]);
  });

  it('does not depend on the order they are read in', () => {
    const same = [1, 2, 3].map((n) => session({ title: `same ${n}` }));
    const one = titles(arrange(same, question()));
    assert.deepEqual(titles(arrange([...same].reverse(), question())), one);
  });
});

describe('groups of sessions', () => {
  it('are projects: worktrees and folders of one repository together', () => {
    const a = session({ cwd: '/home/dev/shop/web', gitRoot: '/home/dev/shop' });
    const b = session({ cwd: '/home/dev/shop-worktree', gitRoot: '/home/dev/shop', endedAt: now });
    const c = session({ cwd: '/home/dev/api', endedAt: now - hour, nano: 7e9 });
    const groups = arrange([a, b, c], question({ grouping: 'project' }));
    assert.deepEqual(
      groups.map(({ key, sessions, total }) => [key, sessions.length, total]),
      [
        ['/home/dev/shop', 2, 2e9],
        ['/home/dev/api', 1, 7e9],
      ],
    );
    const byCost = arrange([a, b, c], question({ grouping: 'project', order: 'cost' }));
    assert.deepEqual(
      byCost.map(({ key }) => key),
      ['/home/dev/api', '/home/dev/shop'],
    );
  });

  it('are days of the last message in the zone, latest first', () => {
    const late = session({ endedAt: Date.parse('2026-11-23T23:30:00Z') });
    const early = live({ endedAt: Date.parse('2026-11-22T10:00:00Z') });
    const keys = (zone: string): string[] =>
      arrange([early, late], question({ grouping: 'day', zone })).map(({ key }) => key);
    assert.deepEqual(keys('UTC'), ['2026-11-23', '2026-11-22']);
    assert.deepEqual(keys('Europe/Berlin'), ['2026-11-24', '2026-11-22']);
  });
});

describe('the filter of sessions', () => {
  const upload = session({ title: 'Fix flaky upload test', branch: 'fix/upload', sid: 'abc-1' });
  const other = session({ title: null, cwd: '/home/dev/Billing-API', model: 'claude-haiku-5-5' });
  const found = (more: Partial<ListQuestion['filter']>, rest: Partial<ListQuestion> = {}): number =>
    arrange([upload, other], question({ filter: { ...noFilter, ...more }, ...rest })).reduce(
      (sum, { sessions }) => sum + sessions.length,
      0,
    );

  it('finds words anywhere: title, project, branch, model, id', () => {
    for (const text of ['FLAKY upload', 'fix/', 'billing-api', 'haiku', 'abc-1']) {
      assert.equal(found({ text }), 1, text);
    }
    assert.equal(found({ text: 'flaky haiku' }), 0);
    assert.equal(found({ text: '  ' }), 2);
  });

  it('combines with time, life and place', () => {
    assert.equal(found({ days: 1 }, { since: now - 5 * hour }), 2);
    assert.equal(found({ days: 1 }, { since: now - 3 * hour }), 0);
    assert.equal(found({ liveOnly: true }), 0);
    assert.equal(found({ hereOnly: true }, { here: new Set(['/home/dev/shop']) }), 1);
    assert.equal(found({}, { excluded: new Set(['abc-1']) }), 1);
  });

  it('knows whether it filters', () => {
    assert.equal(isFiltering(noFilter), false);
    for (const more of [{ text: 'x' }, { liveOnly: true }, { days: 7 }, { hereOnly: true }]) {
      assert.equal(isFiltering({ ...noFilter, ...more }), true);
    }
  });
});

describe('texts of sessions', () => {
  it('are one harmless line, and not too long', () => {
    assert.equal(oneLine('a\u001b[31m red\u0007\n\u202Ereversed'), 'a red reversed');
    assert.equal(oneLine('x'.repeat(100_000)).length, 120);
    assert.equal(titleText({ title: ' \n ', sid: '0123456789' }), '01234567');
    assert.equal(titleText({ title: null, sid: '0123456789' }), '01234567');
  });

  it('name a project by the last part of its path, on any system', () => {
    assert.equal(projectName('/home/dev/shop'), 'shop');
    assert.equal(projectName('C:\\Users\\dev\\shop'), 'shop');
    assert.equal(projectName('/'), '/');
  });
});

describe('projects in the list', () => {
  const one = session({ cwd: '/Users/Me/App', endedAt: now - 3 * hour });
  const two = session({ cwd: '/users/me/app', endedAt: now - 2 * hour });
  const far = session({ cwd: 'C:\\Code\\Shop', endedAt: now - 5 * hour });
  const near = session({ cwd: 'c:\\code\\shop', endedAt: now - 4 * hour });
  const grouped = (ignoreCase: boolean): [string, string, number][] =>
    arrange([one, two, far, near], question({ grouping: 'project' }), ignoreCase).map(
      ({ key, path, sessions }) => [key, path, sessions.length],
    );

  it('are one however their path is spelled, and called as the latest session spells it', () => {
    assert.deepEqual(grouped(true), [
      ['/users/me/app', '/users/me/app', 2],
      ['c:/code/shop', 'c:\\code\\shop', 2],
    ]);
  });

  it('are two where case tells folders apart, but not on Windows', () => {
    assert.deepEqual(grouped(false), [
      ['/users/me/app', '/users/me/app', 1],
      ['/Users/Me/App', '/Users/Me/App', 1],
      ['c:/code/shop', 'c:\\code\\shop', 2],
    ]);
  });
});
