import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../../../scripts/shared/retry.ts';
import type { AnalysisThread } from '../../../src/analysisThread/client.ts';
import { TeamAsking, teamFreshMs } from '../../../src/analysisThread/teamAsking.ts';

const place = { storeFile: '/x/outlay.db', dataFolder: '/x' };
const days = { from: '2026-11-01', to: '2026-12-01' };

/** Asks a thread that answers when it is let go. */
function asking() {
  const asked: unknown[] = [];
  let answer: (() => void) | undefined;
  let fail: ((error: Error) => void) | undefined;
  let answers = 0;
  const ask = (question: unknown): Promise<unknown> => {
    asked.push(question);
    return new Promise<void>((resolve, reject) => {
      answer = resolve;
      fail = reject;
    });
  };
  const made = new TeamAsking({
    thread: { ask } as unknown as Pick<AnalysisThread, 'ask'>,
    onAnswer: () => {
      answers += 1;
    },
  });
  return {
    ...{ made, asked },
    answers: () => answers,
    answer: () => answer?.(),
    fail: () => fail?.(new Error('The thread ended.')),
  };
}

describe('asking a ledger behind what is shown', () => {
  it('is done where the answer is old, one question at a time, and tells when there is another', async () => {
    const { made, asked, answers, answer } = asking();
    assert.equal(made.look(place, { days, triedAt: Date.now() }), false);
    assert.equal(made.look(place, { days, triedAt: Date.now() - teamFreshMs - 1 }), true);
    assert.equal(made.look(place, { days: { ...days, from: '2020-01-01' }, triedAt: 0 }), true);
    assert.deepEqual(asked, [{ type: 'teamFigures', task: { ...place, days } }]);
    answer();
    await until('it is told', () => answers() === 1);
    // A clock that was ahead keeps nobody from it.
    assert.equal(made.look(place, { days, triedAt: Date.now() + 3_600_000 }), true);
    assert.equal(asked.length, 2);
  });

  it('goes on when the thread ends in the middle, and ends with its owner', async () => {
    const { made, asked, answers, fail } = asking();
    made.look(place, { days, triedAt: 0 });
    fail();
    await until('it is told', () => answers() === 1);
    // Not at once: whoever is told looks again.
    assert.equal(made.look(place, { days, triedAt: 0 }), false);
    assert.equal(asked.length, 1);
    const other = asking();
    other.made.look(place, { days, triedAt: 0 });
    other.made.stop();
    other.answer();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(other.answers(), 0);
    assert.equal(other.made.look(place, { days, triedAt: 0 }), false);
  });
});
