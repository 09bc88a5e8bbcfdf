/** Families of models that have a colour, by what their names say: Claude's, and other vendors'. */
const families = {
  opus: /opus/,
  sonnet: /sonnet/,
  haiku: /haiku/,
  fable: /fable/,
  mythos: /mythos/,
  gpt: /(?:^|\/)(?:gpt|codex|o\d)/,
  gemini: /(?:^|\/)gemini/,
  grok: /(?:^|\/)grok/,
} as const satisfies Readonly<Record<string, RegExp>>;
export type ModelFamily = keyof typeof families | 'other';

/** The family of a model by its name, else `other`. */
export function modelFamily(model: string): ModelFamily {
  for (const [family, name] of Object.entries(families)) {
    if (name.test(model)) return family as ModelFamily;
  }
  return 'other';
}

/** Families with one colour between them: the theme has no more that differ. */
export function hueOf(family: ModelFamily): Exclude<ModelFamily, 'mythos' | 'grok'> {
  if (family === 'mythos') return 'fable';
  return family === 'grok' ? 'gemini' : family;
}
