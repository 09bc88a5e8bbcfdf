import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import type { SummarySnapshot } from '../analysis/spend/summaryDiff.ts';
import { HumanError } from '../model/errors.ts';
import { clip, plainText } from '../text/plainText.ts';

const amount = z.number().check(z.nonnegative(), z.maximum(9e6));
const tokens = z.number().check(z.nonnegative(), z.maximum(Number.MAX_SAFE_INTEGER));

const schema = z.looseObject({
  total_cost_usd: amount,
  sessionCount: z.number().check(z.nonnegative()),
  byTier: z.record(z.string(), amount),
  byModel: z.record(z.string(), z.looseObject({ cost_usd: amount })),
  byTokenClass: z.record(z.string(), tokens),
  exportedAt: z.optional(z.nullable(z.string())),
  filters: z.optional(z.record(z.string(), z.string())),
  period: z.optional(z.looseObject({ from: z.nullable(z.string()), to: z.nullable(z.string()) })),
  git: z.optional(z.nullable(z.looseObject({ shaShort: z.string() }))),
});

/** A summary as it was written, as far as a diff reads it. */
export interface WrittenSummary extends SummarySnapshot {
  readonly exportedAt?: string | null | undefined;
  readonly filters?: Record<string, string> | undefined;
  readonly period?: { readonly from: string | null } | undefined;
  readonly git?: object | null | undefined;
}

/** Reads the JSON of `outlay summary`; what is none throws a `HumanError` that names file and place. */
export function readSummaryFile(option: string, file: string): WrittenSummary {
  const named = `${clip(plainText(file), 200)} (--${option})`;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    const why =
      code === 'ENOENT' ? `There is no file ${named}` : `${named} cannot be read (${code})`;
    throw new HumanError('usage', `${why}. "outlay summary --json" writes one.`);
  }
  let data: unknown;
  try {
    data = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    throw new HumanError('usage', `${named} is not JSON. "outlay summary --json" writes it.`);
  }
  return checkSummary(data, named);
}

/** Checks what is to be a summary; `named` is what a person calls it. */
export function checkSummary(data: unknown, named: string): WrittenSummary {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = (issue?.path ?? []).map(String).join('.');
  const where =
    place === '' ? 'it is no object' : `${clip(plainText(place), 120)} is missing or wrong`;
  throw new HumanError(
    'usage',
    `${named} is not the JSON of "outlay summary": ${where}. It needs total_cost_usd, sessionCount, byTier, byModel and byTokenClass.`,
  );
}
