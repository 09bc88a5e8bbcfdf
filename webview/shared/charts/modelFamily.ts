/** Families that have a colour of their own, the same in every chart. */
const families = ['opus', 'sonnet', 'haiku', 'fable', 'mythos'] as const;

/** Class of a model's colour: its family, else `other`. */
export function modelFamily(model: string): (typeof families)[number] | 'other' {
  return families.find((family) => model.includes(family)) ?? 'other';
}
