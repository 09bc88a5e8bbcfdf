import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { bundledCatalogue } from '../../../src/pricing/catalogue.ts';
import { hueOf, modelFamily } from '../../../webview/shared/charts/modelFamily.ts';
import { groupName, modelGroups } from '../../../webview/shared/charts/modelGroups.ts';
import {
  agentStyles,
  familyColour,
  greyStyles,
  groupStyle,
  modelStyles,
  productStyles,
  restStyle,
  type SeriesStyle,
} from '../../../webview/shared/charts/palette.ts';
import { contrast, leastContrast, mix, opaque, readable } from '../../../webview/shared/colours.ts';
import type { Theme } from '../../../webview/shared/themeTokens.ts';

const fixtures = path.join(import.meta.dirname, '../../fixtures');
const readJson = (file: string): unknown =>
  JSON.parse(readFileSync(path.join(fixtures, file), 'utf8'));

const themes = Object.entries(
  readJson('themes/tokens.json') as Record<string, Record<string, string>>,
).map(([name, tokens]): { name: string; theme: Theme } => ({
  name,
  theme: {
    foreground: tokens.foreground!,
    muted: tokens.descriptionForeground!,
    grid: '',
    axis: '',
    background: tokens['editor-background']!,
    border: '',
    font: 'sans-serif',
    fontSize: 13,
    highContrast: name.startsWith('High contrast'),
    reducedMotion: false,
    token: (key) => tokens[key] ?? '',
  },
}));

const everyModel = [...bundledCatalogue.models, ...bundledCatalogue.others!.models];
const catalogue = new Map(everyModel.map(({ id }, index) => [id, 1000 - index]));

/** Dollars by model of all the real transcripts: three years of Claude Code's versions. */
function history(): Map<string, number> {
  const sets = readJson('transcripts/expected.json') as Record<
    string,
    { models?: Record<string, { usd: string | null }> }
  >;
  const spend = new Map<string, number>();
  for (const { models = {} } of Object.values(sets)) {
    for (const [model, { usd }] of Object.entries(models)) {
      const dollars = Number(usd ?? 0);
      if (dollars > 0) spend.set(model, (spend.get(model) ?? 0) + dollars);
    }
  }
  return spend;
}

const words = { otherVersions: '{0} other {1}', moreModels: '{0} other models' };
const look = ({ colour, pattern }: SeriesStyle): string => `${colour} ${pattern}`;

describe('colours', () => {
  it('have the contrasts WCAG gives them', () => {
    assert.equal(contrast('#000', '#ffffff'), 21);
    assert.equal(contrast('rgb(119, 119, 119)', '#fff')!.toFixed(2), '4.48');
    assert.equal(contrast('', '#fff'), undefined);
  });

  it('are mixed in sRGB and lose their transparency', () => {
    assert.equal(mix('#ff0000', 0.5, '#0000ff'), '#800080');
    assert.equal(opaque('#d1861699'), '#d18616');
    assert.equal(opaque('no colour'), 'no colour');
  });

  it('are mixed with the foreground by as little as is needed', () => {
    const [foreground, background] = ['#202020', '#ffffff'];
    assert.equal(readable('#652D90', { foreground, background }), '#652D90');
    const orange = readable('#d18616', { foreground, background });
    assert.ok(contrast(orange, background)! >= leastContrast);
    assert.ok(contrast('#d18616', background)! < leastContrast);
    assert.ok(contrast(mix('#d18616', 0.95, foreground), background)! >= leastContrast);
    assert.equal(orange, mix('#d18616', 0.95, foreground));
  });
});

