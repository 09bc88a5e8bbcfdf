import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { InstallWishes } from '../../../src/guard/install/hookEntries.ts';
import { parseJsonText, plainValue } from '../../../src/guard/install/jsonText.ts';
import { ownHandlers, withGuard, withoutGuard } from '../../../src/guard/install/settingsEdit.ts';

const wishes: InstallWishes = {
  launcher: '/home/ada/data/bin/outlay',
  platform: 'linux',
  strict: false,
  maxHops: 0,
  server: undefined,
};

/** Settings as people have them: other hooks, in any order, written in any way. */
const handler = fc.record({
  type: fc.constant('command'),
  command: fc.constantFrom('/usr/bin/notify', 'echo "hi"', 'outlay summary', 'guard'),
  args: fc.option(fc.array(fc.constantFrom('guard', 'a', '--x')), { nil: undefined }),
});
const group = fc.record({
  matcher: fc.option(fc.constantFrom('*', 'Bash|Edit', ''), { nil: undefined }),
  hooks: fc.array(handler, { minLength: 1, maxLength: 3 }),
});
const hooks = fc.dictionary(
  fc.constantFrom('PreToolUse', 'Stop', 'SessionStart', 'Notification', 'UserPromptSubmit'),
  fc.array(group, { minLength: 1, maxLength: 3 }),
  { minKeys: 1 },
);
const settings = fc
  .record({
    before: fc.dictionary(fc.constantFrom('model', 'env', 'ünï "x"'), fc.jsonValue()),
    hooks: fc.option(hooks, { nil: undefined }),
    after: fc.dictionary(fc.constantFrom('permissions', 'z{[,', 'y//'), fc.jsonValue()),
  })
  .map(({ before, hooks: own, after }) => ({ ...before, ...(own && { hooks: own }), ...after }));

/** How a text is written: indentation, ends of lines, a mark at its beginning, a newline at its end. */
const form = fc.record({
  indent: fc.constantFrom(2, 4, '\t', 0),
  crlf: fc.boolean(),
  bom: fc.boolean(),
  end: fc.constantFrom('', '\n', '\n\n'),
  comment: fc.boolean(),
});

const texts = fc.tuple(settings, form).map(([value, { indent, crlf, bom, end, comment }]) => {
  const plain = `${comment ? '// mine, "keep": [it]\n' : ''}${JSON.stringify(value, null, indent)}${end}`;
  return (bom ? '\ufeff' : '') + (crlf ? plain.replaceAll('\n', '\r\n') : plain);
});

const served = fc.constantFrom(undefined, { port: 20_123, token: 'x'.repeat(43) });

describe('the guard in settings of Claude Code', () => {
  test('comes and goes without a trace, whatever else is there and however it is written', () => {
    fc.assert(
      fc.property(texts, fc.boolean(), served, (text, strict, server) => {
        const installed = withGuard(text, 'f', { ...wishes, strict, server });
        assert.equal(withoutGuard(installed, 'f'), text === '{}' ? text : text);
        assert.equal(
          withGuard(installed, 'f', { ...wishes, strict, server }),
          installed,
          'idempotent',
        );
        assert.equal(ownHandlers(installed, 'f').length, server ? 9 : 8);
        // What was there is there, in its order; ours is the last of each list.
        const before = plainValue(parseJsonText(text, 'f')) as Record<string, never>;
        const after = plainValue(parseJsonText(installed, 'f')) as Record<string, never>;
        const { hooks: _, ...others } = before;
        const { hooks: __, ...left } = after;
        assert.deepEqual(left, others);
        const known: Record<string, unknown[]> = before.hooks ?? {};
        for (const [event, list] of Object.entries(known)) {
          const now: unknown[] = (after.hooks as unknown as Record<string, unknown[]>)[event]!;
          assert.deepEqual(now.slice(0, list.length), list);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a guard of another place or mode is replaced, not joined', () => {
    fc.assert(
      fc.property(texts, served, served, (text, before, server) => {
        const other = { launcher: '/old/bin/outlay', strict: true, server: before };
        const old = withGuard(text, 'f', { ...wishes, ...other });
        const now = { ...wishes, server };
        assert.equal(withGuard(old, 'f', now), withGuard(text, 'f', now));
      }),
      { numRuns: 300 },
    );
  });

  test('commas behind the last part, and comments inside, stay', () => {
    const text = `{
  // first
  "hooks": {
    "Stop": [ { "hooks": [ { "type": "command", "command": "x" }, ], }, /* last */ ],
  },
}
`;
    const installed = withGuard(text, 'f', wishes);
    assert.equal(withoutGuard(installed, 'f'), text);
    for (const kept of ['// first', '/* last */', '"command": "x" }, ], }']) {
      assert.ok(installed.includes(kept), installed);
    }
  });

  test('a handler beside others in one group goes alone', () => {
    const own = { type: 'command', command: '/x/outlay', args: ['guard', 'Stop'] };
    const text = JSON.stringify({ hooks: { Stop: [{ hooks: [{ command: 'a' }, own] }] } }, null, 2);
    const left = JSON.stringify({ hooks: { Stop: [{ hooks: [{ command: 'a' }] }] } }, null, 2);
    assert.equal(withoutGuard(text, 'f'), left);
  });

  test('no file and an empty one become settings', () => {
    const made = withGuard('', 'f', wishes);
    assert.equal(ownHandlers(made, 'f').length, 8);
    assert.equal(withoutGuard(made, 'f'), '{}\n');
  });

  test('the limit of depth is added where its user has none', () => {
    const deep = withGuard('{}', 'f', { ...wishes, maxHops: 4 });
    assert.match(deep, /"CLAUDE_CODE_MAX_SUBAGENT_SPAWN_DEPTH": "4"/);
    const own = '{"env":{"CLAUDE_CODE_MAX_SUBAGENT_SPAWN_DEPTH":"1"}}';
    assert.match(withGuard(own, 'f', { ...wishes, maxHops: 4 }), /DEPTH":"1"/);
  });

  for (const [text, what] of [
    ['[]', /no object/],
    ['{"hooks":[]}', /"hooks" is not/],
    ['{"hooks":{"Stop":{}}}', /"hooks.Stop" is not/],
    ['{"a":1', /no JSON from line 1/],
    ['{\n"a":tru}', /no JSON from line 2/],
  ] as const) {
    test(`nothing is written into ${JSON.stringify(text)}`, () => {
      assert.throws(() => withGuard(text, 'f', wishes), what);
    });
  }
});
