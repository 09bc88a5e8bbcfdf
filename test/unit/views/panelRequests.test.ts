import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { PanelRequests } from '../../../src/views/panels/panelRequests.ts';
import { UpdateLoop } from '../../../src/views/panels/updateLoop.ts';

const [first, second] = [{ of: 'all' }, { of: 'one' }];

describe('the session of a panel', () => {
  it('requests all, and summaries until all may be asked for again', () => {
    const session = new PanelRequests(first, { hasSummary: true });
    assert.equal(session.state, 'idle');
    const request = session.begin(1, 1000);
    assert.deepEqual([request.kind, session.state], ['full', 'fullRequested']);
    assert.ok(session.finish(request, 5000));
    session.sent('a', request.question);
    const next = session.begin(1, 2000);
    assert.deepEqual([next.kind, session.state], ['summary', 'summaryRequested']);
    assert.equal(session.fullIn(2000), 3000);
    assert.ok(session.finish(next));
    assert.equal(session.begin(1, 5000).kind, 'full');
    assert.equal(session.fullIn(5001), 0);
  });

  it('shows the summary of another question first, unless it is the same one', () => {
    const plain = new PanelRequests(first, { hasSummary: false });
    plain.finish(plain.begin(1, 0), 9000);
    plain.sent('a', first);
    assert.deepEqual([plain.begin(1, 10).kind, plain.wantsSummary], ['full', false]);
    const third = { of: 'one', more: true };
    const isSameSummary = (a: { of: string }, b: { of: string }): boolean => a.of === b.of;
    const session = new PanelRequests<{ of: string }>(first, { hasSummary: true, isSameSummary });
    assert.ok(session.wantsSummary, 'an empty page shows what it can');
    session.finish(session.begin(1, 0), 9000);
    session.sent('a', first);
    session.ask(second);
    assert.ok(session.wantsSummary, 'a click is answered at once');
    assert.equal(session.begin(1, 10).kind, 'full');
    session.sentSummary();
    assert.ok(!session.isSent('a'), 'the page is not what was sent: the first answer would be new');
    session.sent('b', second);
    session.ask(third);
    assert.ok(!session.wantsSummary, 'it would say what is there');
  });

  it('wants no answer of an earlier request, question or page', () => {
    const session = new PanelRequests(first, { hasSummary: true });
    const before = session.begin(1, 0);
    const request = session.begin(1, 0);
    assert.deepEqual([session.isCurrent(before), session.isCurrent(request)], [false, true]);
    assert.ok(!session.finish(before));
    session.ask(second);
    assert.ok(!session.isCurrent(request));
    const other = session.begin(1, 0);
    assert.equal(other.question, second);
    session.forgetSent();
    assert.ok(!session.finish(other));
    assert.equal(session.state, 'idle');
  });

  it('knows what the page was last sent', () => {
    const session = new PanelRequests(first, { hasSummary: true });
    session.sent('a', first);
    assert.deepEqual(
      [session.isSent('a'), session.isSent('b'), session.hasSent],
      [true, false, true],
    );
    session.forgetSent();
    assert.deepEqual([session.isSent('a'), session.hasSent], [false, false]);
  });
});

describe('updates of a panel', () => {
  it('run one at a time, and what is asked for meanwhile makes one more after a rest', async () => {
    mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    mock.method(performance, 'now', () => Date.now());
    try {
      const runs: number[] = [];
      let end = (): void => {};
      const loop = new UpdateLoop(
        () => {
          runs.push(Date.now());
          return new Promise((resolve) => {
            end = resolve;
          });
        },
        (took) => Math.max(100, took * 4),
      );
      const settle = async (): Promise<void> => {
        for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
      };
      loop.schedule();
      loop.schedule();
      mock.timers.tick(0);
      assert.deepEqual(runs, [0], 'at once when nothing ran before');
      mock.timers.tick(50);
      loop.schedule();
      void loop.run();
      assert.equal(runs.length, 1, 'one at a time');
      end();
      await settle();
      mock.timers.tick(149);
      assert.equal(runs.length, 1, 'it rests four times as long as it took');
      mock.timers.tick(1);
      assert.deepEqual(runs, [0, 200]);
      loop.runNow();
      end();
      await settle();
      mock.timers.tick(0);
      assert.deepEqual(runs, [0, 200, 200], 'somebody waits: no rest');
      loop.schedule();
      loop.cancel();
      end();
      await settle();
      mock.timers.tick(1000);
      assert.equal(runs.length, 3, 'taken back');
      loop.schedule();
      void loop.run();
      mock.timers.tick(1000);
      assert.equal(runs.length, 4, 'a run takes the scheduled one along');
    } finally {
      mock.timers.reset();
      mock.restoreAll();
    }
  });
});
