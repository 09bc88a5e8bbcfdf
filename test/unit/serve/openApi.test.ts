import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { docsPage } from '../../../src/serve/api/docsPage.ts';
import { endpoints } from '../../../src/serve/api/endpoints.ts';
import { openApi } from '../../../src/serve/api/openApi.ts';
import { readParameters } from '../../../src/serve/api/parameters.ts';

const document = openApi('1.2.3');

describe('the OpenAPI document', () => {
  it('has every endpoint of the contract', () => {
    const found = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual(found, [
      'GET /api/v1/usage',
      'GET /api/v1/usage/summary',
      'GET /api/v1/usage/by-agent',
      'GET /api/v1/usage/by-project',
      'GET /api/v1/usage/daily',
      'GET /api/v1/limits',
      'PUT /api/v1/limits',
      'GET /api/v1/limits/status',
      'GET /api/v1/alerts',
      'GET /api/v1/alerts/config',
      'PUT /api/v1/alerts/config',
      'GET /metrics',
      'GET /stream',
    ]);
    assert.equal(document.openapi, '3.1.0');
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    assert.equal(new Set(ids).size, ids.length);
  });

  it('refers to what is there', () => {
    const names = Object.keys(document.components.schemas as object);
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    assert.ok(refs.length > 10);
    for (const [, name] of refs) assert.ok(names.includes(name!), name);
  });

  it('says of each parameter what checks it', () => {
    for (const { method, path, parameters } of endpoints) {
      const operation = document.paths[path]![method.toLowerCase()]!;
      assert.deepEqual(
        operation.parameters?.map(({ name }) => name),
        parameters.map(({ name }) => name),
      );
      for (const { name, schema } of (operation.parameters ?? []) as {
        name: string;
        schema: { enum?: string[]; pattern?: string };
      }[]) {
        for (const choice of schema.enum ?? []) {
          readParameters(parameters, new URLSearchParams([[name, choice]]));
        }
        const odd = new URLSearchParams([[name, '\u0000 no such thing']]);
        if (schema.enum !== undefined || schema.pattern !== undefined) {
          assert.throws(() => readParameters(parameters, odd), new RegExp(`^HumanError: ${name}=`));
        }
      }
    }
  });

  it('describes the bodies by the schemas that check them', () => {
    const body = document.paths['/api/v1/limits']!.put!.requestBody as {
      content: Record<string, { schema: { properties: Record<string, { properties?: object }> } }>;
    };
    const { properties } = body.content['application/json']!.schema;
    assert.deepEqual(Object.keys(properties), ['global', 'per_project', 'per_agent']);
    assert.deepEqual(Object.keys(properties.global!.properties!), [
      'max_cost_per_day',
      'max_cost_per_month',
      'max_tokens_per_day',
      'max_tokens_per_run',
      'max_cost_per_run',
      'max_concurrent_agents',
    ]);
  });

  it('is shown as a page without scripts, with each endpoint', async () => {
    const page = String(await docsPage(document));
    assert.equal(page.search(/<script|\sstyle=|\son\w+=/), -1);
    for (const { path } of endpoints) assert.ok(page.includes(` ${path}</code>`), path);
  });
});
