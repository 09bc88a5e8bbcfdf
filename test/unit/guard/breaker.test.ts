import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type BreakerState,
  batchEnded,
  callBegins,
  callFailed,
  promptBegins,
} from '../../../src/guard/breaker.ts';
import type { ToolCall } from '../../../src/guard/hookInput.ts';
import { type BreakerSettings, defaultBreaker } from '../../../src/settings/guardSettings.ts';

const call = (name: string, input = '{}', response?: string): ToolCall => ({
  name,
  input,
  id: 'x',
  response,
});
const usd = 1e9;

/** Makes a call so often; answers with the state and each step the breaker takes. */
function repeat(
  state: BreakerState,
  one: ToolCall,
  times: number,
  settings: BreakerSettings = defaultBreaker,
  spent = 0,
): { state: BreakerState; steps: (string | undefined)[] } {
  const steps: (string | undefined)[] = [];
  let next = state;
  for (let i = 0; i < times; i++) {
    const { state: after, trip } = callBegins(next, one, spent, settings);
    next = after;
    steps.push(trip?.step);
  }
  return { state: next, steps };
}

describe('the runaway breaker', () => {
  const fresh = promptBegins('p', 0);

  test('the same call again: warns, then asks, and denies only where that is set', () => {
    const { steps } = repeat(fresh, call('Bash'), 40);
    assert.equal(steps[6], undefined);
    assert.equal(steps[7], 'warn');
    assert.equal(steps[14], 'warn');
    assert.equal(steps[15], 'ask');
    assert.equal(steps[39], 'ask');
    const settings = { ...defaultBreaker, sameCall: { warn: 0, ask: 0, deny: 3 } };
    const denied = repeat(fresh, call('Bash'), 3, settings).steps;
    assert.deepEqual(denied, [undefined, undefined, 'deny']);
    const off = { ...defaultBreaker, sameCall: { warn: 0, ask: 0, deny: 0 } };
    assert.ok(repeat(fresh, call('Bash'), 100, off).steps.every((step) => step === undefined));
  });

  test('another input is another call, and a new prompt a new start', () => {
    let state = fresh;
    for (let i = 0; i < 50; i++) {
      const next = callBegins(state, call('Bash', String(i)), 0, defaultBreaker);
      assert.equal(next.trip, undefined);
      state = next.state;
    }
    const { state: tired } = repeat(fresh, call('Bash'), 20);
    assert.equal(repeat(promptBegins('q', 0), call('Bash'), 1).steps[0], undefined);
    assert.equal(repeat(tired, call('Bash'), 1).steps[0], 'ask');
  });

  test('an edit starts the count again, an edit that failed does not', () => {
    const { state } = repeat(fresh, call('Bash'), 20);
    const edited = batchEnded(state, [call('Edit', 'e', 'ok')], 0);
    assert.equal(repeat(edited, call('Bash'), 1).steps[0], undefined);
    const failing = callFailed(state, call('Edit', 'e'));
    const notEdited = batchEnded(failing, [call('Edit', 'e', 'no such text')], 0);
    assert.equal(repeat(notEdited, call('Bash'), 1).steps[0], 'ask');
  });

  test('a call that keeps failing', () => {
    let state = fresh;
    const one = call('Bash', 'npm test');
    for (let i = 0; i < 4; i++) state = callFailed(state, one);
    assert.equal(callBegins(state, one, 0, defaultBreaker).trip?.sign, 'failing');
    assert.equal(callBegins(state, call('Bash', 'ls'), 0, defaultBreaker).trip, undefined);
    for (let i = 0; i < 4; i++) state = callFailed(state, one);
    assert.equal(callBegins(state, one, 0, defaultBreaker).trip?.step, 'ask');
  });

  test('money without an edit or anything new', () => {
    const seen = batchEnded(fresh, [call('Read', 'a', 'same')], 1 * usd);
    const { trip } = callBegins(seen, call('Read', 'b'), 5.9 * usd, defaultBreaker);
    assert.equal(trip, undefined);
    const idle = callBegins(seen, call('Read', 'b'), 6 * usd, defaultBreaker).trip;
    assert.deepEqual([idle?.sign, idle?.step, idle?.count], ['idleUsd', 'warn', 5 * usd]);
    const again = batchEnded(seen, [call('Read', 'c', 'same')], 9 * usd);
    assert.equal(callBegins(again, call('X'), 11 * usd, defaultBreaker).trip?.step, 'ask');
    const found = batchEnded(again, [call('Read', 'd', 'new')], 9 * usd);
    assert.equal(callBegins(found, call('X'), 11 * usd, defaultBreaker).trip, undefined);
  });

  test('what is remembered stays small and holds no text', () => {
    let state = fresh;
    for (let i = 0; i < 1000; i++) {
      const one = call('Bash', `secret-${i}`, `answer-${i}`);
      state = callBegins(state, one, 0, defaultBreaker).state;
      state = callFailed(state, one);
      state = batchEnded(state, [one], 0);
    }
    const text = JSON.stringify(state);
    assert.ok(text.length < 12_000, String(text.length));
    assert.ok(!/secret|answer|Bash/.test(text));
  });
});
