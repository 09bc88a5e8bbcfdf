import { l10n } from 'vscode';
import { zoneName } from '../../model/calendar.ts';
import { messages } from '../text/counts.ts';
import { answerMarkdown, daysAgo, models, type Row } from './answer.ts';
import type { HelpInputs } from './helpInputs.ts';
import { machineRow, obstacles, rootRows } from './obstacles.ts';

/** "The figures differ from my bill", for this window as it is. */
export function differentBill(facts: HelpInputs): string {
  return answerMarkdown({
    title: l10n.t('The figures differ from my bill'),
    likely: likely(facts),
    nothing: l10n.t(
      'As far as Outlay can see, nothing is missing from the figures. The reasons below are ones it cannot see.',
    ),
    facts: [
      billingRow(facts),
      ...amountRows(facts),
      [
        l10n.t('Built-in prices'),
        l10n.t('checked on {0} ({1})', facts.catalogueDate, daysAgo(facts.catalogueDays)),
      ],
      [l10n.t('Days begin in'), zoneName(facts.spend.settings.zone)],
      ...rootRows(facts),
      machineRow(facts),
    ],
    others: [...higher(), ...lower(), ...otherwise()],
  });
}

function likely(facts: HelpInputs): string[] {
  const { spend, store, format, catalogueDays, catalogueDate } = facts;
  const { settings, roots } = spend;
  const found = obstacles(facts);
  found.push(
    settings.billing === 'subscription'
      ? l10n.t(
          'You pay by subscription, which has no price per token. Figures show what the same work is worth at list price and will not match what you pay.',
        )
      : l10n.t(
          'Figures are estimates at list price per token. With a subscription (Pro, Max, Team) there is no such bill: set `outlay.billing` to `subscription`, and figures read "worth $X at list price".',
        ),
  );
  if (store === undefined) return found;
  if (store.sums.unpriced > 0) {
    found.push(
      l10n.t(
        'Messages without a price are not counted: {0}. [Set a price](command:outlay.setPrice).',
        models(store.unpriced, format),
      ),
    );
  }
  if (store.sums.lower > 0) {
    found.push(
      l10n.t(
        'The final output count was never recorded (an interrupted response, or a version before 2.1.98) in {0}, so figures that include them are lower bounds (≥).',
        messages(store.sums.lower, format),
      ),
    );
  }
  if (hasOverrides(facts)) {
    found.push(
      l10n.t(
        'Your own prices apply (`outlay.prices.overrides` or `outlay.prices.file`) instead of list prices.',
      ),
    );
  }
  if (catalogueDays > settings.warnAfterDays) {
    found.push(
      l10n.t(
        'The built-in prices were checked on {0} ({1}). Update Outlay; until then set changed prices in `outlay.prices.overrides`.',
        catalogueDate,
        daysAgo(catalogueDays),
      ),
    );
  }
  if (settings.scope === 'workspace') {
    found.push(
      l10n.t(
        'The status bar counts only sessions that started in a folder of this workspace (`outlay.statusBar.scope`); a bill counts everything.',
      ),
    );
  }
  if (roots.length > 1) {
    found.push(
      l10n.t(
        '{0} configuration folders are counted together. If they belong to different accounts, each has its own bill.',
        format.count(roots.length),
      ),
    );
  }
  return found;
}

function hasOverrides({ spend }: HelpInputs): boolean {
  const { priceOverrides, priceFile } = spend.settings;
  const given =
    typeof priceOverrides === 'object' &&
    priceOverrides !== null &&
    Object.keys(priceOverrides).length > 0;
  return given || priceFile !== '';
}

/** Why a bill may be higher than the figures. */
function higher(): string[] {
  return [
    l10n.t(
      'Your bill may be higher because the same account is used elsewhere: on other machines, with Claude Code on the web, or by your own programs with the same key.',
    ),
    l10n.t(
      'Your bill may be higher because some work left no transcript: `claude --no-session-persistence`, `CLAUDE_CODE_SKIP_PROMPT_HISTORY`, or sessions that Claude Code deleted (after 30 days by default) before Outlay first ran.',
    ),
    l10n.t(
      'Your bill may be higher because of taxes, and of requests that failed or were retried and are in no transcript.',
    ),
  ];
}

/** Why a bill may be lower than the figures. */
function lower(): string[] {
  return [
    l10n.t(
      'Your bill may be lower because of discounts, credits, commitments or negotiated prices. A factor in `outlay.prices.overrides` (`"multiplier": 0.9`) accounts for them.',
    ),
    l10n.t(
      'Your bill may be lower because batch requests cost half. Where a transcript says so, Outlay counts them at that price.',
    ),
  ];
}

function otherwise(): string[] {
  return [
    l10n.t(
      'A different start of the day: bills usually switch days at midnight UTC. Set `outlay.timeZone` to `UTC` to compare day by day.',
    ),
    l10n.t(
      'To compare one session with Claude Code’s own total, run `outlay session ID`: it shows both, and the difference as overhead.',
    ),
  ];
}

function billingRow({ spend }: HelpInputs): Row {
  return [
    l10n.t('Billing'),
    spend.settings.billing === 'subscription'
      ? l10n.t('by subscription (`outlay.billing`)')
      : l10n.t('by the token (`outlay.billing`)'),
  ];
}

function amountRows({ store, format }: HelpInputs): Row[] {
  if (store === undefined) return [];
  const { sums, background, unconfirmed, irreconcilable, firstAt } = store;
  const rows: Row[] = [
    [
      l10n.t('Counted in total'),
      l10n.t(
        '{0} from messages + {1} overhead',
        format.dollars(sums.nano),
        format.dollars(background),
      ),
    ],
    [l10n.t('Messages without a price'), format.count(sums.unpriced)],
    [l10n.t('Messages with incomplete counts'), format.count(sums.lower)],
    [l10n.t('Priced from Claude Code’s own totals'), format.count(sums.client)],
    [l10n.t('Not yet confirmed'), format.dollars(unconfirmed)],
    [l10n.t('Sessions that cannot be reconciled'), format.count(irreconcilable)],
  ];
  if (firstAt !== null) rows.push([l10n.t('Counted since'), format.day(firstAt)]);
  return rows;
}
