/**
 * Compiles the scanner (`src/agents/claude/scan/assembly`) to WebAssembly, and writes it as text that
 * every way of running Outlay can load.
 *
 *     node scripts/release/scanner.mjs
 */
import { writeFileSync } from 'node:fs';
import { inRoot, root } from '../shared/paths.mjs';
import { codeFile, scannerCode } from './scannerCode.ts';

const text = await scannerCode(root);
writeFileSync(inRoot(codeFile), text);
console.log(`${text.length} bytes in ${codeFile}`);
