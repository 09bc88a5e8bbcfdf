import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  settingsToAdopt,
  withoutAdopted,
  withSettingsToAdopt,
} from '../../../src/dataFolder/settingsToAdopt.ts';

it('settings to adopt stay until they were adopted as they are', () => {
  const first = withSettingsToAdopt({ settings: {} }, { a: 1, b: [2] });
  assert.deepEqual(settingsToAdopt(first), { a: 1, b: [2] });
  const taken = settingsToAdopt(first);
  const later = withSettingsToAdopt(first, { a: null });
  assert.deepEqual(settingsToAdopt(withoutAdopted(later, taken)), { a: null });
  assert.deepEqual(withoutAdopted(first, taken), { settings: {} });
  assert.deepEqual(settingsToAdopt({ adopt: 'nonsense' }), {});
});
