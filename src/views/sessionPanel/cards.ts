import { l10n } from 'vscode';
import { wholeShares } from '../../model/numbers.ts';
import { noUsage, promptTokens, type Usage, usageKeys } from '../../model/tokens.ts';
import type { PanelThread } from '../../protocol/session.ts';
import type { PanelCard, PanelStrip, StripTone } from '../../protocol/shared.ts';
import { sumBy } from '../../query/sums.ts';
import { isLowerBound } from '../../store/schema/sums.ts';
import { plainStrip } from '../panels/strips.ts';
import { modelName } from '../text/names.ts';
import { timesText } from './headline.ts';
import {
  downsampledMessages,
  hasMissed,
  inOrder,
  lostBy,
  type SessionInputs,
  totalOf,
} from './inputs.ts';

/** A strip has so many pieces at most. */
const mostPieces = 120;

/** The four figures of a session, each with what it is held against. */
export function sessionCards(facts: SessionInputs, threads: readonly PanelThread[]): PanelCard[] {
  return [costCard(facts), messagesCard(facts), missCard(facts), mostlyCard(facts, threads)];
}

function costCard({ summary, usual, format }: SessionInputs): PanelCard {
  const total = totalOf(summary);
  const figure = format.brief(format.convert(total, summary.endedAt));
  const card = {
    id: 'cost',
    label: l10n.t('Cost'),
    figure: isLowerBound(summary) ? `≥\u2009${figure}` : figure,
  };
  const length = format.duration(summary.endedAt - summary.startedAt);
  if (usual === undefined) return { ...card, detail: l10n.t('in {0}', length) };
  const times = total / usual.nano;
  return {
    ...card,
    detail:
      times >= 1.1
        ? l10n.t('{0} your usual session', timesText(times, format))
        : times > 0.9
          ? l10n.t('as your usual session')
          : l10n.t('{0} below your usual session', format.share(1 - times)),
    more: l10n.t(
      '{0} usually, in {1}',
      format.cents(usual.nano, summary.endedAt),
      format.duration(usual.length),
    ),
    strip: {
      ...plainStrip,
      whole: 1.25 * Math.max(total, usual.nano),
      filled: total,
      tick: usual.nano,
    },
  };
}

function messagesCard(facts: SessionInputs): PanelCard {
  const { summary, format } = facts;
  const card = {
    id: 'messages',
    label: l10n.t('Messages'),
    figure: format.count(summary.messages),
  };
  const ordered = inOrder(facts.messages).filter(({ nano }) => nano > 0);
  if (ordered.length < 2 || downsampledMessages(facts) > 0) return { ...card, detail: '' };
  const sorted = ordered.map(({ nano }) => nano).sort((a, b) => b - a);
  const median = sorted[Math.floor(sorted.length / 2)]!;
  const detail = l10n.t('half of them under {0}', format.cents(median, summary.endedAt));
  const whole = sorted.reduce((sum, nano) => sum + nano, 0);
  if (ordered.length <= mostPieces) {
    const strip: PanelStrip = {
      ...plainStrip,
      whole,
      filled: whole,
      parts: ordered.map(({ nano }) => nano),
      tones: ordered.map((message) => (hasMissed(message) ? 'lost' : 'plain')),
    };
    return { ...card, detail, more: l10n.t('each one a piece below'), strip };
  }
  const tenth = sorted.slice(0, Math.ceil(sorted.length / 10)).reduce((sum, nano) => sum + nano, 0);
  return {
    ...card,
    detail,
    more: l10n.t('a tenth of them made {0}', format.share(tenth / whole)),
    strip: { ...plainStrip, whole, filled: tenth },
  };
}

