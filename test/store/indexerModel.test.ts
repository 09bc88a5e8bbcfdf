import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { engines } from '../lib/engines.ts';
import { tempDir } from '../lib/tempDir.ts';
import { begin, certainLives, commands, finish, newModel } from '../lib/windows/commands.ts';
import { Scene } from '../lib/windows/scene.ts';
import { bundleWindow } from '../lib/windows/window.ts';

/** Lives tried per order of engines; `OUTLAY_MODEL_RUNS=1000` for a long night. */
const runs = Number(process.env.OUTLAY_MODEL_RUNS ?? 15);
/** `{"seed":…,"path":"…"}` as a failed run prints it, to try the same commands again. */
const again = JSON.parse(process.env.OUTLAY_MODEL_AGAIN ?? '{}') as {
  seed?: number;
  path?: string;
};

const windows = fc.constantFrom(1, 2);

for (const [first, second] of [engines, [...engines].reverse()]) {
  test(`one writer and the right totals, whatever happens to windows and store, with ${first} first`, {
    skip: process.platform === 'win32' && 'files that are open cannot be replaced there',
  }, async () => {
    using dir = tempDir();
    const script = bundleWindow(dir.path);
    let count = 0;
    await fc.assert(
      fc.asyncProperty(commands(30), windows, fc.nat(), async (life, open, seed) => {
        const folder = dir.at(`life-${count++}`);
        mkdirSync(folder);
        const model = newModel();
        const scene = new Scene(folder, script, [first, second], seed);
        try {
          await begin(model, scene, open);
          await fc.asyncModelRun(() => ({ model, real: scene }), life);
          await finish(model, scene);
        } catch (error) {
          throw new Error(`${(error as Error).message}\n\n${scene.history}`, { cause: error });
        } finally {
          await scene.end();
        }
      }),
      {
        numRuns: runs + certainLives.length,
        examples: certainLives.map((life): [typeof life, 2, number] => [life, 2, 1]),
        // The same commands may end well at another time: what failed is not tried in parts.
        endOnFailure: true,
        ...again,
      },
    );
  });
}
