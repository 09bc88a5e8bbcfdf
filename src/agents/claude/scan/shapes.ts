/**
 * What a scan looks for in a record: shapes of objects and arrays, each wanted value with a slot. Slots
 * are numbered in the order of the shapes, so that what stands inside a value follows it.
 */

/** Keys of an object. `true` wants the value as it is, a shape also what is inside. */
interface ObjectShape {
  readonly kind: 'object';
  readonly keys: Readonly<Record<string, true | Shape>>;
  /** Keys that are longer than this and begin with it are wanted too, with their values. */
  readonly prefix?: string;
}

/** Items of an array that are objects, up to a number. */
interface ArrayShape {
  readonly kind: 'array';
  readonly item: ObjectShape;
  readonly most: number;
}

export type Shape = ObjectShape | ArrayShape;

const object = (keys: ObjectShape['keys'], prefix?: string): ObjectShape =>
  prefix === undefined ? { kind: 'object', keys } : { kind: 'object', keys, prefix };
const array = (item: ObjectShape, most: number): ArrayShape => ({ kind: 'array', item, most });

/** Content blocks looked at; real records have a few. */
export const mostBlocks = 10_000;

/** Longest key that is wanted. */
export const longestKey = 39;

const block = object({
  type: true,
  text: true,
  is_error: true,
  tool_use_id: true,
  id: true,
  name: true,
  input: object({ subagent_type: true }),
});

const usage = object({
  input_tokens: true,
  output_tokens: true,
  cache_creation_input_tokens: true,
  cache_read_input_tokens: true,
  cache_creation: object({ ephemeral_5m_input_tokens: true, ephemeral_1h_input_tokens: true }),
  server_tool_use: object({ web_search_requests: true }),
  speed: true,
  inference_geo: true,
  service_tier: true,
  iterations: array(object({ type: true, model: true }), mostBlocks),
});

export const recordShape = object(
  {
    type: true,
    uuid: true,
    timestamp: true,
    sessionId: true,
    isSidechain: true,
    agentId: true,
    cwd: true,
    gitBranch: true,
    version: true,
    entrypoint: true,
    promptId: true,
    isMeta: true,
    isCompactSummary: true,
    subtype: true,
    requestId: true,
    requestSessionId: true,
    promptCacheRequested: true,
    requestedModel: true,
    effort: true,
    perTurnEffort: true,
    apiErrorStatus: true,
    status: true,
    error: true,
    isApiErrorMessage: true,
    taskId: true,
    task_id: true,
    correlationId: true,
    correlation_id: true,
    hookName: true,
    hookEvent: true,
    workflowName: true,
    workflowRunId: true,
    teamName: true,
    agentName: true,
    data: object({ type: true }),
    message: object({
      id: true,
      model: true,
      stop_reason: true,
      content: array(block, mostBlocks),
      usage,
    }),
    toolUseResult: object({ agentId: true, interrupted: true, searchCount: true }),
  },
  'attribution',
);

/** A wanted key as a scan sees it. */
export interface Entry {
  readonly bytes: Uint8Array;
  readonly slot: number;
  /** Shape of its value, where what is inside is wanted too. */
  readonly child: CompiledShape | undefined;
}

/** A shape with its slots given out. */
export interface CompiledShape {
  readonly isArray: boolean;
  /** By their length. */
  readonly entries: readonly Entry[];
  readonly prefix: Uint8Array;
  /** Of keys with the prefix, or of an array's items; 0 for none. */
  readonly slot: number;
  /** Of an array. */
  readonly item: CompiledShape | undefined;
  readonly most: number;
}

export interface Compiled {
  /** The record's first. */
  readonly shapes: readonly CompiledShape[];
  /** Slot of a value by its path, `message.usage.input_tokens`; items are `[]`, the prefix `*`. */
  readonly slots: ReadonlyMap<string, number>;
  /** Behind the last slot inside a value, by the value's slot. */
  readonly behind: readonly number[];
}

