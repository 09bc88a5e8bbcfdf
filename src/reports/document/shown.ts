import { backgroundKey, type DimensionName } from '../../query/dimensions.ts';

/** What Claude Code spends beside the messages: titles, summaries. */
export const overheadName = 'Claude Code overhead';

/** A model without its maker's name. */
export function shownModel(model: string): string {
  return model === backgroundKey ? overheadName : model.replace(/^claude-/, '');
}

/** An agent as people call it. */
export function shownAgent(agent: string): string {
  if (agent === 'main') return 'Main thread';
  return agent === backgroundKey ? overheadName : agent;
}

function shownClass(name: string): string {
  return shownOther(name.charAt(0).toUpperCase() + name.slice(1));
}

function shownOther(name: string): string {
  return name === backgroundKey ? overheadName : name;
}

/** How people read the values of a dimension. */
export function shownBy(name: DimensionName): (text: string) => string {
  switch (name) {
    case 'model':
      return shownModel;
    case 'agent':
      return shownAgent;
    case 'class':
      return shownClass;
    default:
      return shownOther;
  }
}

/** Notes beside a figure in the words people read; CSV keeps the older ones. */
export function shownNote(note: string): string {
  return note
    .split('; ')
    .filter((part) => part !== 'at least')
    .map((part) => part.replace(/^unpriced: /, 'no price: '))
    .join('; ');
}
