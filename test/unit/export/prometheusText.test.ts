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
});
