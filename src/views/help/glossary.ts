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
        'Tokens times Anthropic’s list prices on the day they were used. This is not a bill: discounts, credits and taxes are not included.',
      ),
      l10n.t('Built-in prices: checked on {0}.', facts.catalogueDate),
    ],
    [
      l10n.t('Worth … at list price'),
      l10n.t(
        'A subscription has no price per token. With `outlay.billing` set to `subscription`, figures show what the same work would cost at list price.',
      ),
      facts.spend.settings.billing === 'subscription'
        ? l10n.t('This is the current setting.')
        : l10n.t('It is currently set to `api`.'),
    ],
    [
      l10n.t('At least'),
      l10n.t(
        'The sum includes a response whose final output count was never written, or leaves out one without a price, so the true figure is not lower. This happens when a response is interrupted, and with versions of Claude Code before 2.1.98.',
      ),
      here(facts, ({ sums }, format) => l10n.t('Currently: {0}.', messages(sums.lower, format))),
    ],
    [
      l10n.t('No price'),
      l10n.t(
        'Messages of models without a price. They are counted beside the figure, never as $0. [Set a price](command:outlay.setPrice); it applies to past messages too.',
      ),
      here(facts, ({ unpriced }, format) =>
        unpriced.length === 0
          ? l10n.t('Currently: none.')
          : l10n.t('Currently: {0}.', models(unpriced, format)),
      ),
    ],
    [
      l10n.t('Claude Code overhead'),
      l10n.t(
        'Claude Code keeps its own running total for each session. What that total has beyond the messages is overhead: titles, summaries before compaction, permission checks. It counts, in figures and in budgets.',
      ),
      here(facts, ({ background }, format) =>
        l10n.t('Currently: {0} in all.', format.dollars(background)),
      ),
    ],
    [
      l10n.t('Not yet confirmed'),
      l10n.t(
        'Messages newer than Claude Code’s last total, which it writes when it exits. They count; only the comparison has to wait.',
      ),
      here(facts, ({ unconfirmed }, format) =>
        l10n.t('Currently: {0} in all.', format.dollars(unconfirmed)),
      ),
    ],
    [
      l10n.t('Cannot be reconciled'),
      l10n.t(
        'A forked session continues its parent’s total. If that total was never written, Claude Code’s figure and the messages cannot be compared, and the messages count.',
      ),
      here(facts, ({ irreconcilable }, format) =>
        l10n.t('Currently: {0}.', sessions(irreconcilable, format)),
      ),
    ],
    [
      l10n.t('Live'),
      l10n.t(
        'A session that was written in the last two minutes, or whose Claude Code is running.',
      ),
      l10n.t('Running: {0}.', sessions(facts.running, facts.format)),
    ],
  ];
  return [
    `# ${l10n.t('What does a figure mean?')}`,
    l10n.t(
      'A figure is the sum of messages and Claude Code’s overhead. A word or sign beside it says what is still open.',
    ),
    list(sections.map(([word, meaning, fact]) => `**${word}.** ${meaning} *${fact}*`)),
  ].join('\n\n');
}

/** How often something applies in this store. */
function here(
  { store, format }: HelpInputs,
  say: (store: StoreInputs, format: Format) => string,
): string {
  return store === undefined ? l10n.t('Currently: the store cannot be read.') : say(store, format);
}
