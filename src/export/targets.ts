import { resolve } from 'node:path';
import { HumanError } from '../model/errors.ts';
import { listed } from '../query/question.ts';
import { webhookUrl } from './post.ts';

/** What an export can be. */
export const exportKinds = ['csv', 'json', 'prometheus', 'webhook'] as const;
export type ExportKind = (typeof exportKinds)[number];

/** Where one part of an export goes. */
export type ExportTarget =
  | { readonly kind: 'csv' | 'json' | 'prometheus'; readonly file: string | undefined }
  | { readonly kind: 'webhook'; readonly url: string };

/** How targets are written: one by its kind, or several with `--to`. */
export interface TargetOptions {
  readonly kind?: string | undefined;
  readonly out?: string | undefined;
  readonly url?: string | undefined;
  readonly to?: readonly string[] | undefined;
}

const usage = `Name what to export: "outlay export csv --out FILE", or --to csv=FILE for each of ${listed(exportKinds)}.`;

/** The targets of an export, checked: at most one writes to the terminal, and no file is named twice. */
export function exportTargets({ kind, out, url, to = [] }: TargetOptions): ExportTarget[] {
  const targets = to.map(targetOf);
  if (kind !== undefined) {
    const known = kindOf(kind);
    if (known === 'webhook' && out !== undefined) refuse('A webhook takes --url, not --out.');
    if (known !== 'webhook' && url !== undefined) refuse(`${known} takes --out, not --url.`);
    if (known === 'webhook' && url === undefined) {
      refuse('A webhook needs --url, or OUTLAY_WEBHOOK_URL.');
    }
    targets.push(target(known, (known === 'webhook' ? url : out) ?? '-'));
  } else if (out !== undefined || url !== undefined) refuse(usage);
  if (targets.length === 0) refuse(usage);
  const files = targets.flatMap((each) => ('file' in each ? [each.file] : []));
  const twice = files.find((file, i) => files.indexOf(file) !== i);
  if (twice !== undefined) refuse(`${twice} is named twice.`);
  if (files.filter((file) => file === undefined).length > 1) {
    refuse('Only one export can go to the terminal: give the others a file.');
  }
  return targets;
}

function targetOf(written: string): ExportTarget {
  const at = written.indexOf('=');
  if (at < 1 || at === written.length - 1) {
    refuse(`--to ${JSON.stringify(written.slice(0, 80))} cannot be used. Write it as csv=FILE.`);
  }
  return target(kindOf(written.slice(0, at)), written.slice(at + 1));
}

function target(kind: ExportKind, to: string): ExportTarget {
  if (kind === 'webhook') return { kind, url: webhookUrl(to) };
  return { kind, file: to === '-' ? undefined : resolve(to) };
}

function kindOf(written: string): ExportKind {
  const kind = exportKinds.find((known) => known === written);
  if (kind !== undefined) return kind;
  return refuse(
    `${JSON.stringify(written.slice(0, 80))} cannot be exported. Use ${listed(exportKinds)}.`,
  );
}

function refuse(sentence: string): never {
  throw new HumanError('usage', sentence);
}
