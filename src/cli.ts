#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { createRequire, enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { runtimeProblem } from './cli/support/runtime.ts';
import { dataFolder } from './dataFolder/paths.ts';

/**
 * Where the terminal command begins. It does next to nothing itself: what it loads is compiled once and
 * kept in the data folder, so that the next command starts sooner.
 */
function start(): void {
  const [, , command, option] = process.argv;
  // Before anything else is loaded: on an old Node the SQLite addon would end the process.
  const problem = runtimeProblem(process.versions);
  // Asked for at every message of Claude Code's, with a bundle of its own.
  if (command === 'statusline' && (option === undefined || option === '--chain')) {
    load('./statusline.cjs');
  } else if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    process.exitCode = 2;
  } else if ((command === '--version' || command === '-V') && option === undefined) {
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
    process.stdout.write(`${version}\n`);
  } else {
    keepCompiled();
    const { main } = load('./cliMain.cjs') as typeof import('./cli/main.ts');
    void main(process.argv, manifest);
  }
}

const manifest = join(import.meta.dirname, '..', 'package.json');

/** A bundle beside this one. */
function load(bundle: string): unknown {
  return createRequire(join(import.meta.dirname, 'x'))(bundle);
}

function keepCompiled(): void {
  try {
    enableCompileCache?.(join(dataFolder(), 'cache'));
  } catch {
    // It only starts later.
  }
}

start();
