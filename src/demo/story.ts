import { hourMs } from '../model/calendar.ts';
import { DemoSession, type DemoSessionStart, type DemoTask } from './demoSession.ts';
import type { Dice } from './dice.ts';
import { SessionFile } from './writeSession.ts';

/** An agent of the user's own, defined in a file that names a model dearer than its work needs. */
export const reviewer = {
  name: 'code-reviewer',
  file: `---
name: code-reviewer
description: Reads the diff of a branch and names what is wrong with it.
tools: Read, Grep, Glob
model: opus
---

Read the diff. Name bugs, missing tests and unclear names, each with file and line. Change nothing.
`,
} as const;

/** What the reviewer is given to do: little, often, and each time on the largest model. */
export function reviewOf(dice: Dice, model: string): DemoTask {
  const branches = ['the cart', 'gift cards', 'the rounding fix', 'the search', 'the export'];
  return {
    type: reviewer.name,
    description: `Review the diff of ${dice.pick(branches)}`,
    model,
    works: dice.whole(5, 9),
  };
}

/** A subagent that was let loose and read nearly everything: what stands out, with its reason. */
export function writeRunaway(configDir: string, dice: Dice, start: DemoSessionStart): DemoSession {
  const words = { ...start.words!, openings: ['Move the checkout to the new payment provider'] };
  const session = new DemoSession(dice, { ...start, words });
  const file = new SessionFile(configDir, session);
  file.write([...session.ask(), ...session.title()]);
  for (let i = 0; i < 5; i++) file.write(session.work());
  const run = session.delegate({
    type: 'general-purpose',
    description: 'Find every caller of the old payment client',
    model: start.model,
    works: 110,
    padBytes: 400,
  });
  file.write(run.main);
  file.writeAgent(run);
  file.write([...session.finish(), ...session.costState()]);
  file.close(session.nowMs);
  return session;
}

/** A long conversation, left over lunch: the cache is gone, and all of it is written again. */
export function writeColdCache(
  configDir: string,
  dice: Dice,
  start: DemoSessionStart,
): DemoSession {
  const words = { ...start.words!, openings: ['Why does the monthly export time out?'] };
  const session = new DemoSession(dice, { ...start, words });
  const file = new SessionFile(configDir, session);
  file.write([...session.ask(), ...session.title()]);
  for (let i = 0; i < 45; i++) file.write(session.work());
  file.write(session.finish());
  session.leave(1.4 * hourMs);
  file.write(session.ask('Now the same for the export'));
  for (let i = 0; i < 4; i++) file.write(session.work());
  file.write([...session.finish(), ...session.costState()]);
  file.close(session.nowMs);
  return session;
}
