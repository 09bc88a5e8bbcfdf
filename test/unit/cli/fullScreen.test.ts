import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { PassThrough, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { FullScreen, type TerminalStreams } from '../../../src/cli/dashboard/fullScreen.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';

/** A terminal whose both ends the test holds. */
class FakeTerminal {
  readonly writes: string[] = [];
  readonly modes: boolean[] = [];
  readonly input = new PassThrough();
  readonly output: Writable;
  /** Takes the writes that were not taken yet. */
  take: () => void = () => {};
  slow = false;

  constructor(fd: number) {
    this.output = new Writable({
      decodeStrings: false,
      write: (chunk: string, _encoding, done) => {
        this.writes.push(chunk);
        if (this.slow) this.take = done;
        else done();
      },
    });
    Object.assign(this.output, { fd, columns: 80, rows: 24 });
    Object.assign(this.input, { setRawMode: (mode: boolean) => this.modes.push(mode) });
  }

  get streams(): TerminalStreams {
    return { input: this.input, output: this.output } as unknown as TerminalStreams;
  }

  async send(text: string): Promise<void> {
    this.input.write(text);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the full screen', () => {
  let dir: TempDir;
  let fd: number;
  let terminal: FakeTerminal;
  let full: FullScreen;
  const told: string[] = [];

  beforeEach(() => {
    dir = tempDir();
    fd = openSync(dir.at('restored'), 'w');
    terminal = new FakeTerminal(fd);
    told.length = 0;
    full = new FullScreen(terminal.streams, {
      key: (key) => told.push(key),
      changed: () => told.push('changed'),
      ready: () => told.push('ready'),
      end: (signal) => told.push(signal),
    });
    full.open();
  });
  afterEach(() => {
    full.close();
    closeSync(fd);
    dir[Symbol.dispose]();
  });

  it('asks whether frames can be drawn at once, and marks them where they can', async () => {
    assert.ok(terminal.writes.join('').endsWith('\u001b[?2026$p'));
    full.write('one');
    await terminal.send('\u001b[?2026;2$y');
    full.write('two');
    await terminal.send('\u001b[?2026;0$y');
    full.write('three');
    assert.deepEqual(terminal.writes.slice(1), ['one', '\u001b[?2026htwo\u001b[?2026l', 'three']);
    assert.deepEqual(told, ['changed'], 'an answer is no key');
  });

  it('takes no frame while the one before it has not arrived, and says when it does again', async () => {
    terminal.slow = true;
    assert.ok(full.takesFrame());
    full.write('one');
    assert.ok(!full.takesFrame());
    assert.ok(!full.takesFrame());
    terminal.take();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(told, ['changed', 'ready']);
    assert.ok(full.takesFrame());
    full.write('');
    assert.ok(full.takesFrame(), 'nothing is written for nothing');
  });

  it('restores screen, cursor and line editing once, and listens to nothing any more', () => {
    const names = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGTSTP', 'SIGCONT'] as const;
    assert.ok(names.every((name) => process.listenerCount(name) > 0));
    full.close();
    full.close();
    const restored = '\u001b[?2026l\u001b[m\u001b[?7h\u001b[?25h\u001b[?1049l';
    assert.equal(readFileSync(dir.at('restored'), 'utf8'), restored);
    assert.deepEqual(terminal.modes, [false, true, false]);
    assert.ok(names.every((name) => process.listenerCount(name) === 0));
    assert.ok(!full.takesFrame());
  });

  it('ends where its terminal has hung up', async () => {
    terminal.input.end();
    terminal.input.resume();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(told, ['changed', 'SIGHUP']);
  });

  it('reads keys that come in pieces, and Escape by itself', async () => {
    await terminal.send('\u001b');
    await terminal.send('[B');
    await terminal.send('q');
    assert.deepEqual(told, ['changed', 'down', 'quit']);
  });
});
