#!/usr/bin/env node
import { runtimeProblem } from './cli/runtime.ts';

// Before anything else is loaded: on an old Node the SQLite addon would end the process.
const problem = runtimeProblem(process.versions);
if (problem === undefined) {
  void import('./cli/main.ts').then(({ main }) => main(process.argv));
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 2;
}
