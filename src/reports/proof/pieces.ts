import type { UsagePart } from '../../model/records.ts';
import { noUsage, type Usage } from '../../model/tokens.ts';
import type { PricedUsage } from '../../pricing/costByClass.ts';
import { type Derivation, derivationOf } from '../../pricing/derivation.ts';
import type { RateBook } from '../../pricing/priceBook.ts';
import { saturated } from '../../store/schema/saturate.ts';

/** What of a message is priced by itself, and rounded by itself. */
export interface Piece {
  /** `message`, or what another model did inside of it. */
  readonly kind: 'message' | UsagePart['kind'];
  /** The model as the transcript writes it. */
  readonly written: string;
  readonly usage: Usage;
  /** Undefined without a price. */
  readonly derivation: Derivation | undefined;
}

/** A message as it is priced: its own tokens, and parts that other models did. */
export interface PricedWhole extends PricedUsage {
  readonly parts: readonly {
    readonly kind: UsagePart['kind'];
    readonly written: string;
    readonly usage: Usage;
  }[];
}

/** The pieces of a message, each with its derivation from the price list. */
export function piecesOf(book: RateBook, message: PricedWhole): Piece[] {
  const { usage, written, at, traits, parts } = message;
  const { geo, tier } = traits;
  return [
    { kind: 'message', written, usage, derivation: derivationOf(book, message) },
    ...parts.map((part): Piece => {
      // Speed is the main request's; where the request ran holds for all of it.
      const priced = { ...part, traits: { geo, tier }, at, iterations: [] };
      const { kind, usage: own, written: model } = part;
      return { kind, written: model, usage: own, derivation: derivationOf(book, priced) };
    }),
  ];
}

/** What pieces come to: nano-dollars that count, and of declined attempts, which stand beside them. */
export function sumOf(pieces: readonly Piece[]): {
  readonly nano: number;
  readonly declined: number;
  /** Every piece that counts has a price. */
  readonly priced: boolean;
} {
  const counts = pieces.filter(({ kind }) => kind !== 'declined');
  const others = pieces.filter(({ kind }) => kind === 'declined');
  const sum = (some: readonly Piece[]): number =>
    saturated(some.reduce((total, { derivation }) => total + (derivation?.nano ?? 0), 0));
  return {
    nano: sum(counts),
    declined: sum(others),
    priced: counts.every(({ derivation }) => derivation !== undefined),
  };
}

/** Whether a piece has no tokens: then there is nothing to derive. */
export function isEmpty({ usage }: Piece): boolean {
  return (Object.keys(noUsage) as (keyof Usage)[]).every((key) => usage[key] === 0);
}
