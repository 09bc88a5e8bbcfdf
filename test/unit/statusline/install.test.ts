import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { installChange, makeChange, uninstallChange } from '../../../src/statusline/install.ts';
import { readInstall, settingsBackup } from '../../../src/statusline/installRecord.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';

const command = '/data/bin/outlay statusline';
const settings = `{
    // mine
    "model": "opus",
    "statusLine": { "type": "command", "command": "~/line.sh --x", "padding": 1 },
    "hooks": { "Stop": [ ] }
}
`;

/** A settings file with this text, none without. */
function world(text?: string): { dir: TempDir; file: string; folder: string } {
  const dir = tempDir();
  const file = dir.at('claude', 'settings.json');
  mkdirSync(dir.at('claude'));
  if (text !== undefined) writeFileSync(file, text, { mode: 0o640 });
  return { dir, file, folder: dir.at('data') };
}

function install(file: string, folder: string, chain = true, by = command): boolean {
  const change = installChange(file, by, { chain, folder });
  if (change !== undefined) makeChange(change, folder);
  return change !== undefined;
}

describe("Outlay's status line in Claude Code's settings", () => {
  test('replaces the one that is there, keeps running it, and gives it back to the byte', () => {
    const { dir, file, folder } = world(settings);
    using _ = dir;
    assert.ok(install(file, folder));
    const changed = readFileSync(file, 'utf8');
    assert.ok(changed.startsWith('{\n    // mine\n    "model": "opus",\n    "statusLine": {'));
    assert.ok(changed.endsWith('    "hooks": { "Stop": [ ] }\n}\n'));
    const value = JSON.parse(changed.replace('// mine', '')).statusLine;
    assert.deepEqual(value, {
      type: 'command',
      command: `${command} --chain`,
      padding: 1,
      refreshInterval: 10,
    });
    assert.equal(readInstall(folder)?.chain, '~/line.sh --x');
    assert.equal(readFileSync(settingsBackup(folder), 'utf8'), settings);
    assert.equal(statSync(file).mode & 0o777, 0o640);
    makeChange(uninstallChange(folder)!, folder);
    assert.equal(readFileSync(file, 'utf8'), settings);
    assert.equal(uninstallChange(folder), undefined);
    assert.equal(existsSync(settingsBackup(folder)), false);
  });

  test('twice is once, and another path of the program is taken over', () => {
    const { dir, file, folder } = world(settings);
    using _ = dir;
    install(file, folder);
    assert.equal(install(file, folder), false);
    assert.ok(install(file, folder, true, '/other/outlay statusline'));
    assert.equal(readInstall(folder)?.chain, '~/line.sh --x');
    makeChange(uninstallChange(folder)!, folder);
    assert.equal(readFileSync(file, 'utf8'), settings);
  });

  test('without a file one is made, and goes again', () => {
    const { dir, file, folder } = world();
    using _ = dir;
    assert.ok(install(file, folder));
    assert.equal(JSON.parse(readFileSync(file, 'utf8')).statusLine.command, command);
    makeChange(uninstallChange(folder)!, folder);
    assert.equal(existsSync(file), false);
  });

  test('what was written beside it meanwhile stays', () => {
    const { dir, file, folder } = world('{\n  "model": "opus"\n}\n');
    using _ = dir;
    install(file, folder);
    const text = readFileSync(file, 'utf8').replace('"opus"', '"haiku"');
    writeFileSync(file, text);
    makeChange(uninstallChange(folder)!, folder);
    assert.equal(readFileSync(file, 'utf8'), '{\n  "model": "haiku"\n}\n');
  });

  test('a status line somebody set since is theirs', () => {
    const { dir, file, folder } = world(settings);
    using _ = dir;
    install(file, folder);
    const theirs = readFileSync(file, 'utf8').replace(`${command} --chain`, 'mine');
    writeFileSync(file, theirs);
    makeChange(uninstallChange(folder)!, folder);
    assert.equal(readFileSync(file, 'utf8'), theirs);
  });

  test('a file that has changed since it was shown is not written, nor one that is no JSON', () => {
    const { dir, file, folder } = world(settings);
    using _ = dir;
    const change = installChange(file, command, { chain: true, folder })!;
    writeFileSync(file, '{}');
    assert.throws(() => makeChange(change, folder), /has just been changed/);
    assert.equal(readFileSync(file, 'utf8'), '{}');
    writeFileSync(file, '[');
    assert.throws(() => install(file, folder), /is no JSON with an object/);
  });

  test('a link stays a link', () => {
    const { dir, file, folder } = world(settings);
    using _ = dir;
    const link = dir.at('link.json');
    symlinkSync(file, link);
    install(link, folder);
    assert.ok(readFileSync(file, 'utf8').includes(command));
    assert.equal(readFileSync(link, 'utf8'), readFileSync(file, 'utf8'));
    assert.throws(() => install(file, folder), /is installed in/);
  });
});
