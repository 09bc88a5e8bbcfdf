/** The first prompts of the invented sessions, which are their titles as well. */
export const demoPrompts: readonly string[] = [
  'Fix the flaky upload test',
  'Add pagination to the orders list',
  'Why is the checkout slow on Mondays?',
  'Move the date helpers into one module',
  'Write a migration for the new column',
  'Make the error message say which field is wrong',
  'Review the diff before I push',
  'Update the dependencies and fix what breaks',
  'Add a dark theme to the settings page',
  'Explain how the cache is invalidated',
];

/** What a subagent of a type is asked to do. */
export function taskOf(_type: string, _turn: number): string {
  return 'Look around';
}
