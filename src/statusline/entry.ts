import { join } from 'node:path';
import { main } from './main.ts';

// The launcher starts it as `statusline …`, as it would the terminal command.
void main(process.argv.slice(3), join(import.meta.dirname, 'cli.cjs'));
