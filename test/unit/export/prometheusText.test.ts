import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exposition } from '../../../src/export/prometheusText.ts';

describe('the text format of Prometheus', () => {
  test('keeps a family together and escapes labels and help', () => {
    const text = exposition([
      {
        name: 'a_usd',
        help: 'One\nline \\ only.',
        type: 'gauge',
        samples: [
          { labels: { name: 'say "x"\\\nend', tier: 'opus' }, value: 0.5 },
          { labels: {}, value: 1e-9 },
        ],
      },
      { name: 'none', help: 'Nothing.', type: 'counter', samples: [] },
    ]);
    assert.equal(
      text,
      [
        '# HELP a_usd One\\nline \\\\ only.',
        '# TYPE a_usd gauge',
        'a_usd{name="say \\"x\\"\\\\\\nend",tier="opus"} 0.5',
        'a_usd 1e-9',
        '',
      ].join('\n'),
    );
  });

  test('shows what a terminal would act upon, and keeps names apart', () => {
    const names = [
      'a\u001b[31m',
      'a\r',
      'a\u2028',
      'a\u202e',
      'a\u009b',
      'a\ud800',
      'a\ufeff',
      'a',
    ];
    const samples = names.map((name) => ({ labels: { name }, value: 1 }));
    const text = exposition([{ name: 'a', help: '\u001b', type: 'gauge', samples }]);
    const shown = [...text.matchAll(/name="(.*)"/g)].map((match) => match[1]);
    const wanted = ['a<1B>[31m', 'a<0D>', 'a<2028>', 'a<202E>', 'a<9B>', 'a<D800>', 'a<FEFF>', 'a'];
    assert.deepEqual(shown, wanted);
    assert.match(text, /^# HELP a <1B>$/m);
  });
});
