import { readFileSync } from 'node:fs';
import { limitPeriodOf } from '../../dataFolder/clientReports.ts';
import type { GatewayLimit, GatewaySetup } from '../../dataFolder/company/gatewayFile.ts';
import { HumanError, messageOf } from '../../model/errors.ts';
import { appendAll } from '../../model/lists.ts';
import { isObject } from '../../model/objects.ts';
import { plainText } from '../../text/plainText.ts';
import { get } from './request.ts';

/** Members of a page, and pages: who is asked for by a mail address may stand on any of them. */
const perPage = 1000;
const mostPages = 20;

/** A gateway that wants to be left alone for a while, seconds. */
export class GatewayBusy extends HumanError {
  readonly retryAfter: number;

  constructor(host: string, retryAfter: number) {
    super(
      'store',
      `The company's gateway ${host} is asked too often (429). It is asked again later.`,
    );
    this.retryAfter = retryAfter;
  }
}

/**
 * The limits that hold for one person, as `GET /v1/organizations/spend_limits/effective` has them: of the Admin
 * API's shape, which Claude's gateway shares. Rows of others are not kept. What is unknown in a row is left out
 * of it, and a row with more in it than is known counts.
 */
export async function askGateway(setup: GatewaySetup, key: string): Promise<GatewayLimit[]> {
  const filtered = await rowsOf(setup, key, { 'user_ids[]': setup.user });
  const own = filtered?.filter((row) => isOf(row, setup.user)) ?? [];
  if (own.length > 0 || !setup.user.includes('@')) return own.map(limitOf);
  // An id is wanted there: the address stands in the rows.
  const all = await rowsOf(setup, key, {});
  return (all ?? []).filter((row) => isOf(row, setup.user)).map(limitOf);
}

type Row = Readonly<Record<string, unknown>>;

/** All rows of a question; undefined where the filter is refused. */
async function rowsOf(
  setup: GatewaySetup,
  key: string,
  filter: Readonly<Record<string, string>>,
): Promise<Row[] | undefined> {
  const rows: Row[] = [];
  let page: string | undefined;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const url = effectiveAddress(setup.url);
    for (const [name, value] of Object.entries(filter)) url.searchParams.append(name, value);
    url.searchParams.set('limit', String(perPage));
    if (page !== undefined) url.searchParams.set('page', page);
    const headers = { 'x-api-key': key, accept: 'application/json', 'user-agent': 'outlay' };
    const { status, retryAfter, text } = await get(url, headers, authority(setup.ca));
    if (status === 400 && Object.keys(filter).length > 0) return undefined;
    refuse(url.host, status, retryAfter);
    const content = parse(text);
    if (!isObject(content) || !Array.isArray(content.data)) {
      throw new HumanError(
        'store',
        `The company's gateway ${url.host} answers in a shape this Outlay does not know: there is no list of limits in it.`,
      );
    }
    appendAll(rows, content.data.filter(isObject));
    if (typeof content.next_page !== 'string' || content.next_page === '') return rows;
    page = content.next_page;
  }
  return rows;
}

/** The endpoint of a gateway whose base address is given, whatever path it stands below. */
export function effectiveAddress(base: string): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/organizations/spend_limits/effective`;
  url.search = '';
  url.hash = '';
  return url;
}

function authority(file: string): string | undefined {
  if (file === '') return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? messageOf(error);
    throw new HumanError(
      'files',
      `The certificates of the gateway, ${file}, cannot be read (${code}).`,
    );
  }
}

function refuse(host: string, status: number, retryAfter: number): void {
  if (status >= 200 && status < 300) return;
  const server = `The company's gateway ${host}`;
  switch (status) {
    case 401:
    case 403:
      throw new HumanError(
        'config',
        `${server} refuses the key (${status}). It has to be one that may read spend limits: see to OUTLAY_GATEWAY_TOKEN, or the file it is in.`,
      );
    case 404:
      throw new HumanError(
        'config',
        `${server} has no spend limits there (404). Is that its base address, and its admin API switched on?`,
      );
    case 429:
      throw new GatewayBusy(host, retryAfter);
  }
  throw new HumanError(
    'store',
    status >= 300 && status < 400
      ? `${server} leads elsewhere (${status}), and a key follows nobody. Name the address it leads to.`
      : `${server} failed (${status}). It is asked again later.`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isOf({ scope, actor }: Row, user: string): boolean {
  const ids = [scope, actor].map((each) => (isObject(each) ? each.user_id : undefined));
  if (ids.includes(user)) return true;
  const mail = isObject(actor) ? actor.email_address : undefined;
  return typeof mail === 'string' && mail.toLowerCase() === user.toLowerCase();
}

function limitOf({
  amount,
  currency,
  period,
  source,
  period_to_date_spend: spent,
}: Row): GatewayLimit {
  const isDollars = currency === undefined || currency === 'USD';
  return {
    period: limitPeriodOf(period),
    periodName: nameOf(period),
    limit: isDollars ? nanoOf(amount) : undefined,
    spent: isDollars ? nanoOf(spent) : undefined,
    currency: currency === undefined ? 'USD' : nameOf(currency),
    source: isObject(source) ? nameOf(source.type) : '',
  };
}

/** Cents as nano-dollars: a decimal string, or a number; undefined for anything else. */
function nanoOf(cents: unknown): number | undefined {
  const text = typeof cents === 'number' ? String(cents) : cents;
  if (typeof text !== 'string' || !/^\d{1,12}(\.\d{1,12})?$/.test(text)) return undefined;
  const nano = Math.round(Number(text) * 1e7);
  return Number.isSafeInteger(nano) ? nano : undefined;
}

function nameOf(value: unknown): string {
  return typeof value === 'string' ? plainText(value).slice(0, 60) : '';
}
