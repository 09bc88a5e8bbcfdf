import assert from 'node:assert/strict';
import {
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, test } from 'node:test';
import { HumanError } from '../../../src/model/errors.ts';
import { PartFile, writeFileAtomically } from '../../../src/platform/partFile.ts';
import { partName } from '../../../src/platform/partName.ts';
import { tempDir } from '../../lib/tempDir.ts';

describe('part files', { skip: process.platform === 'win32' }, () => {
  test('are private from the first byte, and nobody knows their name before', () => {
    using dir = tempDir();
    const file = dir.at('a.json');
    const part = new PartFile(file, 0o600);
    const [name = ''] = readdirSync(dir.path);
    assert.match(name, new RegExp(`^a\\.json\\.${process.pid}-[0-9a-f]{8}\\.part$`));
    assert.equal(statSync(dir.at(name)).mode & 0o777, 0o600);
    part.write('whole');
    part.commit();
    assert.deepEqual(readdirSync(dir.path), ['a.json']);
    assert.notEqual(partName(file), partName(file));
  });

  test('a link of the old name leads nowhere: neither written through nor made private', () => {
    using dir = tempDir();
    const file = dir.at('a.json');
    writeFileSync(dir.at('victim'), 'mine', { mode: 0o644 });
    symlinkSync(dir.at('victim'), `${file}.${process.pid}.part`);
    writeFileAtomically(file, 'new', 0o600);
    assert.equal(readFileSync(dir.at('victim'), 'utf8'), 'mine');
    assert.equal(statSync(dir.at('victim')).mode & 0o777, 0o644);
    assert.ok(lstatSync(file).isFile());
    assert.equal(readFileSync(file, 'utf8'), 'new');
  });

  test('a folder that cannot be written is said, and nothing stays', () => {
    using dir = tempDir();
    writeFileSync(dir.at('file'), '');
    assert.throws(() => writeFileAtomically(dir.at('file', 'a'), 'x', 0o600), HumanError);
    assert.deepEqual(readdirSync(dir.path), ['file']);
  });

  test('parts of dead programs go, those of living ones stay', () => {
    using dir = tempDir();
    const file = dir.at('a.json');
    const dead = ['a.json.999999999.part', 'a.json.999999999-0a1b2c3d.part'];
    const kept = [`a.json.${process.pid}-0a1b2c3d.part`, 'b.json.999999999-0a1b2c3d.part'];
    for (const name of [...dead, ...kept]) writeFileSync(dir.at(name), 'half');
    writeFileAtomically(file, 'new', 0o600);
    assert.deepEqual(readdirSync(dir.path).sort(), ['a.json', ...kept].sort());
  });
});
