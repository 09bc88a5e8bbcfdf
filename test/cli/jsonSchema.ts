/** As much of JSON Schema as the shipped schemas use. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
}

const known = new Set([
  ...['$schema', 'title', 'description', 'type', 'const', 'enum', 'anyOf', 'properties'],
  ...['required', 'additionalProperties', 'items', 'minimum', 'pattern'],
  ...['exclusiveMinimum', 'maxItems', 'default', 'examples'],
]);

/** Where a value breaks a schema, one sentence each. */
export function violations(schema: Schema, value: unknown, at = '$'): string[] {
  const unknown = Object.keys(schema).filter((key) => !known.has(key));
  if (unknown.length > 0) return [`${at}: the validator does not know ${unknown.join(', ')}`];
  const found: string[] = [];
  const types = schema.type === undefined ? undefined : [schema.type].flat();
  if (types !== undefined && !types.some((type) => isOfType(value, type))) {
    return [`${at}: ${JSON.stringify(value)} is not ${types.join(' or ')}`];
  }
  if (schema.const !== undefined && value !== schema.const) found.push(`${at}: not the constant`);
  if (schema.enum !== undefined && !schema.enum.includes(value)) found.push(`${at}: not allowed`);
  if (schema.anyOf !== undefined) {
    const tries = schema.anyOf.map((one) => violations(one, value, at));
    if (!tries.some((one) => one.length === 0)) found.push(...tries.flat());
  }
  if (typeof value === 'number' && value < (schema.minimum ?? -Infinity)) {
    found.push(`${at}: ${value} is too small`);
  }
  if (typeof value === 'number' && value <= (schema.exclusiveMinimum ?? -Infinity)) {
    found.push(`${at}: ${value} is too small`);
  }
  if (Array.isArray(value) && value.length > (schema.maxItems ?? Infinity)) {
    found.push(`${at}: ${value.length} are too many`);
  }
  if (typeof value === 'string' && schema.pattern && !new RegExp(schema.pattern).test(value)) {
    found.push(`${at}: ${value} does not look right`);
  }
  if (Array.isArray(value) && schema.items !== undefined) {
    for (const [i, item] of value.entries()) {
      found.push(...violations(schema.items, item, `${at}[${i}]`));
    }
  } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    found.push(...objectViolations(schema, value, at));
  }
  return found;
}

function objectViolations(schema: Schema, value: object, at: string): string[] {
  const found: string[] = [];
  const properties = new Map(Object.entries(schema.properties ?? {}));
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key)) found.push(`${at}: ${key} is missing`);
  }
  for (const [key, item] of Object.entries(value)) {
    const rule = properties.get(key) ?? schema.additionalProperties ?? true;
    if (rule === false) found.push(`${at}: ${key} is not in the schema`);
    else if (rule !== true) found.push(...violations(rule, item, `${at}.${key}`));
  }
  return found;
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
  return typeof value === type;
}