/** Gives out the slots: 0 is none. */
function compile(root: ObjectShape): Compiled {
  const shapes: CompiledShape[] = [];
  const slots = new Map<string, number>();
  const behind = [1];
  const encoder = new TextEncoder();
  const give = (path: string): number => {
    const slot = behind.length;
    behind.push(slot + 1);
    slots.set(path, slot);
    return slot;
  };
  const inside = (shape: Shape, path: string): CompiledShape => {
    const place = shapes.length;
    shapes.push(undefined as unknown as CompiledShape);
    let compiled: CompiledShape;
    if (shape.kind === 'array') {
      const slot = give(`${path}[]`);
      const item = inside(shape.item, `${path}[]`);
      behind[slot] = behind.length;
      const empty = { entries: [], prefix: new Uint8Array() };
      compiled = { ...empty, isArray: true, slot, item, most: shape.most };
    } else {
      const below = path === '' ? '' : `${path}.`;
      const entries = Object.entries(shape.keys).map(([key, value]): Entry => {
        const slot = give(below + key);
        const child = value === true ? undefined : inside(value, below + key);
        behind[slot] = behind.length;
        return { bytes: encoder.encode(key), slot, child };
      });
      const { prefix = '' } = shape;
      const slot = prefix === '' ? 0 : give(`${below}*`);
      const bytes = encoder.encode(prefix);
      compiled = { isArray: false, entries, prefix: bytes, slot, item: undefined, most: 0 };
    }
    shapes[place] = compiled;
    return compiled;
  };
  inside(root, '');
  return { shapes, slots, behind };
}

export const compiled = compile(recordShape);

/** The slot of a value by its path. */
export function slotOf(path: string): number {
  const slot = compiled.slots.get(path);
  if (slot === undefined) throw new Error(`Nothing is wanted at "${path}".`);
  return slot;
}

/** What a scan says of a record beside its values; bits. */
export const flag = {
  /** Not JSON to the letter, or nobody knows. */
  unsound: 1,
  /** A wanted key stands twice in an object. */
  duplicate: 2,
  /** There is more than is looked at. */
  tooMany: 4,
  /** A key is written with escapes: the bytes alone do not tell which it is. */
  escapedKey: 8,
} as const;

const shapeBytes = 256;
const entryBytes = 48;
const noShape = 255;

/**
 * The shapes as the WebAssembly scanner reads them, to stand at `address`: for each 256 bytes (address of
 * the entries, length of the prefix, slot, whether an array, shape of the items, most items; at 16 the
 * prefix; from 32 on for each length of a key its first entry and their number), behind them 48 bytes an
 * entry (slot, shape inside, number; at 8 the key).
 */
export function packShapes({ shapes }: Compiled, address: number): Uint8Array {
  const entries = shapes.reduce((sum, shape) => sum + shape.entries.length, 0);
  const bytes = new Uint8Array(shapes.length * shapeBytes + entries * entryBytes);
  const view = new DataView(bytes.buffer);
  let at = shapes.length * shapeBytes;
  shapes.forEach((shape, number) => {
    const base = number * shapeBytes;
    view.setUint32(base, address + at, true);
    bytes[base + 4] = shape.prefix.length;
    bytes[base + 5] = shape.slot;
    bytes[base + 6] = Number(shape.isArray);
    bytes[base + 7] = shape.item === undefined ? noShape : shapes.indexOf(shape.item);
    view.setInt32(base + 8, shape.most, true);
    bytes.set(shape.prefix, base + 16);
    const sorted = shape.entries.toSorted((a, b) => a.bytes.length - b.bytes.length);
    sorted.forEach((entry, index) => {
      const { length } = entry.bytes;
      const range = base + 32 + length * 2;
      if (bytes[range + 1] === 0) bytes[range] = index;
      bytes[range + 1]!++;
      bytes[at] = entry.slot;
      bytes[at + 1] = entry.child === undefined ? noShape : shapes.indexOf(entry.child);
      bytes[at + 2] = index;
      bytes.set(entry.bytes, at + 8);
      at += entryBytes;
    });
  });
  return bytes;
}
