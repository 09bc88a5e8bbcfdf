#!/usr/bin/env node
import { join } from 'node:path';
import { runtimeProblem } from './cli/support/runtime.ts';

// Before anything else is loaded: on an old Node the SQLite addon would end the process.
const problem = runtimeProblem(process.versions);
const [, , command, option] = process.argv;
if (command === 'statusline' && (option === undefined || option === '--chain')) {
  // It is asked for at every message: nothing is loaded that it does not need.
  void import('./statusline/main.ts').then(({ main }) =>
    main(process.argv.slice(3), import.meta.filename),
  );
} else if (problem === undefined) {
  // From source and from the bundle alike, the manifest is one folder up.
  const manifest = join(import.meta.dirname, '..', 'package.json');
  void import('./cli/main.ts').then(({ main }) => main(process.argv, manifest));
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 2;
}
