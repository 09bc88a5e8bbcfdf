/** English that is left in a window of another language. */
import { readFileSync } from 'node:fs';
import { inRoot } from '../../../../scripts/shared/paths.mjs';

const read = (file) => JSON.parse(readFileSync(inRoot(file), 'utf8'));

/** The German of every text, by its English; and the manifest's, by key. */
export const bundle = read('l10n/bundle.l10n.de.json');
export const manifest = read('package.nls.de.json');

/** A text in German, its places filled. */
export function german(english, ...values) {
  const text = bundle[english];
  if (text === undefined) throw new Error(`The bundle has no "${english}".`);
  return text.replace(/\{(\d+)\}/g, (_, index) => String(values[Number(index)]));
}

/** Shorter pieces may stand in any language. */
const shortest = 4;

/**
 * Pieces by which an English text is known: what stands between its places, where German says it
 * otherwise and no German text has the same in it.
 */
function piecesOf(english, germanTexts) {
  return english
    .split(/\{\d+\}|`[^`]*`/)
    .map((piece) => piece.replace(/\$\([a-z~-]+\)|\*\*/g, '').trim())
    .filter((piece) => piece.length >= shortest && /\p{L}{3}/u.test(piece))
    .filter((piece) => !germanTexts.some((text) => word(piece).test(text)));
}

const word = (piece) => new RegExp(`(?<![\\p{L}\\d])${RegExp.escape(piece)}(?![\\p{L}\\d])`, 'u');

const germanTexts = Object.values(bundle);
const pieces = [
  ...new Set(Object.keys(bundle).flatMap((english) => piecesOf(english, germanTexts))),
].map((piece) => ({ piece, pattern: word(piece) }));

/** How many pieces of English would be noticed. */
export const known = pieces.length;

/** The English in a text that should have none. */
export function englishIn(text) {
  const plain = text.replaceAll('\u00a0', ' ');
  return pieces.filter(({ pattern }) => pattern.test(plain)).map(({ piece }) => piece);
}

/** Everything a part of a page says, to the eye and to a screen reader. */
export async function wordsIn(scope, selector) {
  const texts = await scope
    .locator(selector)
    .evaluateAll((elements) =>
      elements.flatMap((element) => [
        element.innerText,
        ...[element, ...element.querySelectorAll('*')].flatMap((node) =>
          ['aria-label', 'title', 'placeholder'].map((name) => node.getAttribute(name) ?? ''),
        ),
      ]),
    );
  return texts.filter(Boolean).join('\n');
}
