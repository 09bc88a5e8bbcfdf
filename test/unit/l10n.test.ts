import assert from 'node:assert/strict';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { bundleStrings, extractStrings } from '../../scripts/release/extractStrings.ts';
import { tempDir } from '../lib/tempDir.ts';
import {
  keyProblems,
  linkProblems,
  type ManifestNames,
  type Strings,
  translationProblems,
} from '../lib/translations.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const readStrings = (file: string): Strings => JSON.parse(read(file)) as Strings;

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly languageModelTools: readonly {
      readonly name: string;
      readonly inputSchema: object;
    }[];
    readonly configuration: readonly { readonly properties: Readonly<Record<string, unknown>> }[];
  };
}
const manifest = JSON.parse(read('package.json')) as Manifest;
const names: ManifestNames = {
  commands: new Set([
    ...manifest.contributes.commands.map(({ command }) => command),
    // VS Code adds one for each view.
    ...Object.values(manifest.contributes.views).flatMap((views) =>
      views.map(({ id }) => `${id}.focus`),
    ),
  ]),
  settings: new Set(
    manifest.contributes.configuration.flatMap(({ properties }) => Object.keys(properties)),
  ),
};
const bundle = 'l10n/bundle.l10n.json';

/** Languages of which there is a file at all. */
const languages = [
  ...new Set(
    globSync(['package.nls.*.json', 'l10n/bundle.l10n.*.json'], { cwd: root }).map(
      (file) => file.split('.').at(-2)!,
    ),
  ),
].filter((name) => name !== 'l10n' && name !== 'nls');

describe('strings of the sources', () => {
  it('are all in the bundle, and nothing else is: npm run l10n', async () => {
    const strings = await bundleStrings(root);
    assert.ok(Object.keys(strings).length > 100, 'the strings were found');
    assert.deepEqual(readStrings(bundle), strings);
  });

  it('are found by the bundle’s tool wherever they stand', async () => {
    using dir = tempDir();
    mkdirSync(dir.at('src/views'), { recursive: true });
    writeFileSync(
      dir.at('src/views/a.ts'),
      "import { l10n } from 'vscode';\nexport const a = () => [l10n.t('It’s {0}', 1), x + l10n.t('b')];\n",
    );
    assert.deepEqual(await extractStrings(dir.path), { 'It’s {0}': 'It’s {0}', b: 'b' });
  });
});

describe('strings of the manifest', () => {
  const strings = readStrings('package.nls.json');

  it('are there, and all are used', () => {
    assert.deepEqual(keyProblems(manifest, strings), []);
    assert.deepEqual(keyProblems({ title: '%a%', more: ['%b%'] }, { b: 'B', c: 'C' }), [
      'missing: a',
      'unused: c',
    ]);
  });

  it('link to commands and settings that exist', () => {
    assert.deepEqual(linkProblems(strings, names), []);
    assert.deepEqual(linkProblems(readStrings(bundle), names), []);
    const bad = { a: '[x](command:outlay.none?1) and `#outlay.none#`, `#outlay.billing#`' };
    assert.deepEqual(linkProblems(bad, names), [
      'a: no command outlay.none',
      'a: no setting outlay.none',
    ]);
  });

  it('leave nothing of the manifest in one language', () => {
    assert.deepEqual(plainTexts(withoutWordsForModels(manifest.contributes)), []);
    assert.deepEqual(plainTexts({ a: [{ title: 'Open' }, { title: '%open%' }], label: 'Go' }), [
      'title: Open',
      'label: Go',
    ]);
  });
});

/** Of a tool for agents a model reads the schema, in English, and `name` is an id. */
function withoutWordsForModels(contributes: Manifest['contributes']): unknown {
  const languageModelTools = contributes.languageModelTools.map(
    ({ name: _, inputSchema, ...shown }) => shown,
  );
  return { ...contributes, languageModelTools };
}

/** Texts of the manifest that people read and that are no reference; the product's name is. */
function plainTexts(value: unknown): string[] {
  const shown =
    /^(title|name|label|displayName|userDescription|description|markdownDescription|contents|contextualTitle|altText)$/;
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (typeof item !== 'string') return plainTexts(item);
    const plain = shown.test(key) && !/^%.+%$/.test(item) && item !== 'Outlay';
    return plain ? [`${key}: ${item}`] : [];
  });
}

describe('translations', () => {
  for (const language of languages) {
    it(`${language} is complete, in the manifest and in the bundle`, () => {
      for (const base of ['package.nls.json', bundle]) {
        const file = base.replace(/json$/, `${language}.json`);
        assert.ok(existsSync(join(root, file)), file);
        assert.deepEqual(translationProblems(readStrings(base), readStrings(file)), [], file);
      }
    });
  }

  it('that lack something are found', () => {
    const base = {
      a: '{0} of {1}',
      b: '[Go](command:outlay.help) $(info)',
      c: 'See `#outlay.roots#`',
      d: 'D',
      e: 'E',
    };
    assert.deepEqual(translationProblems(base, { ...base, a: '{1} von {0}' }), []);
    const bad = {
      a: '{0} von {0}',
      b: '[Los](command:outlay.help)',
      c: 'Siehe `#outlay.root#`',
      d: ' ',
      f: 'F',
    };
    assert.deepEqual(translationProblems(base, bad), [
      'other parts: a',
      'other parts: b',
      'other parts: c',
      'empty: d',
      'missing: e',
      'too many: f',
    ]);
    assert.deepEqual(
      translationProblems({ a: '[x](command:outlay.help)' }, { a: '[x](command:outlay.log)' }),
      ['other parts: a'],
    );
  });
});
