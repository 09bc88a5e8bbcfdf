import { HumanError } from '../../model/errors.ts';
import { usdToNano } from '../../model/money.ts';
import { csvRecords } from '../../text/csvRecords.ts';

/** What was billed for a model on a UTC day; nano-dollars. A credit is below 0. */
export interface BilledLine {
  /** YYYY-MM-DD. */
  readonly day: string;
  /** As the vendor writes it; '' where a line is of no model. */
  readonly model: string;
  readonly nano: number;
}

/** Which columns hold what, where a file calls them otherwise. */
export interface InvoiceColumns {
  readonly day?: string | undefined;
  readonly model?: string | undefined;
  readonly usd?: string | undefined;
}

/** What vendors' exports call these columns. A bare "amount" may be cents: it has to be named. */
const usual: Readonly<Record<keyof InvoiceColumns, readonly string[]>> = {
  day: ['usage_date_utc', 'date_utc', 'usage_date', 'date', 'day', 'starting_at'],
  model: ['model', 'model_version', 'model_id'],
  usd: ['cost_usd', 'amount_usd', 'total_cost_usd', 'usd'],
};

const largestFile = 64 * 1024 * 1024;

/** Reads a vendor's cost report in CSV. Throws a `HumanError` that names file, line and remedy. */
export function readInvoice(
  text: string,
  file: string,
  columns: InvoiceColumns = {},
): BilledLine[] {
  if (text.length > largestFile) {
    throw new HumanError('usage', `${file} is larger than 64 MB. Export fewer days.`);
  }
  const [head, ...records] = csvRecords(text);
  if (head === undefined || records.length === 0) {
    throw new HumanError('usage', `${file} has no lines below a line of headings.`);
  }
  const names = head.map((name) => name.trim().toLowerCase());
  const place = (which: keyof InvoiceColumns): number => {
    const wished = columns[which]?.trim().toLowerCase();
    const at = wished === undefined ? -1 : names.indexOf(wished);
    if (at >= 0) return at;
    const found = wished === undefined ? usual[which].map((name) => names.indexOf(name)) : [];
    const known = found.find((index) => index >= 0);
    if (known !== undefined) return known;
    throw new HumanError(
      'usage',
      `${file} has no column ${wished ?? usual[which].join(', ')}. Say which one it is: --${which}-column NAME. It has: ${head.join(', ')}.`,
    );
  };
  const [day, model, usd] = [place('day'), place('model'), place('usd')];
  return records.map((record, index) => {
    const where = `${file}, line ${index + 2}`;
    return {
      day: dayOf(record[day] ?? '', where),
      model: (record[model] ?? '').trim(),
      nano: nanoOf(record[usd] ?? '', where),
    };
  });
}

function dayOf(text: string, where: string): string {
  const found = /^(\d{4}-\d{2}-\d{2})(?:$|[T ])/.exec(text.trim())?.[1];
  if (found !== undefined && !Number.isNaN(Date.parse(found))) return found;
  throw new HumanError('usage', `${where}: ${JSON.stringify(text)} is no day such as 2026-11-20.`);
}

function nanoOf(text: string, where: string): number {
  const plain = text.trim().replace(/^(-?)\$/, '$1');
  const amount = Number(plain);
  if (/^-?\d{1,10}(\.\d{1,18})?$/.test(plain) && Number.isFinite(amount)) return usdToNano(amount);
  throw new HumanError(
    'usage',
    `${where}: ${JSON.stringify(text)} is no amount of dollars such as 12.50.`,
  );
}
