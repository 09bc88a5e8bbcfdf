export type OptionValue = string | number | boolean | readonly string[];

/** Filters a report can take; all that are given must hold. */
export const filterNames = [
  'project',
  'group',
  'account',
  'product',
  'host',
  'model',
  'agent',
  'branch',
  'session',
  'task',
  'correlation',
  'tag',
] as const;
export type FilterName = (typeof filterNames)[number];
export type Filters = {
  readonly [K in FilterName]?: string;
};

/** How each filter is described where it is offered. */
export const filterTexts: Readonly<Record<FilterName, { value: string; text: string }>> = {
  project: { value: 'project', text: "a project's name or path; what is below the path counts" },
  group: { value: 'name', text: 'a group of projects, as the setting outlay.groups names it' },
  account: { value: 'account', text: 'a configuration directory, its last part or its name' },
  product: {
    value: 'name',
    text: 'a coding agent: Claude Code, Claude Desktop, Codex, Copilot or OpenCode; or API calls',
  },
  host: { value: 'name', text: 'where sessions ran: the name of another host, or this-machine' },
  model: { value: 'model', text: "a model's id, or a family or tier such as opus or premium" },
  agent: { value: 'type', text: 'main, or a type of subagent' },
  branch: { value: 'branch', text: "a branch's name; * stands for any characters" },
  session: { value: 'id', text: 'id of a session or its beginning' },
  task: { value: 'task', text: 'a task: ticket, pull request or branch' },
  correlation: { value: 'id', text: 'a correlation id, or the id of a prompt' },
  tag: { value: 'tag', text: 'a tag, from outlay.tags or outlay mark' },
};

/**
 * What the value of an option is: `duration` is read into milliseconds, `durations` is several of them
 * with commas and stays text, `percent` is read into a share of one, `list` may be given repeatedly.
 */
export type OptionKind =
  | 'text'
  | 'choice'
  | 'count'
  | 'number'
  | 'percent'
  | 'duration'
  | 'durations'
  | 'flag'
  | 'list';

/** An option of one report. */
export interface OptionDefinition {
  /** Name of the flag without its dashes. */
  readonly name: string;
  /** What stands for its value in the help; none for a flag. */
  readonly value?: string;
  readonly text: string;
  readonly kind: OptionKind;
  readonly choices?: readonly string[];
  readonly default?: OptionValue;
}

/** How a list of sessions is ordered. */
export const sortOption: OptionDefinition = {
  name: 'sort',
  value: 'by',
  text: 'order of the list',
  kind: 'choice',
  choices: ['time', 'cost'],
  default: 'time',
};
