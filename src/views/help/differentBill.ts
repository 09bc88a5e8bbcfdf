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
      'Nothing is missing from the figures as far as Outlay can see. The reasons below are the ones it cannot see.',
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
          'You pay by subscription, which has no price per token. Figures say what the same work is worth at list price; they are not meant to equal what you pay.',
        )
      : l10n.t(
          'Figures are estimates at list price by the token. If you pay by subscription (Pro, Max, Team), there is no such bill: set `outlay.billing` to `subscription`, and they read "worth $X at list price".',
        ),
  );
  if (store === undefined) return found;
  if (store.sums.unpriced > 0) {
    found.push(
      l10n.t(
        'Messages without a price are in no figure: {0}. Run "Outlay: Set a Price for a Model…".',
        models(store.unpriced, format),
      ),
    );
  }
  if (store.sums.lower > 0) {
    found.push(
      l10n.t(
        'The final output count was never recorded (an answer that was broken off, or a version before 2.1.98) in {0}, so figures with them are "at least".',
        messages(store.sums.lower, format),
      ),
    );
  }
  if (hasOverrides(facts)) {
    found.push(
      l10n.t(
        'Prices of your own are in force (`outlay.prices.overrides` or `outlay.prices.file`): figures follow them instead of the list.',
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
        '{0} configuration folders are counted together. If they belong to different accounts, each has a bill of its own.',
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
      'A higher bill, because the same account is used elsewhere: other machines, Claude Code on the web, programs of your own with the same key.',
    ),
    l10n.t(
      'A higher bill, because some work left no transcript: `claude --no-session-persistence`, `CLAUDE_CODE_SKIP_PROMPT_HISTORY`, or sessions that Claude Code deleted (after 30 days by default) before Outlay first ran.',
    ),
    l10n.t(
      'A higher bill, because of taxes and of requests that failed or were repeated on the way and are in no transcript.',
    ),
  ];
}

/** Why a bill may be lower than the figures. */
function lower(): string[] {
  return [
    l10n.t(
      'A lower bill, because of discounts, credits, committed spend or a price agreed with a cloud or a gateway. A factor in `outlay.prices.overrides` (`"multiplier": 0.9`) brings the figures to it.',
    ),
    l10n.t(
      'A lower bill, because work was sent in batches, at half the price. Where a transcript says so, Outlay counts it so.',
    ),
  ];
}

function otherwise(): string[] {
  return [
    l10n.t(
      'Another day: a bill is usually cut at midnight UTC. Set `outlay.timeZone` to `UTC` to compare day by day.',
    ),
    l10n.t(
      'To compare one session, hold it against Claude Code’s own total: `outlay session ID` shows both, with the difference as background.',
    ),
  ];
}

function billingRow({ spend }: HelpInputs): Row {
  return [
    l10n.t('Paid for'),
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
      l10n.t('Counted in all'),
      l10n.t(
        '{0} by messages + {1} background',
        format.dollars(sums.nano),
        format.dollars(background),
      ),
    ],
    [l10n.t('Unpriced messages'), format.count(sums.unpriced)],
    [l10n.t('Messages that are at least what is shown'), format.count(sums.lower)],
    [l10n.t('Priced from Claude Code’s own totals'), format.count(sums.client)],
    [l10n.t('Not yet confirmed'), format.dollars(unconfirmed)],
    [l10n.t('Sessions that cannot be reconciled'), format.count(irreconcilable)],
  ];
  if (firstAt !== null) rows.push([l10n.t('Counted since'), format.day(firstAt)]);
  return rows;
}
