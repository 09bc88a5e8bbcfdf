import { mostDollars } from '../model/amount.ts';
import { mostUnitsPerDollar } from './currencySetting.ts';

/** JSON schemas of the settings that are read part by part: what VS Code checks while they are written. */

type JsonSchema = Readonly<Record<string, unknown>>;

const dollars = (text: string): JsonSchema => ({
  type: 'number',
  minimum: 0,
  maximum: mostDollars,
  markdownDescription: `%settings.projects.${text}%`,
});

export const projectBudgets: JsonSchema = {
  type: 'object',
  additionalProperties: {
    type: 'object',
    properties: { dailyUsd: dollars('dailyUsd'), monthlyUsd: dollars('monthlyUsd') },
    additionalProperties: false,
  },
};

export const currency: JsonSchema = {
  type: 'object',
  properties: {
    code: {
      type: 'string',
      pattern: '^[A-Za-z]{3}$',
      markdownDescription: '%settings.currency.code%',
    },
    rates: {
      type: 'object',
      markdownDescription: '%settings.currency.rates%',
      additionalProperties: {
        type: 'number',
        exclusiveMinimum: 0,
        maximum: mostUnitsPerDollar,
      },
      propertyNames: { pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
    },
  },
  additionalProperties: false,
};

const rate: JsonSchema = { type: ['number', 'string'] };
const text: JsonSchema = { type: 'string' };

export const priceOverrides: JsonSchema = {
  type: 'object',
  properties: {
    multiplier: { type: 'number', exclusiveMinimum: 0, maximum: 100 },
    models: {
      type: 'object',
      additionalProperties: {
        type: ['object', 'array'],
        properties: {
          input: rate,
          output: rate,
          cacheWrite: rate,
          cacheWrite5m: rate,
          cacheWrite1h: rate,
          cacheRead: rate,
          webSearchPerThousand: rate,
          local: { type: 'boolean' },
          from: text,
          until: text,
          note: text,
        },
        items: { type: 'object' },
      },
    },
  },
};

export const lists: JsonSchema = {
  type: 'object',
  additionalProperties: { type: 'array', items: text },
};

export const names: JsonSchema = { type: 'object', additionalProperties: text };

export const folders: JsonSchema = { type: 'array', items: text };
