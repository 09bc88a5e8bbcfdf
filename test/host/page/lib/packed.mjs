/** The same tests on the sources and on the package that people install. */
import { packForThisMachine } from '../../../../scripts/lib/pack.mjs';
import { openWorkbench } from '../../../../scripts/lib/page.mjs';

/** Whether the package is tested: `OUTLAY_TEST_PACKED=1`. */
const packed = process.env.OUTLAY_TEST_PACKED === '1';

/** Packed once for all windows of a test file. */
let made;

/** Opens a window with what is under test: the sources as built, or the package made of them. */
export async function openTested(options = {}) {
  if (!packed) return openWorkbench(options);
  made ??= packForThisMachine();
  return openWorkbench({ ...options, vsix: await made });
}
