import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { firstWish, type Scene, type Wish } from './scene.ts';
import type { Window } from './window.ts';

/** What is known of a window without asking it. */
interface WindowModel {
  up: boolean;
  paused: boolean;
  wish: Wish;
}

/** What must be so, whatever the windows make of it. */
export interface Model {
  readonly windows: readonly WindowModel[];
  /** Somebody's transaction may still be open. */
  locked: boolean;
  /** Times a page was overwritten: an indexer repairs its store three times. */
  damages: number;
  /** A copy of the store from earlier. */
  copy: string | undefined;
}

export function newModel(): Model {
  const window = (): WindowModel => ({ up: false, paused: false, wish: firstWish });
  return { windows: [window(), window()], locked: false, damages: 0, copy: undefined };
}

type Command = fc.AsyncCommand<Model, Scene>;

function command(
  name: string,
  check: (model: Model) => boolean,
  run: (model: Model, scene: Scene) => void | Promise<void>,
): Command {
  return { check, run: async (model, scene) => run(model, scene), toString: () => name };
}

const always = (): boolean => true;

function ofWindow(
  index: number,
  name: string,
  check: (window: WindowModel) => boolean,
  run: (window: WindowModel, scene: Scene) => void | Promise<void>,
): Command {
  return command(
    `${name}(${index})`,
    ({ windows }) => check(windows[index]!),
    ({ windows }, scene) => run(windows[index]!, scene),
  );
}

const isUp = ({ up }: WindowModel): boolean => up;

const start = (index: number): Command =>
  ofWindow(
    index,
    'start',
    ({ up }) => !up,
    (window, scene) => {
      window.up = true;
      scene.start(index, window.wish, window.paused);
    },
  );

const stop = (index: number): Command =>
  ofWindow(index, 'stop', isUp, (window, scene) => {
    window.up = false;
    scene.stop(index);
  });

const kill = (index: number): Command =>
  ofWindow(index, 'kill', isUp, async (window, scene) => {
    window.up = false;
    await scene.kill(index);
  });

const killThread = (index: number): Command =>
  ofWindow(index, 'killThread', isUp, (_, scene) => scene.windows[index]!.killThread());

const suspend = (index: number, ms: number): Command =>
  ofWindow(index, `suspend ${ms} ms`, isUp, (_, scene) => scene.sleep(index, ms));

const pause = (index: number): Command =>
  ofWindow(index, 'pause', isUp, (window, scene) => {
    window.paused = true;
    scene.windows[index]!.ask('pause');
  });

const resume = (index: number): Command =>
  ofWindow(index, 'resume', isUp, (window, scene) => {
    window.paused = false;
    scene.windows[index]!.ask('resume');
  });

const rescan = (index: number): Command =>
  ofWindow(index, 'rescan', isUp, (_, scene) => scene.windows[index]!.ask('rescan'));

const configure = (index: number, wishes: readonly Wish[]): Command =>
  ofWindow(index, `configure ${JSON.stringify(wishes)}`, isUp, (window, scene) => {
    window.wish = wishes.at(-1)!;
    scene.configure(index, wishes, window.paused);
  });

const append = (pieces: number): Command =>
  command(`append(${pieces})`, always, (_, scene) => scene.append(pieces));

const wait = (ms: number): Command => command(`wait(${ms})`, always, () => sleep(ms));

const lock = (ms: number): Command =>
  command(`lock(${ms})`, always, (model, scene) => {
    model.locked = true;
    scene.lock(ms);
  });

/** Reading the file's bytes would end this process's own lock on it (POSIX). */
const damage = (place: number): Command =>
  command(
    `damage(${place})`,
    ({ locked, damages }) => !locked && damages < 2,
    (model, scene) => {
      const file = scene.storeFile();
      const pages = existsSync(file) ? Math.floor(statSync(file).size / 4096) : 0;
      if (pages === 0) return;
      model.damages += 1;
      const fd = openSync(file, 'r+');
      writeSync(fd, Buffer.alloc(4096, 0xa5), 0, 4096, Math.floor(place * pages) * 4096);
      closeSync(fd);
    },
  );

const remove = command('remove', always, (_, scene) => scene.remove());
const removeFileOnly = command('removeFileOnly', always, (_, scene) => scene.removeFileOnly());

const replaceByNothing = command('replaceByNothing', always, (_, scene) =>
  scene.replace((file) => writeFileSync(file, '')),
);

const replaceByNew = command('replaceByNew', always, (_, scene) =>
  scene.replace((file) => openForWriting(file).db.close()),
);

const keepCopy = command('keepCopy', always, (model, scene) => {
  model.copy = scene.copy() ?? model.copy;
});

const replaceByCopy = command(
  'replaceByCopy',
  ({ copy }) => copy !== undefined,
  ({ copy }, scene) => scene.replace((file) => copyFileSync(copy!, file)),
);

const settle = command('settle', always, settled);

const index = fc.nat({ max: 1 });
const wish = fc.record<Wish>({
  store: fc.constantFrom('a', 'a', 'a', 'b'),
  roots: fc.constantFrom(1, 2, 2),
  multiplier: fc.constantFrom(1, 1, 2),
});
const brief = fc.nat({ max: 250 });

