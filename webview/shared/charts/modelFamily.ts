/** Families of Claude's models that have a colour. */
const families = ['opus', 'sonnet', 'haiku', 'fable', 'mythos'] as const;
export type ModelFamily = (typeof families)[number] | 'other';

/** The family of a model by its name, else `other`. */
export function modelFamily(model: string): ModelFamily {
  return families.find((family) => model.includes(family)) ?? 'other';
}

/** Families with one colour between them: the theme has no more that differ. */
export function hueOf(family: ModelFamily): Exclude<ModelFamily, 'mythos'> {
  return family === 'mythos' ? 'fable' : family;
}
