import { html } from 'hono/html';
import type { JsonObject, OpenApiDocument, Operation } from './openApi.ts';

/** The documentation as a page without scripts: every operation with what it takes and answers. */
export function docsPage({ info, paths, components }: OpenApiDocument) {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${info.title} API</title>
    <link rel="stylesheet" href="docs.css">
  </head>
  <body>
    <header>
      <h1>${info.title} API</h1>
      <p>${info.description}</p>
      <p>Version ${info.version}, <a href="openapi.json">OpenAPI 3.1</a>. Every request carries the header
      <code>Authorization: Bearer TOKEN</code>; the token stands in the file <code>serve-token</code> of the
      data folder. What cannot be answered is told as problem details (RFC 9457).</p>
    </header>
    <nav aria-label="Endpoints"><ul>
      ${operations.map(
        ({ path, method, operation }) =>
          html`<li><a href="#${operation.operationId}"><code>${method.toUpperCase()} ${path}</code></a></li>`,
      )}
    </ul></nav>
    <main>
      ${operations.map(({ path, method, operation }) => section(path, method, operation))}
      <section id="schemas"><h2>Schemas</h2>
        ${Object.entries(components.schemas as JsonObject).map(
          ([name, schema]) =>
            html`<h3>${name}</h3><pre tabindex="0">${JSON.stringify(schema, undefined, 2)}</pre>`,
        )}
      </section>
    </main>
  </body>
</html>
`;
}

function section(path: string, method: string, operation: Operation) {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  return html`<section id="${operationId}">
    <h2><code>${method.toUpperCase()} ${path}</code></h2>
    <p>${summary} ${description ?? ''}</p>
    ${parameters.length === 0 ? '' : parameterTable(parameters)}
    ${requestBody === undefined ? '' : bodySchema(requestBody)}
    <p>Answers: ${Object.entries(responses).map(
      ([status, response]) => html`<code>${status}</code> ${(response as JsonObject).description} `,
    )}</p>
  </section>`;
}

function parameterTable(parameters: readonly JsonObject[]) {
  return html`<table>
    <thead><tr><th scope="col">Parameter</th><th scope="col">What it is</th></tr></thead>
    <tbody>${parameters.map(
      (each) => html`<tr><td><code>${each.name}</code></td><td>${wordsOf(each)}</td></tr>`,
    )}</tbody>
  </table>`;
}

/** What a parameter is, with what it may be where that is a list. */
export function wordsOf({ description, schema }: JsonObject): string {
  const choices = (schema as { readonly enum?: readonly string[] }).enum;
  return choices === undefined ? String(description) : `${description}: ${choices.join(', ')}`;
}

function bodySchema(body: JsonObject) {
  const content = body.content as Record<string, { readonly schema: JsonObject }>;
  const { schema } = content['application/json']!;
  return html`<p>Body:</p><pre tabindex="0">${JSON.stringify(schema, undefined, 2)}</pre>`;
}

export const docsStyle = `:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
pre { overflow: auto; border: 1px solid GrayText; padding: 0.5rem; max-height: 24rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid GrayText; padding: 0.25rem 0.5rem; text-align: left; vertical-align: top; }
h2 { border-top: 1px solid GrayText; padding-top: 1rem; overflow-wrap: anywhere; }
nav ul { columns: 20rem; padding-left: 1rem; }
`;
