import { createRequire, enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { dataFolder } from '../dataFolder/paths.ts';

/**
 * Where `dist/guard.cjs` begins. It does as good as nothing itself: what it loads is compiled once and
 * kept in the data folder, so that the next of many hooks starts sooner.
 */
function start(): void {
  try {
    enableCompileCache?.(join(dataFolder(), 'cache'));
  } catch {
    // It only starts later.
  }
  const { runGuard } = createRequire(join(import.meta.dirname, 'x'))(
    './guardAnswer.cjs',
  ) as typeof import('./main.ts');
  runGuard(process.argv.slice(2));
}

start();
