import * as z from 'zod/mini';
import { type ProblemCode, problemStatus } from '../http/problem.ts';
import { apiBase, type Endpoint, endpoints, streamPath } from './endpoints.ts';
import type { Parameter } from './parameters.ts';

/** A JSON Schema, or a part of an OpenAPI document. */
export type JsonObject = { readonly [name: string]: unknown };

/** An operation as the document has it. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly JsonObject[];
  readonly requestBody?: JsonObject;
  readonly responses: JsonObject;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: JsonObject;
  readonly servers: readonly JsonObject[];
  readonly security: readonly JsonObject[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: JsonObject;
}

/** Problems any endpoint may answer with, and those of a body. */
const always: readonly ProblemCode[] = [
  ...(['bad-request', 'unauthorized', 'forbidden', 'too-many-requests', 'internal-error'] as const),
  'unavailable',
];
const ofBody: readonly ProblemCode[] = ['too-large', 'unsupported-media-type'];

/** The document (OpenAPI 3.1), made of the endpoints and the schemas that check their requests. */
export function openApi(version: string): OpenApiDocument {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const endpoint of endpoints) {
    paths[endpoint.path] = {
      ...paths[endpoint.path],
      [endpoint.method.toLowerCase()]: operation(endpoint),
    };
  }
  paths[streamPath] = { get: streamOperation() };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Outlay',
      version,
      description:
        'What Claude Code costs on this machine: the same figures as in the terminal and in the editor. Answers have the shapes of the terminal’s --json (docs/json.md) and their schemaVersion; fields are added, never renamed or removed.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'The token in the file serve-token of the data folder.',
        },
      },
      schemas: { Answer: answerSchema, Problem: problemSchema, Event: eventSchema },
    },
  };
}

function operation(endpoint: Endpoint): Operation {
  const { method, path, summary, sameAs, parameters, body, type } = endpoint;
  const answer = type.startsWith('application/json')
    ? { $ref: '#/components/schemas/Answer' }
    : { type: 'string' };
  return {
    operationId: idOf(method, path),
    summary,
    ...(sameAs !== undefined && { description: `As "${sameAs}".` }),
    parameters: parameters.map(parameterObject),
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: schemaOf(body) } },
      },
    }),
    responses: {
      200: { description: 'The answer.', content: { [type.split(';')[0]!]: { schema: answer } } },
      ...problems([...always, ...(body === undefined ? [] : ofBody)]),
    },
  };
}

function streamOperation(): Operation {
  return {
    operationId: 'stream',
    summary:
      'Server-sent events: how things stand at once, then one event a commit. An id is a revision of the store.',
    parameters: [
      {
        name: 'Last-Event-ID',
        in: 'header',
        description: 'The id of the last event that arrived: what came after it follows.',
        schema: { type: 'string', pattern: '^\\d{1,15}$' },
      },
    ],
    responses: {
      200: {
        description: 'The events; data of each is JSON.',
        content: { 'text/event-stream': { schema: { $ref: '#/components/schemas/Event' } } },
      },
      ...problems(always),
    },
  };
}

function parameterObject({ name, text, schema, many }: Parameter): JsonObject {
  const one = schemaOf(schema);
  return {
    name,
    in: 'query',
    description: text,
    ...(many
      ? { schema: { type: 'array', items: one }, style: 'form', explode: true }
      : { schema: one }),
  };
}

/** The JSON Schema of a schema; the document says once which dialect it is. */
export function schemaOf(schema: z.ZodMiniType): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

function problems(codes: readonly ProblemCode[]): JsonObject {
  const content = {
    'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
  };
  return Object.fromEntries(
    codes.map((code) => [problemStatus[code], { description: code, content }]),
  );
}

function idOf(method: string, path: string): string {
  const words = path
    .replace(apiBase, '')
    .split(/[/-]/)
    .filter((word) => word !== '');
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return method.toLowerCase() + name;
}

const answerSchema = {
  type: 'object',
  properties: { schemaVersion: { const: 1 } },
  required: ['schemaVersion'],
  additionalProperties: true,
};

const problemSchema = {
  type: 'object',
  description: 'Problem details (RFC 9457).',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { enum: Object.keys(problemStatus) },
    detail: { type: 'string', description: 'What is wrong, and what to do about it.' },
  },
  required: ['type', 'title', 'status', 'code', 'detail'],
};

const running = {
  type: 'object',
  properties: {
    from: { type: 'string', format: 'date-time' },
    cost_usd: { type: 'number' },
    messages: { type: 'integer' },
    tokens: { type: 'integer' },
    lowerBound: { type: 'boolean', description: 'Something is missing from the figures.' },
  },
  required: ['from', 'cost_usd', 'messages', 'tokens', 'lowerBound'],
};

const eventSchema = {
  type: 'object',
  properties: {
    type: {
      enum: ['state', 'commit'],
      description: 'How things stand, for who begins or missed something; or one commit.',
    },
    at: { type: 'string', format: 'date-time' },
    revision: { type: 'integer' },
    previous: { type: 'integer', description: 'Of a commit: the id of the event before it.' },
    missed: {
      type: 'boolean',
      description: 'Of a state: events after the one that was named are not remembered.',
    },
    today: running,
    month: running,
  },
  required: ['type', 'at', 'revision', 'today', 'month'],
};
