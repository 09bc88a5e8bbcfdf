import { isObject } from '../../model/objects.ts';

/** A number Firestore keeps as a double although it is whole: 3 dollars are not an integer. */
export class Double {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** What a field of a document holds. Whole numbers are integers there. */
export type Field = string | boolean | number | Double | Date | null | Fields;
export interface Fields {
  readonly [name: string]: Field;
}

/** A document as it was read. What Outlay writes nowhere (lists, places, references) reads as undefined. */
export interface ReadDocument {
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Names this state of it among others. */
  readonly updateTime: unknown;
}

/** `google.firestore.v1.Value`, as Google's client writes it. */
export function encoded(field: Field): object {
  if (field === null) return { nullValue: 'NULL_VALUE' };
  if (typeof field === 'string') return { stringValue: field };
  if (typeof field === 'boolean') return { booleanValue: field };
  if (typeof field === 'number') {
    return Number.isSafeInteger(field) ? { integerValue: String(field) } : { doubleValue: field };
  }
  if (field instanceof Double) return { doubleValue: field.value };
  if (field instanceof Date) {
    const ms = field.getTime();
    const seconds = Math.floor(ms / 1000);
    return {
      timestampValue: { seconds: String(seconds), nanos: (ms - seconds * 1000) * 1_000_000 },
    };
  }
  return { mapValue: { fields: encodedFields(field) } };
}

export function encodedFields(fields: Fields): Record<string, object> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, encoded(field)]));
}

/** The other way. */
export function fieldsOf(values: unknown): Record<string, unknown> {
  if (!isObject(values)) return {};
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fieldOf(value)]));
}

function fieldOf(value: unknown): unknown {
  if (!isObject(value)) return undefined;
  if ('stringValue' in value) return value.stringValue;
  if ('booleanValue' in value) return value.booleanValue;
  if ('integerValue' in value) return Number(value.integerValue);
  if ('doubleValue' in value) return Number(value.doubleValue);
  if ('nullValue' in value) return null;
  if (isObject(value.mapValue)) return fieldsOf(value.mapValue.fields);
  if (isObject(value.timestampValue)) {
    const { seconds, nanos } = value.timestampValue;
    return new Date(Number(seconds) * 1000 + Math.floor(Number(nanos) / 1_000_000));
  }
  return undefined;
}