for (const { name, theme } of themes) {
  describe(`in ${name}`, () => {
    const far = (styles: Iterable<SeriesStyle>): void => {
      for (const { colour } of styles) {
        assert.ok(
          contrast(colour, theme.background)! >= leastContrast,
          `${colour} on ${theme.background}: ${contrast(colour, theme.background)}`,
        );
      }
    };

    it('every model of the catalogue can be told from the ground, alone and beside all others', () => {
      for (const model of catalogue.keys()) far(modelStyles(new Map([[model, 1]]), theme).values());
      far(modelStyles(catalogue, theme).values());
      for (const family of ['opus', 'sonnet', 'haiku'] as const) {
        far(modelStyles(catalogue, theme, family).values());
      }
      far(modelStyles(history(), theme).values());
    });

    it('so can agents, projects, and what is left over', () => {
      far(agentStyles(['main', 'Explore', 'Plan'], theme).values());
      far(productStyles(['Claude Code', 'Codex', 'Copilot', 'OpenCode'], theme).values());
      far(greyStyles(['a', 'b', 'c', 'd', 'e', 'f'], theme).values());
      far([restStyle(theme)]);
    });

    it('no two groups look the same', () => {
      for (const spend of [catalogue, history()]) {
        for (const opened of ['', 'opus', 'sonnet', 'haiku'] as const) {
          const groups = modelGroups(spend, opened);
          const looks = groups.map((group) => look(groupStyle(group, theme)));
          assert.equal(new Set(looks).size, looks.length, looks.join('\n'));
        }
      }
      const greys = [...greyStyles(['a', 'b', 'c', 'd', 'e', 'f'], theme).values()].map(look);
      assert.equal(new Set(greys).size, greys.length);
      const products = [...productStyles(['a', 'b', 'c', 'd', 'e', 'f'], theme).values()].map(look);
      assert.equal(new Set(products).size, products.length);
    });

    it('Claude’s families and other vendors’ have each a hue of their own', () => {
      const models = [
        'claude-opus-5-5',
        'claude-sonnet-5-5',
        'claude-haiku-5-5',
        'claude-fable-5-2',
      ];
      const hues = [...models, 'gpt-5.5', 'gemini-2.5-pro', 'kimi-k3'].map((model) =>
        familyColour(model, theme),
      );
      assert.equal(new Set(hues).size, hues.length, hues.join());
      for (const model of ['openai/gpt-6-sol', 'o3', 'o4-mini', 'codex-mini-latest']) {
        assert.equal(familyColour(model, theme), hues[4], model);
      }
      assert.equal(familyColour('grok-4.7', theme), hues[5]);
      for (const colour of hues) {
        assert.ok(contrast(colour, theme.background)! >= leastContrast, colour);
      }
    });

    it('a family has one hue, at most two looks, and no shade of it', () => {
      const styles = modelStyles(catalogue, theme, 'opus');
      for (const [family, models] of Map.groupBy(catalogue.keys(), modelFamily)) {
        const own = models.map((model) => styles.get(model)!);
        assert.equal(new Set(own.map(({ colour }) => colour)).size, 1, family);
        assert.ok(new Set(own.map(look)).size <= 2, family);
      }
    });

    if (theme.highContrast) {
      it('patterns alone tell groups apart', () => {
        const patterns = modelGroups(catalogue, 'opus').map(
          (group) => groupStyle(group, theme).pattern,
        );
        assert.equal(new Set(patterns).size, patterns.length);
        assert.equal(restStyle(theme).pattern, 'empty');
      });
    }
  });
}

describe('models of a period', () => {
  const named = (spend: ReadonlyMap<string, number>, opened?: 'opus'): string[] =>
    modelGroups(spend, opened).map(
      (group) => `${groupName(group, group.models[0]!, words)}${group.striped ? ' (striped)' : ''}`,
    );

  it('are stacked by what was spent on their family, then on them', () => {
    const spend = new Map([
      ['claude-haiku-5-5', 3],
      ['claude-opus-5', 2],
      ['claude-opus-5-5', 5],
      ['claude-sonnet-5-5', 6],
    ]);
    assert.deepEqual(named(spend), [
      'claude-opus-5-5',
      'claude-opus-5 (striped)',
      'claude-sonnet-5-5',
      'claude-haiku-5-5',
    ]);
  });

  it('are solid by spend, not by age', () => {
    const spend = new Map([
      ['claude-opus-5-5', 1],
      ['claude-opus-4-6', 70],
    ]);
    assert.deepEqual(named(spend), ['claude-opus-4-6', 'claude-opus-5-5 (striped)']);
  });

  it('are folded from the third version of a family on', () => {
    const spend = new Map([
      ['claude-opus-5-5', 9],
      ['claude-opus-5', 8],
      ['claude-opus-4-6', 7],
      ['claude-haiku-5-5', 1],
    ]);
    assert.deepEqual(named(spend), [
      'claude-opus-5-5',
      '2 other opus (striped)',
      'claude-haiku-5-5',
    ]);
  });

  it('are families where there are more than six, and one of them opened', () => {
    const spend = new Map(
      ['opus-5-5', 'opus-5', 'opus-4-8', 'opus-4-7', 'sonnet-5', 'sonnet-4', 'haiku-5-5'].map(
        (model, index) => [`claude-${model}`, 10 - index],
      ),
    );
    assert.deepEqual(named(spend), ['opus', 'sonnet', 'claude-haiku-5-5']);
    assert.deepEqual(named(spend, 'opus'), [
      'claude-opus-5-5',
      '3 other opus (striped)',
      'sonnet',
      'claude-haiku-5-5',
    ]);
  });

  it('of two families with one colour are one each', () => {
    const spend = new Map([
      ['claude-fable-5-2', 3],
      ['claude-mythos-5-2', 2],
      ['claude-mythos-5', 2],
    ]);
    assert.deepEqual(named(spend), ['mythos', 'claude-fable-5-2 (striped)']);
    assert.equal(hueOf('mythos'), hueOf('fable'));
  });

  it('that are not Claude’s are told apart too', () => {
    const spend = new Map([
      ['gpt-9', 3],
      ['llama', 2],
      ['mistral', 1],
    ]);
    assert.deepEqual(named(spend), ['gpt-9', 'llama', 'mistral (striped)']);
  });

  it('of a real history leave nothing out', () => {
    const spend = history();
    assert.ok(spend.size > 6, String(spend.size));
    const models = modelGroups(spend).flatMap((group) => group.models);
    assert.deepEqual(models.toSorted(), [...spend.keys()].toSorted());
    assert.ok(modelGroups(spend).length <= 5);
  });
});
