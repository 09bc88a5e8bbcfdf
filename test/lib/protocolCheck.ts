import assert from 'node:assert/strict';
import { protocolVersion } from '../../src/protocol/shared.ts';

/** What one side says. */
export type Message = Readonly<Record<string, unknown>>;
type Guard = (value: unknown) => boolean;

const v = protocolVersion;

/** Values no field of a message may have, whatever its kind; `key` keeps its own where that fits. */
export const strange: readonly unknown[] = [
  undefined,
  null,
  7.5,
  true,
  Number.NaN,
  '\u0000',
  [],
  {},
  () => 1,
];

/** The kinds of values a guard tells apart. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value;
}

/** A guard takes these messages, and none that lacks a field, has another kind of value in one, or is of another version. `nullable`: fields that may be null. */
export function refusesAnyOther(
  guard: Guard,
  messages: readonly Message[],
  nullable: readonly string[] = [],
): void {
  for (const message of messages) {
    assert.equal(guard(message), true, JSON.stringify(message));
    assert.equal(guard({ ...message, more: 1 }), true, 'what is more does not matter');
    assert.equal(guard(JSON.parse(JSON.stringify(message))), true, 'as it arrives');
    for (const key of Object.keys(message)) {
      const { [key]: own, ...rest } = message;
      assert.equal(guard(rest), false, `${JSON.stringify(message)} without ${key}`);
      for (const value of strange) {
        if (kindOf(value) === kindOf(own) && !['type', 'v', 'action', 'sort'].includes(key))
          continue;
        if (value === null && nullable.includes(key)) continue;
        const changed = { ...message, [key]: value };
        assert.equal(
          guard(changed),
          false,
          `${JSON.stringify(message)} with ${key} ${String(value)}`,
        );
      }
    }
    for (const version of [v - 1, v + 1, String(v), [v]]) {
      assert.equal(guard({ ...message, v: version }), false, `version ${version}`);
    }
  }
  for (const value of [...strange, 'ready', 1, [messages[0]], [[]], new Map([['v', v]])]) {
    assert.equal(guard(value), false, String(value));
  }
}
