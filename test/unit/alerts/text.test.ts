import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { alertWords, type WordsOptions } from '../../../src/alerts/alertText.ts';
import type { Alert } from '../../../src/dataFolder/alertFile.ts';
import { hourMs } from '../../../src/model/calendar.ts';
import { alertLevels, alertRules, templateFields } from '../../../src/settings/alertSettings.ts';

const at = Date.parse('2026-11-24T15:20:00Z');
const midnight = Date.parse('2026-11-24T00:00:00Z');
const options: WordsOptions = { zone: 'UTC', names: true };

function alert(more: Partial<Alert>): Alert {
  return {
    id: 'id',
    at,
    key: 'budget global day usd',
    told: 'told',
    rule: 'budget',
    level: 'warning',
    part: '',
    facts: {},
    atLeast: false,
    ...more,
  };
}

const budget = (scope: string, period: string, unit = 'usd') => ({
  key: `${scope} ${period} ${unit}`,
  ...{ scope, period, unit },
});

const cause = {
  session: 'aaaaaaaa-0000',
  title: 'Fix the flaky upload test',
  project: '/src/shop',
  amount: 8.48e9,
};

describe('words of alerts', () => {
  const expected: readonly (readonly [string, Partial<Alert>, string])[] = [
    [
      'a day on its way',
      {
        budget: budget('global', 'day'),
        since: midnight,
        facts: {
          ...{ spent: 41e9, limit: 50e9, share: 0.82, forecast: 63e9 },
          usedUpAt: at + 3 * hourMs,
        },
        cause,
      },
      'Today\'s budget is 82% used: $41 of $50 since 00:00, on track for $63, likely used up today at 18:20. "Fix the flaky upload test" made $8.48 of it. Look at what costs most.',
    ],
    [
      'a day that is over',
      {
        level: 'stop',
        budget: budget('global', 'day'),
        since: midnight,
        facts: { spent: 11.42e9, limit: 10e9, share: 1.142, forecast: 14e9 },
      },
      "Today's budget is used up: $11.42 of $10 since 00:00, over by $1.42. Raise the budget or wait for the next day.",
    ],
    [
      'a month that will not last',
      {
        rule: 'forecast',
        budget: budget('project:/src/billing-api', 'month'),
        facts: { spent: 44.34e9, limit: 55e9, forecast: 56e9, usedUpAt: at + 6 * 24 * hourMs },
      },
      "November's budget of billing-api is likely to be used up early: $44.34 of $55, on track for $56, used up on Nov 30. Look at what costs most, or raise the budget.",
    ],
    [
      'a company’s limit, which nobody here raises',
      {
        level: 'stop',
        budget: budget('company:web', 'month'),
        facts: { spent: 7e9, limit: 7e9, share: 1, asOf: midnight },
      },
      "November's budget of the company's group web is used up: $7 of $7. What the company counted is of 2026-11-24 00:00. Ask your company for more or wait for the next month.",
    ],
    [
      'figures that lack something',
      {
        level: 'info',
        atLeast: true,
        budget: budget('session', 'lifetime'),
        part: 'aaaaaaaa-0000',
        facts: { spent: 3e9, limit: 5e9, share: 0.6 },
        cause: { ...cause, amount: 3e9 },
      },
      'The lifetime budget of a session is 60% used: at least $3 of $5. "Fix the flaky upload test" made all of it. Keep an eye on it.',
    ],
    [
      'tokens',
      {
        level: 'critical',
        budget: budget('global', 'rolling:5h', 'tokens'),
        since: at - 5 * hourMs,
        facts: { spent: 950_000, limit: 1_000_000, share: 0.95 },
      },
      'The budget of any 5 hours (tokens) is 95% used: 950k tokens of 1M tokens since 10:20. Use a cheaper model for what costs most.',
    ],
    [
      'an hour',
      { rule: 'hourly', level: 'critical', facts: { spent: 12e9, limit: 5e9 } },
      'More than your limit for an hour: $12 in the last 60 minutes; the limit is $5. See what runs just now.',
    ],
    [
      'a spike',
      { rule: 'spike', facts: { spent: 12e9, usual: 1.5e9, messages: 40 } },
      'Spend has jumped: $12 in the last hour, 8.0 times the usual $1.50 of the 24 hours before. See what runs just now.',
    ],
  ];
  for (const [name, more, message] of expected) {
    test(name, () => assert.equal(alertWords(alert(more), options).message, message));
  }

  test('without names neither a title nor a project stands in it', () => {
    const whole = alert({
      budget: budget('project:/src/billing-api', 'day'),
      facts: { spent: 41e9, limit: 50e9, share: 0.82 },
      cause,
    });
    const { message } = alertWords(whole, { ...options, names: false });
    assert.match(message, /budget of a project is 82% used.*Session aaaaaaaa made \$8\.48 of it/);
    for (const name of ['billing', 'flaky', 'shop']) assert.ok(!message.includes(name), message);
  });

  test('the time is that of the zone asked for', () => {
    const whole = alert({
      budget: budget('global', 'day'),
      since: Date.parse('2026-11-23T23:00:00Z'),
      facts: { spent: 41e9, limit: 50e9, share: 0.82, forecast: 60e9, usedUpAt: at + 8 * hourMs },
    });
    const { text } = alertWords(whole, { ...options, zone: 'Europe/Berlin' });
    assert.match(text, /since 00:00, on track for \$60, likely used up on Nov 25\.$/);
  });

  test('a template says what the user wants, by level, and nothing in a value is a field', () => {
    const whole = alert({
      level: 'stop',
      budget: budget('global', 'day'),
      facts: { spent: 11e9, limit: 10e9, share: 1.1 },
      cause: { ...cause, title: 'About {key}\u001b[31m' },
    });
    const templates = { stop: '{level}! {spent}/{limit} {cause} {key}', warning: 'never' };
    const { message } = alertWords(whole, { ...options, templates });
    assert.equal(message, 'stop! $11/$10 "About {key}" made $8.48 of it. budget global day usd');
  });

  test('every rule, level and template is one line without anything a terminal acts upon', () => {
    const name = fc.string({ unit: 'binary', maxLength: 80 });
    fc.assert(
      fc.property(
        fc.constantFrom(...alertRules),
        fc.constantFrom(...alertLevels),
        fc.constantFrom('global', 'project:/a/b', 'project:*', 'branch:x', 'session', 'agent'),
        name,
        name,
        fc.constantFrom(undefined, ...templateFields.map((field) => `<{${field}}>`)),
        (rule, level, scope, part, title, template) => {
          const { message } = alertWords(
            alert({
              ...{ rule, level, part, budget: budget(scope, 'week') },
              facts: { spent: 1, limit: 2, share: 0.5, usual: 0, usedUpAt: at, score: 4 },
              cause: { ...cause, title },
            }),
            { ...options, ...(template && { templates: { [level]: template } }) },
          );
          // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
          assert.doesNotMatch(message, /[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
          assert.ok(message.length > 0 && message.length < 700);
        },
      ),
      { numRuns: 300 },
    );
  });
});
