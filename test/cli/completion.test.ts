import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.ts';
import { completionScript, type Shell } from '../../src/cli/support/completion.ts';
import { debianTool, type Tool } from '../lib/debianTool.ts';
import { tempDir } from '../lib/tempDir.ts';

const program = await createProgram('0');
const scriptFor = (shell: Shell): string => completionScript(program, shell);

function run(tool: Tool, args: readonly string[], cwd: string): string {
  const env = { ...process.env, ...tool.env, HOME: cwd };
  const { status, stdout, stderr } = spawnSync(tool.path, args, { cwd, env, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  return stdout;
}

/** What is typed, with what must be offered for its last word, and what must not. */
const cases: [line: string, offered: string[], not: string[]][] = [
  ['outlay ', ['report', 'mark', 'export', 'completion'], ['start']],
  ['outlay ma', ['mark'], ['report']],
  ['outlay mark st', ['start', 'stop'], ['list', 'mark']],
  ['outlay mark start --se', ['--session'], ['--by']],
  ['outlay breakdown --by ', ['agent', 'class', 'tag'], ['--by', 'main']],
  ['outlay breakdown --by agent --th', ['--then-by'], []],
  ['outlay report --format m', ['markdown'], ['json']],
  ['outlay export --out ./no', ['./notes.csv'], []],
  ['outlay completion z', ['zsh'], ['bash']],
  ['outlay federation st', ['status'], []],
];

function check(line: string, found: readonly string[], [offered, not]: [string[], string[]]): void {
  for (const word of offered) assert.ok(found.includes(word), `${line}: ${word} in ${found}`);
  for (const word of not) assert.ok(!found.includes(word), `${line}: ${word} not in ${found}`);
}

/** Everything a command says of itself, with those inside it. */
function helpOf(command: Command): string {
  return [command.helpInformation(), ...command.commands.map(helpOf)].join('\n');
}

test('a program made for one command knows it as the program of all does', async () => {
  const all = program.commands;
  assert.ok(all.length > 30);
  for (const command of all) {
    const alone = (await createProgram('0', command.name())).commands;
    const found = alone.find((each) => each.name() === command.name());
    assert.equal(found && helpOf(found), helpOf(command), command.name());
  }
  assert.equal((await createProgram('0', 'report')).commands.length, 1);
  assert.equal((await createProgram('0', 'reprot')).commands.length, all.length);
});

if (process.platform === 'linux') {
  describe('completion', () => {
    test('in bash', () => {
      using dir = tempDir();
      writeFileSync(dir.at('notes.csv'), '');
      writeFileSync(dir.at('script'), scriptFor('bash'));
      const program = `source ./script
        while IFS= read -r line; do
          read -ra COMP_WORDS <<< "$line"; [[ $line == *" " ]] && COMP_WORDS+=("")
          COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _outlay
          echo "\${COMPREPLY[*]}"
        done <<< "$1"`;
      const lines = cases.map(([line]) => line).join('\n');
      const bash = { path: 'bash', env: {} };
      const out = run(bash, ['--norc', '-c', program, 'bash', lines], dir.path).split('\n');
      for (const [i, [line, ...expected]] of cases.entries()) {
        check(line, out[i]!.split(' '), expected);
      }
    });

    test('in fish', () => {
      using dir = tempDir();
      writeFileSync(dir.at('notes.csv'), '');
      writeFileSync(dir.at('script'), scriptFor('fish'));
      const fish = debianTool('fish', ['fish', 'libpcre2-32-0']);
      const asked = cases.map(([line]) => `complete -C '${line}'; echo "#"`);
      const program = `source ./script; ${asked.join('; ')}`;
      const out = run(fish, ['--no-config', '-c', program], dir.path).split('#\n');
      for (const [i, [line, ...expected]] of cases.entries()) {
        const words = out[i]!.split('\n').map((offer) => offer.split('\t')[0]!);
        check(line, words, expected);
      }
    });

    test('in zsh', () => {
      using dir = tempDir();
      writeFileSync(dir.at('script'), scriptFor('zsh'));
      const zsh = debianTool('zsh', ['zsh']);
      assert.equal(run(zsh, ['-f', '-n', './script'], dir.path), '');
      // What the editor of the line would be told is printed instead.
      const program = `compdef() { }
        _describe() { print -l -- "\${(@P)2}" }
        compadd() { shift; print -l -- "$@" }
        _files() { print -l -- ./notes.csv }
        source ./script
        for line in "$@"; do
          words=(\${=line}); [[ $line == *" " ]] && words+=('')
          CURRENT=$#words; _outlay; print -- '#'
        done`;
      const lines = cases.map(([line]) => line);
      const out = run(zsh, ['-f', '-c', program, 'zsh', ...lines], dir.path).split('#\n');
      for (const [i, [line, ...expected]] of cases.entries()) {
        const typed = line.split(' ').at(-1)!;
        const words = out[i]!.split('\n').map((offer) => offer.split(':')[0]!);
        check(
          line,
          words.filter((word) => word.startsWith(typed)),
          expected,
        );
      }
    });
  });
}