/** What was lost because caches were missed. */
function missCard({ messages, summary, format }: SessionInputs): PanelCard {
  const missed = messages.filter(hasMissed);
  const lost = missed.reduce((sum, message) => sum + lostBy(message), 0);
  const total = totalOf(summary);
  const card = {
    id: 'misses',
    label: l10n.t('Lost to missed caches'),
    figure: format.cents(lost, summary.endedAt),
    strip: {
      ...plainStrip,
      whole: Math.max(total, lost),
      filled: lost,
      ...(lost > 0 && { parts: [lost], tones: ['lost'] as const }),
    },
  };
  if (missed.length === 0) {
    const sent = promptTokens(summary);
    return {
      ...card,
      detail: l10n.t('no cache was missed'),
      more:
        sent === 0
          ? ''
          : l10n.t('{0} of the prompts came from it', format.share(summary.cacheRead / sent)),
    };
  }
  const all = format.count(summary.messages);
  return {
    ...card,
    detail:
      missed.length === 1
        ? l10n.t('1 message of {0}', all)
        : l10n.t('{0} messages of {1}', format.count(missed.length), all),
    more: total > 0 ? l10n.t('{0} of the session', format.share(Math.min(1, lost / total))) : '',
  };
}

interface Part {
  readonly name: string;
  readonly nano: number;
  readonly tone: StripTone;
}

/** Where most of it went: to a thread; in a session without subagents to a model; of one model, to a kind of tokens. */
function mostlyCard(facts: SessionInputs, threads: readonly PanelThread[]): PanelCard {
  const { summary, format } = facts;
  const overhead: Part[] =
    summary.background > 0
      ? [{ name: l10n.t('overhead'), nano: summary.background, tone: 'plain' }]
      : [];
  const parts = [...partsOf(facts, threads), ...overhead];
  const shares = wholeShares(parts.map(({ nano }) => nano));
  const [first, ...others] = parts.map((part, index) => ({ ...part, share: shares[index]! }));
  const said = others.filter(({ share }) => share >= 0.01).sort((a, b) => b.nano - a.nano);
  const nameOf = ({ name, share }: { name: string; share: number }): string =>
    `${name}\u00a0${format.share(share)}`;
  return {
    id: 'mostly',
    label: l10n.t('Goes mostly to'),
    figure: first?.name ?? '',
    detail: first === undefined ? '' : l10n.t('{0} of the session', format.share(first.share)),
    more: said.length === 0 ? '' : l10n.t('then {0}', said.slice(0, 2).map(nameOf).join(', ')),
    strip: {
      ...plainStrip,
      whole: parts.reduce((sum, { nano }) => sum + nano, 0),
      filled: 0,
      parts: parts.map(({ nano }) => nano),
      tones: parts.map(({ tone }) => tone),
    },
  };
}

/** The largest first; more than a few are drawn as one. */
function partsOf({ agents, messages }: SessionInputs, threads: readonly PanelThread[]): Part[] {
  const spending = threads.filter(({ nano }) => nano > 0);
  const bySize = (parts: readonly Part[]): Part[] =>
    parts.filter(({ nano }) => nano > 0).sort((a, b) => b.nano - a.nano);
  if (spending.length > 1) {
    return bySize(
      spending.map(({ agentId, name, nano }) => ({
        name,
        nano,
        tone: agentId === '' ? 'main' : 'agent',
      })),
    ).slice(0, mostPieces);
  }
  const models = bySize(
    sumBy(agents, ({ model }) => model).map(([model, { nano }]) => ({
      name: modelName(model),
      nano,
      tone: 'plain',
    })),
  );
  const tones = (parts: readonly Part[]): Part[] =>
    parts.map((part, index) => ({ ...part, tone: index === 0 ? 'main' : 'plain' }));
  if (models.length > 1) return tones(models);
  const kinds = [
    { name: l10n.t('Output'), keys: ['output'] },
    { name: l10n.t('Cache writes'), keys: ['cacheWrite5m', 'cacheWrite1h'] },
    { name: l10n.t('Cache reads'), keys: ['cacheRead'] },
    { name: l10n.t('Input'), keys: ['input'] },
    { name: l10n.t('Web search'), keys: ['webSearches'] },
  ] as const;
  // Thousands of messages, at each new one: gone through once.
  const sums: Record<keyof Usage, number> = { ...noUsage };
  for (const { classes } of messages) {
    if (classes !== null) for (const key of usageKeys) sums[key] += classes[key];
  }
  const nanoOf = (keys: readonly (keyof Usage)[]): number =>
    keys.reduce((sum, key) => sum + sums[key], 0);
  return tones(
    bySize(kinds.map(({ name, keys }) => ({ name, nano: nanoOf(keys), tone: 'plain' }))),
  );
}
