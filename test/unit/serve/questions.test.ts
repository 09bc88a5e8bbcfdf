import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { AnalysisThread } from '../../../src/analysisThread/client.ts';
import type { TaskOrigin } from '../../../src/analysisThread/taskContext.ts';
import { BusyError, Questions } from '../../../src/serve/questions.ts';

type Asked = Parameters<AnalysisThread['ask']>[0];

/** A thread that answers when it is let, each time with another text. */
class Thread {
  readonly asked: Asked[] = [];
  readonly #waiting: (() => void)[] = [];
  held = false;

  ask = (async (question: Asked) => {
    this.asked.push(question);
    const number = this.asked.length;
    if (this.held) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (question.type === 'change') return { id: 0, type: 'change' };
    return { id: 0, type: 'served', result: { what: 'text', text: String(number) } };
  }) as AnalysisThread['ask'];

  letGo(): void {
    this.held = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

const origin = (): TaskOrigin => ({}) as TaskOrigin;
const question = { what: 'metrics', raw: {} } as const;

function textOf({ result }: Awaited<ReturnType<Questions['ask']>>): string {
  return result.what === 'text' ? result.text : '';
}

describe('questions to the analysing thread', () => {
  it('are asked once where they are the same, and answered again while the answer is young', async () => {
    const thread = new Thread();
    const questions = new Questions(thread, origin, 60_000);
    thread.held = true;
    const both = [questions.ask(question), questions.ask(question)];
    thread.letGo();
    assert.deepEqual((await Promise.all(both)).map(textOf), ['1', '1']);
    assert.equal(textOf(await questions.ask(question)), '1');
    assert.equal(textOf(await questions.ask(question, { fresh: true })), '2');
    assert.equal(textOf(await questions.ask(question)), '2');
    assert.equal(thread.asked.length, 2);
  });

  it('are asked again before the answer is too old, and nobody waits for that', async () => {
    const thread = new Thread();
    let now = 0;
    const questions = new Questions(thread, origin, 2000, () => now);
    await questions.ask(question);
    now = 999;
    await questions.ask(question);
    assert.equal(thread.asked.length, 1);
    now = 1001;
    thread.held = true;
    assert.equal(textOf(await questions.ask(question)), '1');
    assert.equal(textOf(await questions.ask(question)), '1');
    now = 4000;
    assert.equal(textOf(await questions.ask(question)), '1', 'however long the next one takes');
    assert.equal(thread.asked.length, 2, 'once');
    thread.letGo();
    await turn();
    assert.equal(textOf(await questions.ask(question)), '2');
    now = 60_000;
    assert.equal(textOf(await questions.ask(question)), '3', 'what is too old is no answer');
  });

  it('are never answered from before where there is no interval', async () => {
    const questions = new Questions(new Thread(), origin, 0);
    assert.equal(textOf(await questions.ask(question)), '1');
    assert.equal(textOf(await questions.ask(question)), '2');
  });

  it('know every change, also those that were under way', async () => {
    const thread = new Thread();
    const questions = new Questions(thread, origin, 60_000);
    thread.held = true;
    const before = questions.ask(question);
    thread.held = false;
    await questions.change({ what: 'settings', settings: {} });
    thread.letGo();
    assert.equal(textOf(await before), '1');
    assert.equal(textOf(await questions.ask(question)), '3');
  });

  it('are refused where too many wait', async () => {
    const thread = new Thread();
    const questions = new Questions(thread, origin, 60_000);
    thread.held = true;
    const ask = (n: number) => questions.ask({ what: 'metrics', raw: { project: String(n) } });
    const waiting = Array.from({ length: 32 }, (_, n) => ask(n));
    await assert.rejects(ask(33), BusyError);
    await assert.rejects(questions.ask(question, { fresh: true }), BusyError);
    thread.letGo();
    await Promise.all(waiting);
    await ask(33);
  });
});
