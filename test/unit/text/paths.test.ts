import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isAt, isProject, isSamePath, pathKey } from '../../../src/text/paths.ts';

const linux = false;
const mac = true;

describe('the key of a path', () => {
  const same: [a: string, b: string, ignoreCase: boolean][] = [
    ['/Users/Me/App', '/users/me/app', mac],
    ['/Users/me/app/', '/Users/me/app', mac],
    ['/home/me/app//', '/home/me/app', linux],
    ['C:\\Code\\App', 'c:\\code\\app', mac],
    // A Windows path is one wherever its transcripts are read.
    ['C:\\Code\\App', 'c:/code/app/', linux],
    ['C:\\', 'c:/', linux],
    ['\\\\Server\\Share\\App', '//server/share/app', mac],
    ['/home/me/caf\u00e9', '/home/me/cafe\u0301', linux],
    ['/Users/me/CAFE\u0301', '/Users/me/caf\u00e9', mac],
  ];
  for (const [a, b, ignoreCase] of same) {
    test(`${a} and ${b} are one${ignoreCase ? ' where case is ignored' : ''}`, () => {
      assert.equal(pathKey(a, ignoreCase), pathKey(b, ignoreCase));
      assert.ok(isSamePath(a, b, ignoreCase));
    });
  }

  const different: [a: string, b: string, ignoreCase: boolean][] = [
    ['/Users/Me/App', '/users/me/app', linux],
    ['/home/me/app', '/home/me/app2', mac],
    ['/', '', mac],
    ['C:\\app', 'D:\\app', mac],
    ['/home/a\\b', '/home/a/b', linux],
  ];
  for (const [a, b, ignoreCase] of different) {
    test(`${a} and ${b} are two${ignoreCase ? ' where case is ignored' : ''}`, () => {
      assert.ok(!isSamePath(a, b, ignoreCase));
    });
  }

  test('is its own key, and of the root the root', () => {
    for (const path of ['/', '', 'C:\\', '/home/Me/x/', '\\\\s\\t\\']) {
      assert.equal(pathKey(pathKey(path, mac), mac), pathKey(path, mac));
    }
    assert.equal(pathKey('/', mac), '/');
    assert.equal(pathKey('//', mac), '/');
  });
});

describe('a project', () => {
  test('is compared as the system compares paths', () => {
    const place = { cwd: '/Home/Dev/Shop/api', gitRoot: null };
    assert.equal(isProject(place, '/home/dev/shop', mac), true);
    assert.equal(isProject(place, '/home/dev/shop', linux), false);
    assert.equal(isProject(place, '/Home/Dev/Shop/', linux), true);
    assert.equal(isProject(place, '/Home/Dev/Sho', linux), false);
    assert.equal(isProject(place, 'API', mac), true);
    assert.equal(isProject({ cwd: '/x', gitRoot: '/Home/dev/shop' }, '/home/dev/shop', mac), true);
  });

  test('is below the root of everything, and of its drive', () => {
    assert.equal(isProject({ cwd: '/home/dev/shop', gitRoot: null }, '/', linux), true);
    const windows = { cwd: 'c:\\code\\shop', gitRoot: null };
    assert.equal(isProject(windows, 'C:\\', linux), true);
    assert.equal(isProject(windows, 'C:\\Code', linux), true);
    assert.equal(isProject(windows, 'D:\\', linux), false);
    assert.equal(isProject(windows, 'C:\\Wor', linux), false);
    assert.equal(isProject({ cwd: '', gitRoot: null }, '/', linux), false);
  });

  test('is known by its last part, however its letters are composed', () => {
    assert.equal(isAt('/home/dev/cafe\u0301', 'caf\u00e9', linux), true);
    assert.equal(isAt('C:\\Code\\Shop', 'shop', linux), true);
    assert.equal(isAt('/home/dev/Shop', 'shop', linux), false);
    assert.equal(isAt('/home/dev/shop', 'shop/', linux), true);
  });
});