const anotherStore = fc.constantFrom(remove, removeFileOnly, replaceByNothing, replaceByNew);

/** What may happen; what stands here twice happens twice as often. */
const all: readonly fc.Arbitrary<Command>[] = [
  index.map(start),
  index.map(start),
  index.map(start),
  index.map(stop),
  index.map(kill),
  index.map(killThread),
  fc.tuple(index, fc.nat({ max: 900 })).map(([each, ms]) => suspend(each, ms)),
  fc.tuple(index, fc.nat({ max: 900 })).map(([each, ms]) => suspend(each, ms)),
  index.map(pause),
  index.map(pause),
  index.map(resume),
  index.map(resume),
  index.map(rescan),
  fc
    .tuple(index, fc.array(wish, { minLength: 1, maxLength: 3 }))
    .map(([each, wishes]) => configure(each, wishes)),
  fc.integer({ min: 1, max: 12 }).map(append),
  fc.integer({ min: 1, max: 12 }).map(append),
  fc.integer({ min: 1, max: 12 }).map(append),
  brief.map(wait),
  brief.map(wait),
  brief.map(wait),
  fc.nat({ max: 900 }).map(lock),
  fc.nat({ max: 900 }).map(lock),
  fc.nat({ max: 99 }).map((percent) => damage(percent / 100)),
  anotherStore,
  fc.constant(keepCopy),
  fc.constant(replaceByCopy),
  fc.constant(settle),
];

/** Any of them in any order; `most` at most. */
export function commands(most: number): fc.Arbitrary<Iterable<Command>> {
  return fc.commands([...all], { maxCommands: most, size: 'max' });
}

/** Lives that are tried each time, of two windows: the first writes. */
export const certainLives: readonly (readonly Command[])[] = [
  // The second takes over; the first wakes up and has to see it.
  [settle, suspend(0, 1500), wait(1700), settle],
  // Asked of an indexer that has not begun.
  [configure(0, [{ ...firstWish, store: 'b' }]), rescan(0), pause(1), resume(1), settle],
  // A check waits for the lock that was there first.
  [settle, lock(800), append(5), wait(100), pause(0), wait(50), resume(0)],
  [settle, damage(0.5), kill(0), start(0), settle],
  [settle, keepCopy, append(5), replaceByCopy, settle, removeFileOnly],
];

/** One window or two, as nearly always. */
export async function begin(model: Model, scene: Scene, windows: number): Promise<void> {
  for (let each = 0; each < windows; each++) await start(each).run(model, scene);
}

/** The windows that may write a store. */
function windowsOf(model: Model, scene: Scene, store: Wish['store']): Window[] {
  return model.windows.flatMap(({ up, paused, wish: { store: own } }, each) =>
    up && !paused && own === store ? [scene.windows[each]!] : [],
  );
}

/** Waits until each window is what it must be, and has nothing open that it should not have. */
export async function settled(model: Model, scene: Scene): Promise<void> {
  await scene.quiet();
  model.locked = false;
  await scene.eventually(async () => {
    const problems = model.windows.map(({ up, paused, wish: { store } }, each) => {
      const window = scene.windows[each];
      if (!up || window === undefined) return '';
      if (paused && window.state?.kind !== 'paused') {
        return `${window.pid} says ${JSON.stringify(window.state)}, and should be paused`;
      }
      return scene.filesProblem(window, paused ? undefined : store);
    });
    for (const store of ['a', 'b'] as const) {
      problems.push(await scene.rolesProblem(store, windowsOf(model, scene, store)));
    }
    return problems.filter((problem) => problem !== '').join('\n');
  });
}

/** Lets everything come to its end, and asserts that it is the right one. */
export async function finish(model: Model, scene: Scene): Promise<void> {
  await scene.quiet();
  if (!model.windows.some(isUp)) await start(0).run(model, scene);
  for (const [each, window] of model.windows.entries()) {
    if (!window.up) continue;
    if (window.paused) await resume(each).run(model, scene);
    if (window.wish.roots === 1)
      await configure(each, [{ ...window.wish, roots: 2 }]).run(model, scene);
  }
  await settled(model, scene);
  // Events are hints, and the next sweep may be far.
  for (const window of scene.windows) window?.ask('rescan');
  await scene.eventually(async () => {
    for (const own of model.windows.filter(isUp)) {
      // Prices are those of whoever writes.
      const mayWrite = model.windows.filter(
        ({ up, wish: { store } }) => up && store === own.wish.store,
      );
      const problems = await Promise.all(mayWrite.map((each) => scene.contentProblem(each.wish)));
      if (!problems.includes('')) return problems.join('\n');
    }
    return '';
  });
  await settled(model, scene);
  const written = new Set(model.windows.flatMap(({ up, wish }) => (up ? [wish.store] : [])));
  for (const [each, { up }] of model.windows.entries()) if (up) await stop(each).run(model, scene);
  await scene.quiet();
  // One that nobody writes any more may have that of a window that was killed.
  for (const store of written) {
    const left = await scene.ask(store, (db) => db.prepare('SELECT pid FROM lease').all());
    if (left !== undefined && left.length > 0) {
      throw new Error(`the lease of store ${store} was not given back: ${JSON.stringify(left)}`);
    }
  }
  scene.assertSound();
}
