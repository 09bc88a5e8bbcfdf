import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { type ExactQuestion, planOn } from '../../../src/exact/install.ts';
import { newToken } from '../../../src/platform/loopback.ts';
import { tempDir } from '../../lib/tempDir.ts';

test('what an organisation sets is stronger, and exact mode is not switched on beside it', () => {
  using dir = tempDir();
  const question: ExactQuestion = {
    file: dir.at('settings.json'),
    dataFolder: dir.at('data'),
    env: {},
    place: { port: 20_000, token: newToken() },
    chain: true,
    managedFile: dir.at('managed-settings.json'),
  };
  assert.ok(planOn(question), 'nothing is managed');
  writeFileSync(question.managedFile, '{"env":{"HTTPS_PROXY":"http://proxy"}}');
  assert.ok(planOn(question), 'something else is managed');
  writeFileSync(question.managedFile, '{"env":{"OTEL_LOGS_EXPORTER":"otlp"}}');
  assert.throws(() => planOn(question), /of your organisation sets OTEL_LOGS_EXPORTER/);
});
