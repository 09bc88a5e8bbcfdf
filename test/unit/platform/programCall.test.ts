import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { programCall } from '../../../src/platform/programCall.ts';

const windows = (files: readonly string[], env: Record<string, string> = {}) => ({
  platform: 'win32' as const,
  env: { PATH: 'C:\\bin;relative;C:\\npm', PATHEXT: '.EXE;.CMD', ComSpec: 'C:\\cmd.exe', ...env },
  isFile: (path: string) => files.includes(path.replaceAll('/', '\\')),
});

describe('how a program is called', () => {
  test('on Unix as it is', () => {
    assert.deepEqual(programCall('claude', ['-p', 'a "b" $c'], { platform: 'linux' }), {
      file: 'claude',
      args: ['-p', 'a "b" $c'],
      verbatim: false,
    });
  });

  test('on Windows a program is found by the endings there are', () => {
    const call = programCall('claude', ['-p'], windows(['C:\\npm\\claude.exe']));
    assert.deepEqual(call, { file: 'C:\\npm\\claude.exe', args: ['-p'], verbatim: false });
    // A relative entry of the PATH would find a program of whatever folder one stands in.
    assert.equal(programCall('claude', [], windows(['relative\\claude.exe'])).file, 'claude');
  });

  test('a command file is run by cmd.exe, nothing of an argument meaning anything to it', () => {
    const call = programCall(
      'claude',
      ['-p', 'a & b "c" %PATH%'],
      windows(['C:\\npm\\claude.cmd']),
    );
    assert.equal(call.file, 'C:\\cmd.exe');
    assert.equal(call.verbatim, true);
    assert.deepEqual(call.args.slice(0, 4), ['/d', '/s', '/v:off', '/c']);
    const line = call.args[4]!;
    assert.ok(line.startsWith('"C:\\npm\\claude.cmd ') && line.endsWith('"'), line);
    // Each of these characters has its caret, and each caret its own.
    for (const char of ['&', '%']) assert.ok(line.includes(`^^^${char}`), line);
    assert.ok(!/[^^][&%]/.test(line), line);
  });
});
