import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import headless from '@xterm/headless';
import fc from 'fast-check';
import { Screen } from '../../../src/cli/dashboard/screen.ts';
import { Inks } from '../../../src/reports/document/inks.ts';
import { clip, displayWidth } from '../../../src/text/plainText.ts';
import { withoutEmphasis } from '../../lib/emphasis.ts';

/** A real terminal's reading of what is written, without a screen. */
class Terminal {
  readonly #terminal: InstanceType<typeof headless.Terminal>;

  constructor(width: number, height: number) {
    this.#terminal = new headless.Terminal({ cols: width, rows: height, allowProposedApi: true });
  }

  async write(bytes: string): Promise<void> {
    await new Promise<void>((resolve) => this.#terminal.write(bytes, resolve));
  }

  lines(): string[] {
    const { active } = this.#terminal.buffer;
    return Array.from({ length: this.#terminal.rows }, (_, at) =>
      active.getLine(active.baseY + at)!.translateToString(true, 0, this.#terminal.cols),
    );
  }

  /** Which characters are bold, of a line. */
  bold(at: number): string {
    const line = this.#terminal.buffer.active.getLine(at)!;
    return Array.from({ length: this.#terminal.cols }, (_, column) => {
      const cell = line.getCell(column)!;
      return cell.isBold() ? cell.getChars() : '';
    }).join('');
  }

  resize(width: number, height: number): void {
    this.#terminal.resize(width, height);
  }
}

const plain = new Inks(false);
const ink = new Inks(true);
/** The alternate screen, whose lines the terminal does not break. */
const begin = '\u001b[?1049h\u001b[?7l';

describe('the screen', () => {
  it('shows a frame', async () => {
    const terminal = new Terminal(20, 4);
    const lines = ['one', 'two  two', '', 'four'];
    await terminal.write(begin + new Screen().patch(lines, 20, 4));
    assert.deepEqual(terminal.lines(), lines);
  });

  it('writes nothing for a frame that is shown already', () => {
    const screen = new Screen();
    const lines = [ink.strong('Today'), '  $5.79  ━━━━────', 'x'];
    assert.notEqual(screen.patch(lines, 30, 3), '');
    assert.equal(screen.patch(lines, 30, 3), '');
  });

  it('writes no more than what changed, where it changed', () => {
    const screen = new Screen();
    const frame = (amount: string, clock: string): string[] => [
      `As usual.                          ${clock}`,
      `Today   ${amount}   ━━━━━━────  $3.88 left of $10`,
      'unchanged '.repeat(4),
    ];
    screen.patch(frame('$6.12', '3:20 PM'), 50, 3);
    const patch = screen.patch(frame('$6.19', '3:21 PM'), 50, 3);
    assert.equal(patch, '\u001b[1;39H1\u001b[2;13H9');
  });

  it('writes everything once the terminal is of another size, or is not known', () => {
    const screen = new Screen();
    screen.patch(['one'], 20, 2);
    const small = screen.patch(['one'], 10, 2);
    assert.match(small, /one/);
    assert.equal(screen.patch(['one'], 10, 2), '');
    screen.forget();
    assert.equal(screen.patch(['one'], 10, 2), small);
  });

  it('keeps emphasis to what it is of', async () => {
    const terminal = new Terminal(20, 2);
    const screen = new Screen();
    await terminal.write(begin + screen.patch([`${ink.strong('bold')} not`, ''], 20, 2));
    await terminal.write(screen.patch([`bold ${ink.strong('not')}`, ''], 20, 2));
    assert.equal(terminal.lines()[0], 'bold not');
    assert.equal(terminal.bold(0), 'not');
  });

  it('takes no control of a text but emphasis', async () => {
    const terminal = new Terminal(30, 3);
    const hostile = 'a\u001b]0;title\u0007b\u001b[2Jc\u001b[5;5Hd\u009b31me\rf\ng';
    const patch = new Screen().patch(['above', hostile, 'below'], 30, 3);
    await terminal.write(begin + patch);
    const [above, , below] = terminal.lines();
    assert.deepEqual([above, below], ['above', 'below']);
    // Places, erasing to the end or all of a line, and emphasis are all there is.
    assert.doesNotMatch(patch.replace(/\p{Cc}\[(?:[\d;]*[Hm]|2?K)/gu, ''), /\p{Cc}/u);
  });

  it('leaves nothing over behind characters of any width', async () => {
    const terminal = new Terminal(40, 2);
    const screen = new Screen();
    const row = (title: string): string => `${title}${' '.repeat(20 - displayWidth(title))}| $1.00`;
    await terminal.write(begin);
    for (const title of [
      '漢字テスト',
      'plain',
      '👨‍👩‍👧 family',
      'e\u0301te\u0301',
      '🇩🇪 flag',
      '❤️ heart',
      'end',
    ]) {
      await terminal.write(screen.patch([row(title), 'still'], 40, 2));
      const [line, still] = terminal.lines();
      // What stands behind is where it belongs, whatever the terminal thinks of the title.
      assert.match(line!, /\| \$1\.00$/, title);
      assert.equal(still, 'still');
    }
    assert.equal(terminal.lines()[0], row('end'));
  });

  it('property: whatever frames follow one another, the last one is shown', async () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', ' ', ' ', '━', '─', '●', '$1', '漢', 'é', '›'), {
        maxLength: 30,
      })
      .map((parts) => parts.join(''));
    const line = fc.array(fc.tuple(text, fc.constantFrom(plain.strong, ink.strong, ink.quiet)), {
      maxLength: 3,
    });
    const frame = fc.array(
      line.map((parts) => parts.map(([each, paint]) => paint(each)).join('')),
      { minLength: 5, maxLength: 5 },
    );
    const step = fc.tuple(frame, fc.constantFrom(24, 24, 24, 17));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const terminal = new Terminal(24, 5);
        const screen = new Screen();
        await terminal.write(begin);
        for (const [lines, width] of steps) {
          terminal.resize(width, 5);
          await terminal.write(screen.patch(lines, width, 5));
          const shown = lines.map((each) => cut(each, width).trimEnd());
          assert.deepEqual(
            terminal.lines().map((each) => each.trimEnd()),
            shown,
          );
        }
      }),
      { numRuns: 150 },
    );
  });
});

/** A line without its emphasis, as many columns of it as there are. */
function cut(line: string, width: number): string {
  const text = withoutEmphasis(line);
  if (displayWidth(text) <= width) return text;
  return clip(`${text}………`, width + 1).slice(0, -1);
}
