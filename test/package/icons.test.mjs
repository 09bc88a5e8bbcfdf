/** The icons and colours that VS Code takes from the manifest. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { glyphCharacter, iconFiles } from '../../scripts/release/iconFiles.mjs';
import { inRoot } from '../../scripts/shared/paths.mjs';

const { contributes } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));

describe('icons', () => {
  test('are those of the drawings (npm run icons)', async () => {
    for (const [name, bytes] of await iconFiles()) {
      assert.deepEqual(readFileSync(inRoot('media', name)), bytes, name);
    }
  });

  test('the status bar’s is the glyph of the font', () => {
    const { fontPath, fontCharacter } = contributes.icons['outlay-spend'].default;
    assert.equal(fontPath, 'media/outlay.woff');
    assert.equal(String.fromCodePoint(Number.parseInt(fontCharacter.slice(1), 16)), glyphCharacter);
  });

  test('stand on whole pixels', () => {
    const glyph = readFileSync(inRoot('media/glyph.svg'), 'utf8');
    const [, path] = /<path d="([^"]+)"/.exec(glyph);
    const numbers = path.match(/-?[\d.]+/g).map(Number);
    assert.ok(numbers.length > 15);
    assert.deepEqual(
      numbers.filter((number) => !Number.isInteger(number)),
      [],
    );
  });
});

describe('colours of levels', () => {
  test('are those of the editor unless a theme or a person has others', () => {
    const { colors } = contributes;
    assert.deepEqual(
      colors.map(({ id }) => id),
      ['outlay.levelWarning', 'outlay.levelError'],
    );
    for (const { id, defaults } of colors) {
      const own =
        id === 'outlay.levelError' ? 'editorError.foreground' : 'editorWarning.foreground';
      assert.deepEqual(defaults, {
        dark: own,
        light: own,
        highContrast: own,
        highContrastLight: own,
      });
    }
  });
});

describe('levels', () => {
  test('have our own colours in every page and view', () => {
    const files = ['src', 'webview'].flatMap((folder) =>
      readdirSync(inRoot(folder), { recursive: true })
        .filter((name) => /\.(ts|css)$/.test(name))
        .map((name) => path.join(folder, name))
        // Where a browser has no theme of VS Code's, that says what the editor's colours are.
        .filter((file) => file !== path.join('webview', 'shared', 'page', 'browser.css')),
    );
    assert.ok(files.length > 300);
    const other = /editor(Warning|Error)[-.]foreground|list\.(warning|error)Foreground/;
    const wrong = files.filter((file) => other.test(readFileSync(inRoot(file), 'utf8')));
    assert.deepEqual(wrong, []);
  });
});
