import { wordsOf } from '../../src/serve/api/docsPage.ts';
import { type JsonObject, type Operation, openApi } from '../../src/serve/api/openApi.ts';

/** The page of the HTTP API, made of the document the server shows. */
export function apiPage(): string {
  const { paths, components } = openApi('');
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) =>
      section(`${method.toUpperCase()} ${path}`, operation),
    ),
  );
  const { Problem: problem, Event: event } = components.schemas as Record<string, JsonObject>;
  return [
    '# HTTP API',
    '<!-- Written by `npm run docs` from the endpoints in src/serve/api: change those. -->',
    [
      'What [`outlay serve`](serve.md) answers. The same stands at `/docs` while it runs, and as OpenAPI 3.1 at',
      '`/openapi.json`. Every request carries `Authorization: Bearer TOKEN`; the token stands in the file `serve-token` of',
      'the data folder. Shapes of answers are those of the terminal’s `--json` ([json.md](json.md)).',
    ].join('\n'),
    ...operations,
    '## Problems',
    'What cannot be answered is told as `application/problem+json` (RFC 9457):',
    codeBlock(problem!),
    '## Events',
    'The data of each server-sent event:',
    codeBlock(event!),
  ]
    .join('\n\n')
    .concat('\n');
}

function section(title: string, operation: Operation): string {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  const content = requestBody?.content as Record<string, { schema: JsonObject }> | undefined;
  const body = content?.['application/json']?.schema;
  return [
    `## ${title}`,
    [summary, description?.replace(/"(outlay [^"]*)"/, '`$1`')].filter(Boolean).join(' '),
    ...(parameters.length === 0 ? [] : [table(parameters)]),
    ...(body === undefined ? [] : ['Body:', codeBlock(body)]),
    `Statuses: ${Object.keys(responses).join(', ')}.`,
  ].join('\n\n');
}

function table(parameters: readonly JsonObject[]): string {
  const rows = parameters.map(
    (each) => `| \`${each.name}\` | ${wordsOf(each).replaceAll('|', '\\|')} |`,
  );
  return ['| parameter | what it is |', '| --- | --- |', ...rows].join('\n');
}

function codeBlock(schema: JsonObject): string {
  return `\`\`\`json\n${JSON.stringify(schema, undefined, 2)}\n\`\`\``;
}
