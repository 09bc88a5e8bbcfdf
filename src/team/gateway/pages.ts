import type { GatewaySetup } from '../../dataFolder/company/gatewayFile.ts';
import { HumanError } from '../../model/errors.ts';
import { appendAll } from '../../model/lists.ts';
import { isObject } from '../../model/objects.ts';
import { jsonOf } from '../../platform/jsonFile.ts';
import { readCertificates } from '../certificates.ts';
import { get } from './request.ts';

/** People, or limits, of a page, and pages: who is asked for may stand on any of them. */
const perPage = 1000;
const mostPages = 20;

/** A gateway that wants to be left alone for a while, seconds. */
export class GatewayBusy extends HumanError {
  readonly retryAfter: number;

  constructor(host: string, retryAfter: number) {
    super(
      'store',
      `The company's gateway ${host} is asked too often (429). It is asked again later.`,
      { what: { id: 'gatewayBusy', values: [host] } },
    );
    this.retryAfter = retryAfter;
  }
}

/** An object in a list of the admin API. */
export type Row = Readonly<Record<string, unknown>>;

/** The limits as they were set, and what of them holds for each person. */
export type Path = 'spend_limits' | 'spend_limits/effective';

/**
 * All rows of a list, page by page. Undefined where the gateway does not take the filter (400), or has limits for
 * people alone (404); throws a `HumanError` where it gives no list. Pages follow each other by `next_page`, or
 * by `last_id` where there is `has_more`.
 */
export async function rowsOf(
  setup: GatewaySetup,
  key: string,
  path: Path,
  filter: Readonly<Record<string, string>>,
): Promise<Row[] | undefined> {
  const ca = setup.ca === '' ? undefined : readCertificates(setup.ca, 'the gateway');
  const rows: Row[] = [];
  let next: Readonly<Record<string, string>> | undefined = {};
  for (let pages = 0; pages < mostPages && next !== undefined; pages += 1) {
    const url = below(setup.url, path);
    for (const [name, value] of Object.entries({ ...filter, limit: String(perPage), ...next })) {
      url.searchParams.append(name, value);
    }
    const headers = { 'x-api-key': key, accept: 'application/json', 'user-agent': 'outlay' };
    const { status, retryAfter, text } = await get(url, headers, ca);
    if (status === 400 && Object.keys(filter).length > 0) return undefined;
    if (status === 404 && path === 'spend_limits') return undefined;
    refuse(url.host, status, retryAfter);
    const content = jsonOf(text);
    if (!isObject(content) || !Array.isArray(content.data)) {
      throw new HumanError(
        'store',
        `The company's gateway ${url.host} answers in a shape this Outlay does not know: there is no list of limits in it.`,
        { what: { id: 'gatewayShape', values: [url.host] } },
      );
    }
    appendAll(rows, content.data.filter(isObject));
    next = pageAfter(content);
  }
  return rows;
}

/** How the page after this one is asked for; undefined behind the last. */
function pageAfter({
  next_page: page,
  has_more: hasMore,
  last_id: last,
}: Row): Record<string, string> | undefined {
  if (typeof page === 'string' && page !== '') return { page };
  return hasMore === true && typeof last === 'string' && last !== ''
    ? { after_id: last }
    : undefined;
}

/** A list's address below that of a gateway, whatever path that has itself. */
function below(base: string, path: Path): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/organizations/${path}`;
  url.search = '';
  url.hash = '';
  return url;
}

function refuse(host: string, status: number, retryAfter: number): void {
  if (status >= 200 && status < 300) return;
  const server = `The company's gateway ${host}`;
  switch (status) {
    case 401:
    case 403:
      throw new HumanError(
        'config',
        `${server} refuses the key (${status}). It has to be one that may read spend limits: see to OUTLAY_GATEWAY_TOKEN, the file it is in, or what the editor keeps.`,
        { what: { id: 'gatewayKey', values: [host, String(status)] } },
      );
    case 404:
      throw new HumanError(
        'config',
        `${server} has no spend limits there (404). Is that its base address, and its admin API switched on?`,
        { what: { id: 'gatewayNoLimits', values: [host] } },
      );
    case 429:
      throw new GatewayBusy(host, retryAfter);
  }
  const isElsewhere = status >= 300 && status < 400;
  throw new HumanError(
    'store',
    isElsewhere
      ? `${server} leads elsewhere (${status}), and a key follows nobody. Name the address it leads to.`
      : `${server} failed (${status}). It is asked again later.`,
    {
      what: {
        id: isElsewhere ? 'gatewayElsewhere' : 'gatewayFailed',
        values: [host, String(status)],
      },
    },
  );
}
