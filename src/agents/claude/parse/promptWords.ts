/** The text with which Claude Code marks a turn the user interrupted. */
export const interruptMark = '[Request interrupted by user';

/**
 * Names of elements that editors, tools and Claude Code itself write into a user's message: what is
 * open in the editor, reminders, echoes of commands and shells, messages of other agents.
 */
const wrappers = [
  'ide_[a-z_]+',
  'system[_-](?:reminder|instruction)',
  'command-[a-z]+',
  'local-command-[a-z]+',
  'bash-(?:input|stdout|stderr)',
  'task-notification',
  'teammate-message',
  'cross-session-message',
  '[a-z-]+-hook',
  'new-diagnostics',
].join('|');
const isWrapper = new RegExp(`^(?:${wrappers})$`);
const wrapper = new RegExp(`<(${wrappers})(?:\\s[^<>]{0,300})?>`, 'g');

/**
 * An element at the beginning whose name none of HTML has: a wrapper, also of a kind nobody has told
 * us of. `<div>` is what a person may write about.
 */
const leading = /^<([a-z]+[_-][a-z_-]*)(?:\s[^<>]{0,300})?>/;

/** Elements taken out of a text: real ones have a few, a hostile one must not take long. */
const mostElements = 50;

/** Beginnings of what Claude Code writes in the user's name. */
const preamble =
  /^(?:Caveat:|Base directory for this skill:|This session is being continued from a previous conversation|Another Claude session sent a message)/;

/**
 * The words of a person in a text of a `user` record, without what was wrapped around them; '' where
 * nothing in it is theirs. Titles, prompts and insights go by it, so that they agree.
 */
export function promptWords(text: string): string {
  if (text.startsWith(interruptMark)) return '';
  const whole = text.trim();
  const words = whole.includes('<') ? withoutInner(withoutLeading(whole)) : whole;
  return preamble.test(words) ? '' : words;
}

/** A text behind the elements it begins with; a known one that never ends has all of it. */
function withoutLeading(text: string): string {
  let words = text;
  for (let left = mostElements; left > 0; left--) {
    const name = leading.exec(words)?.[1];
    if (name === undefined) break;
    const closing = `</${name}>`;
    const end = words.indexOf(closing);
    if (end < 0) return isWrapper.test(name) ? '' : words;
    words = words.slice(end + closing.length).trimStart();
  }
  return words;
}

/** A text without the known elements inside it. */
function withoutInner(text: string): string {
  let words = text;
  wrapper.lastIndex = 0;
  for (let left = mostElements; left > 0; left--) {
    const found = wrapper.exec(words);
    if (found === null) break;
    const closing = `</${found[1]}>`;
    const end = words.indexOf(closing, wrapper.lastIndex);
    if (end < 0) continue;
    words = words.slice(0, found.index) + words.slice(end + closing.length);
    wrapper.lastIndex = found.index;
  }
  return words.trim();
}

/** The first text of a message's content that has words of a person in it; '' for a tool's result. */
export function firstWords(content: unknown): string {
  if (typeof content === 'string') return promptWords(content);
  if (!Array.isArray(content)) return '';
  for (const block of content as unknown[]) {
    const { type, text } = (block ?? {}) as { type?: unknown; text?: unknown };
    const words = type === 'text' && typeof text === 'string' ? promptWords(text) : '';
    if (words !== '') return words;
  }
  return '';
}
