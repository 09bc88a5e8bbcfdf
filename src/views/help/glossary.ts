import { l10n } from 'vscode';
import { list, messages, sessions } from '../text/counts.ts';
import type { Format } from '../text/format.ts';
import { models } from './answer.ts';
import type { HelpInputs, StoreInputs } from './helpInputs.ts';

/** What the words beside a figure mean, with how often each applies here. */
export function meanings(facts: HelpInputs): string {
  const sections: readonly (readonly [string, string, string])[] = [
    [
      l10n.t('Estimate'),
      l10n.t(
        'Tokens times Anthropic’s list prices of the day they were used. It is no bill: discounts, credits and taxes are not in it.',
      ),
      l10n.t('Built-in prices: checked on {0}.', facts.catalogueDate),
    ],
    [
      l10n.t('Worth … at list price'),
      l10n.t(
        'A subscription has no price per token. With `outlay.billing` set to `subscription`, figures say what the same work would cost by the token.',
      ),
      facts.spend.settings.billing === 'subscription'
        ? l10n.t('That is how it is set here.')
        : l10n.t('Here it is set to `api`.'),
    ],
    [
      l10n.t('At least'),
      l10n.t(
        'The sum has a response whose final output count was never written, or leaves out one without a price: the true figure is not lower. It happens when an answer is broken off, and with versions of Claude Code before 2.1.98.',
      ),
      here(facts, ({ sums }, format) => l10n.t('Here: {0}.', messages(sums.lower, format))),
    ],
    [
      l10n.t('Unpriced'),
      l10n.t(
        'Messages of a model nobody has a price for. They are counted beside the figure and never as $0. "Outlay: Set a Price for a Model…" gives them one, backwards too.',
      ),
      here(facts, ({ unpriced }, format) =>
        unpriced.length === 0
          ? l10n.t('Here: none.')
          : l10n.t('Here: {0}.', models(unpriced, format)),
      ),
    ],
    [
      l10n.t('Background'),
      l10n.t(
        'Claude Code keeps its own total of a session. What that has beyond the messages is background: titles, summaries before compaction, permission checks. It counts, in figures and in budgets.',
      ),
      here(facts, ({ background }, format) =>
        l10n.t('Here: {0} in all.', format.dollars(background)),
      ),
    ],
    [
      l10n.t('Not yet confirmed'),
      l10n.t(
        'Messages newer than Claude Code’s last total, which it writes when it ends. They count; only the comparison has to wait.',
      ),
      here(facts, ({ unconfirmed }, format) =>
        l10n.t('Here: {0} in all.', format.dollars(unconfirmed)),
      ),
    ],
    [
      l10n.t('Cannot be reconciled'),
      l10n.t(
        'A fork goes on from its parent’s total. Where that was never written, Claude Code’s figure and the messages cannot be compared. The messages count.',
      ),
      here(facts, ({ irreconcilable }, format) =>
        l10n.t('Here: {0}.', sessions(irreconcilable, format)),
      ),
    ],
    [
      l10n.t('Live'),
      l10n.t('A session written in the last two minutes, or one whose Claude Code is running.'),
      l10n.t('Known to run: {0}.', sessions(facts.running, facts.format)),
    ],
  ];
  return [
    `# ${l10n.t('What does a figure mean?')}`,
    l10n.t('A figure is messages + background. A word beside it says what it leaves open.'),
    list(sections.map(([word, meaning, fact]) => `**${word}.** ${meaning} *${fact}*`)),
  ].join('\n\n');
}

/** How often something applies in this store. */
function here(
  { store, format }: HelpInputs,
  say: (store: StoreInputs, format: Format) => string,
): string {
  return store === undefined ? l10n.t('Here: the store cannot be read.') : say(store, format);
}
