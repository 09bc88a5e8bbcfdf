/** Kinds of subagents the invented sessions use. */
export const agentTypes = ['Explore', 'general-purpose', 'Plan'] as const;
export type AgentType = (typeof agentTypes)[number];

/** What is said in an invented session. */
export interface SampleText {
  /** What a session begins with, which is its title as well. */
  readonly openings: readonly string[];
  /** What is asked later on. */
  readonly followUps: readonly string[];
  /** What a subagent is asked to do, by its type. */
  readonly tasks: Readonly<Record<AgentType, readonly string[]>>;
}

const anything = [
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

/** For sets nobody reads. */
export const fillerText: SampleText = {
  openings: anything,
  followUps: anything,
  tasks: { Explore: ['Look around'], 'general-purpose': ['Look around'], Plan: ['Look around'] },
};

/** The words of a project, with its own openings. */
export function sampleTextOf(openings: readonly string[]): SampleText {
  return { openings, followUps, tasks };
}

const followUps = [
  'Run the tests again',
  'Now the same for the export',
  'Keep it simpler, without the helper class',
  'Write a test that fails without this change',
  'Commit that with a short message',
  'What did you leave out?',
  'Use the existing function in lib/money instead',
  'The linter complains about line 40',
];

const tasks: SampleText['tasks'] = {
  Explore: [
    'Find every caller of the old date helper',
    'Find where uploads are retried',
    'Map how a request reaches the database',
    'List the places that read the feature flag',
  ],
  'general-purpose': [
    'Update the fixtures to the new format',
    'Compare both implementations on the sample data',
    'Collect the failing cases from the last run',
  ],
  Plan: ['Plan the migration in steps that can be undone', 'Plan how to split the orders module'],
};
