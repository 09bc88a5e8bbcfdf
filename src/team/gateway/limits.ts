import { limitPeriodOf } from '../../dataFolder/clientReports.ts';
import type { GatewayLimit, GatewaySetup } from '../../dataFolder/company/gatewayFile.ts';
import { HumanError } from '../../model/errors.ts';
import { isObject } from '../../model/objects.ts';
import { plainText } from '../../text/plainText.ts';
import { type Row, rowsOf } from './pages.ts';

/**
 * The limits that hold for one person, as the gateway's admin API has them: those of the person, and the budgets
 * their groups share. Rows of others are not kept. What is unknown in a row is left out of it, and a row with
 * more in it than is known counts.
 */
export async function askGateway(setup: GatewaySetup, key: string): Promise<GatewayLimit[]> {
  const own = await ownRows(setup, key);
  const groups = new Set(own.flatMap((row) => (Array.isArray(row.groups) ? row.groups : [])));
  if (groups.size === 0) return own.map((row) => limitOf(row));
  const ofGroups = await rowsOf(setup, key, 'spend_limits', { scope_type: 'rbac_group' });
  const shared = (ofGroups ?? []).flatMap((row) => {
    const group = groupOf(row.scope);
    const budget = groups.has(group) ? row.pooled_budget : undefined;
    // A paused one refuses nobody.
    return isObject(budget) && budget.paused !== true
      ? [limitOf({ currency: 'USD', ...budget, period: row.period, source: row.scope }, true)]
      : [];
  });
  return [...own.map((row) => limitOf(row)), ...shared];
}

/**
 * The rows of the person. By an id the gateway answers whatever it is, so that a mail address has to be looked
 * for: it is known of people who have spent something.
 */
async function ownRows(setup: GatewaySetup, key: string): Promise<Row[]> {
  const { user } = setup;
  const path = 'spend_limits/effective';
  if (!user.includes('@')) {
    const rows = await rowsOf(setup, key, path, { 'user_ids[]': user });
    return rows?.filter((row) => isOf(row, user)) ?? [];
  }
  const found =
    (await rowsOf(setup, key, path, { q: user })) ?? (await rowsOf(setup, key, path, {}));
  const own = found?.filter((row) => isOf(row, user)) ?? [];
  const ids = new Set(own.map(idOf));
  if (ids.size > 1) {
    const names = plainText([...ids].join(', ')).slice(0, 200);
    throw new HumanError(
      'config',
      `The company's gateway ${new URL(setup.url).host} knows several people as ${user}. Name yourself by your id, with --user: ${names}.`,
      { what: { id: 'gatewaySeveral', values: [user, names] } },
    );
  }
  return own;
}

function isOf(row: Row, user: string): boolean {
  if (idOf(row) === user) return true;
  const mail = isObject(row.actor) ? row.actor.email_address : undefined;
  return typeof mail === 'string' && mail.toLowerCase() === user.toLowerCase();
}

function idOf({ scope, actor }: Row): unknown {
  const ids = [scope, actor].map((each) => (isObject(each) ? each.user_id : undefined));
  return ids.find((id) => typeof id === 'string');
}

/** The group a limit is of; '' for any other. */
function groupOf(scope: unknown): string {
  return isObject(scope) && typeof scope.rbac_group_id === 'string' ? scope.rbac_group_id : '';
}

function limitOf(
  { amount, currency, period, source, period_to_date_spend: spent }: Row,
  isShared = false,
): GatewayLimit {
  const isDollars = currency === undefined || currency === 'USD';
  return {
    period: limitPeriodOf(period),
    periodName: nameOf(period),
    limit: isDollars ? nanoOf(amount) : undefined,
    spent: isDollars ? nanoOf(spent) : undefined,
    currency: currency === undefined ? 'USD' : nameOf(currency),
    source: isObject(source) ? nameOf(source.type) : '',
    group: nameOf(groupOf(source)),
    isShared,
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
