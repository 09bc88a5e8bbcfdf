import type * as z from 'zod/mini';
import type { Expected, SettingProblem } from './settingProblem.ts';

/** Names what is wrong with a value or a part of one: `place` is where in the value, '' for all of it. */
export type Refuse = (
  place: string,
  expected: Expected,
  instead: SettingProblem['instead'],
) => void;

/** Where the editor's settings page lists a setting, and who may set it. */
export interface SettingEntry {
  readonly section: 'figures' | 'budget' | 'alerts' | 'guard' | 'prices' | 'reading' | 'labels';
  /** Its place in the section, from 1 on. */
  readonly order: number;
  /** Keys of its texts in `package.nls.json` are `settings.NAME` and, of its values, `settings.NAME.VALUE`. */
  readonly text: string;
  /**
   * Who may set it: VS Code's words. Left out where a workspace may; what decides what is read or
   * spent is the user's own.
   */
  readonly scope?: 'application' | 'machine';
  /** JSON schema beside what its Zod schema says, or instead of it. */
  readonly json?: Readonly<Record<string, unknown>>;
}

/** One setting: everything there is to say of it. `T` is what the program uses. */
export interface Setting<T> extends SettingEntry {
  /** Its full name, e.g. `outlay.billing`. */
  readonly key: `outlay.${string}`;
  /** What holds where nothing is written, in the form in which it would be written. */
  readonly default: unknown;
  /** Of a plain value; others are read by hand and have it in `json`. */
  readonly schema?: z.ZodMiniType;
  /**
   * Reads what is written, never undefined or null. `before` has the settings that stand above this
   * one in the table.
   */
  readonly read: (value: unknown, refuse: Refuse, before: Before) => T;
  /** What holds where nothing is written, if that depends on other settings. */
  readonly unset?: (before: Before) => T;
}

/** Values of the settings above, by their names in the table. */
export type Before = Readonly<Record<string, unknown>>;

export type SettingTable = Readonly<Record<string, Setting<unknown>>>;

/** What comes of reading the settings of a table. */
export type Values<Table extends SettingTable> = {
  readonly [Name in keyof Table]: ReturnType<Table[Name]['read']>;
};

interface Plain<Schema extends z.ZodMiniType> extends SettingEntry {
  readonly key: `outlay.${string}`;
  readonly schema: Schema;
  readonly default: z.infer<Schema>;
  readonly expected: Expected;
}

/** A setting that is right or wrong as a whole; a wrong one counts as its default. */
export function plain<Schema extends z.ZodMiniType, T>(
  setting: Plain<Schema> & { readonly from: (written: z.infer<Schema>) => T },
): Setting<T>;
export function plain<Schema extends z.ZodMiniType>(
  setting: Plain<Schema>,
): Setting<z.infer<Schema>>;
export function plain<Schema extends z.ZodMiniType>(
  setting: Plain<Schema> & { readonly from?: (written: z.infer<Schema>) => unknown },
): Setting<unknown> {
  const { schema, expected, from = (written) => written } = setting;
  return {
    ...setting,
    read: (value, refuse) => {
      // Most are as they come: a check that has not run yet takes as long as reading all of them.
      if (value === setting.default) return from(setting.default);
      const result = schema.safeParse(value);
      if (!result.success) refuse('', expected, 'default');
      return from(result.success ? result.data : setting.default);
    },
  };
}

/** A setting that is read part by part. */
export function structured<T>(setting: Setting<T>): Setting<T> {
  return setting;
}

/** Where the settings page lists a setting: its section, its place there, its text, who may set it. */
export function listed(
  section: SettingEntry['section'],
  order: number,
  text: string,
  scope?: SettingEntry['scope'],
): SettingEntry {
  return { section, order, text, ...(scope !== undefined && { scope }) };
}

/** Reads every setting of a table in its order; `written` has values by key. */
export function readTable<Table extends SettingTable>(
  table: Table,
  written: ReadonlyMap<string, unknown>,
  problems: SettingProblem[],
): Values<Table> {
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(table)) {
    const { key, unset } = setting;
    const refuse: Refuse = (place, expected, instead) => {
      problems.push({ key, place, expected, instead });
    };
    const value = written.get(key) ?? undefined;
    values[name] =
      value === undefined && unset !== undefined
        ? unset(values)
        : setting.read(value ?? setting.default, refuse, values);
  }
  return values as Values<Table>;
}
