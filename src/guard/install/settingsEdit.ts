import { HumanError } from '../../model/errors.ts';
import { depthVariable, hookGroups, type InstallWishes, isOwnHandler } from './hookEntries.ts';
import {
  addItem,
  addMember,
  type JsonNode,
  type ListNode,
  memberOf,
  type ObjectNode,
  parseJsonText,
  plainValue,
  removePart,
} from './jsonText.ts';

/**
 * What Claude Code's settings are with the guard in them: handlers of Outlay's that are there already
 * are left where they are if they are right, and taken out if not. Everything else stays letter by
 * letter. The same text where there is nothing to do.
 */
export function withGuard(text: string, file: string, wishes: InstallWishes): string {
  const groups = hookGroups(wishes);
  let next = text.trim() === '' ? '{}\n' : text;
  const clean = withoutWrong(next, file, groups);
  next = clean;
  for (const [event, wanted] of groups) {
    for (const group of wanted) {
      const root = rootOf(next, file);
      if (!hasGroup(root, event, group)) next = addGroup(next, root, file, event, group);
    }
  }
  return wishes.maxHops > 0 ? withDepth(next, file, wishes.maxHops) : next;
}

/** What they are without it. */
export function withoutGuard(text: string, file: string): string {
  if (text.trim() === '') return text;
  return withoutWrong(text, file, new Map());
}

/** Handlers of Outlay's in settings, by event. */
export function ownHandlers(text: string, file: string): { event: string; handler: unknown }[] {
  if (text.trim() === '') return [];
  const hooks = memberOf(parseJsonText(text, file), 'hooks')?.node;
  if (hooks?.kind !== 'object') return [];
  return hooks.members.flatMap(({ name, node }) =>
    groupsIn(node).flatMap(({ handlers }) =>
      (handlers?.items ?? [])
        .map(plainValue)
        .filter(isOwnHandler)
        .map((handler) => ({ event: name, handler })),
    ),
  );
}

function rootOf(text: string, file: string): ObjectNode {
  const root = parseJsonText(text, file);
  if (root.kind === 'object') return root;
  throw new HumanError('config', `${file} has no object in it, so nothing is written into it.`);
}

interface Group {
  readonly node: JsonNode;
  readonly handlers: ListNode | undefined;
}

function groupsIn(node: JsonNode): Group[] {
  if (node.kind !== 'list') return [];
  return node.items.map((item) => {
    const handlers = memberOf(item, 'hooks')?.node;
    return { node: item, handlers: handlers?.kind === 'list' ? handlers : undefined };
  });
}

function hasGroup(root: ObjectNode, event: string, group: object): boolean {
  const list = memberOf(memberOf(root, 'hooks')?.node, event)?.node;
  const wanted = JSON.stringify(group);
  return (
    list !== undefined &&
    groupsIn(list).some(({ node }) => JSON.stringify(plainValue(node)) === wanted)
  );
}

function addGroup(
  text: string,
  root: ObjectNode,
  file: string,
  event: string,
  group: object,
): string {
  const hooks = memberOf(root, 'hooks')?.node;
  if (hooks === undefined) return addMember(text, root, 'hooks', { [event]: [group] });
  if (hooks.kind !== 'object') throw unusable(file, 'hooks');
  const list = memberOf(hooks, event)?.node;
  if (list === undefined) return addMember(text, hooks, event, [group]);
  if (list.kind !== 'list') throw unusable(file, `hooks.${event}`);
  return addItem(text, list, group);
}

function unusable(file: string, name: string): HumanError {
  return new HumanError(
    'config',
    `${file}: "${name}" is not what Claude Code expects there, so nothing is written into it. Repair it first.`,
  );
}

/**
 * Takes out handlers of Outlay's, but for groups that are right; what is empty then and was not before
 * goes with them. One at a time: each moves the places of those behind it.
 */
function withoutWrong(
  text: string,
  file: string,
  right: ReadonlyMap<string, readonly object[]>,
): string {
  let next = text;
  for (let tries = 0; tries < 1000; tries++) {
    const removed = withoutOne(next, file, right);
    if (removed === undefined) return next;
    next = removed;
  }
  return next;
}

function withoutOne(
  text: string,
  file: string,
  right: ReadonlyMap<string, readonly object[]>,
): string | undefined {
  const root = rootOf(text, file);
  const hooks = memberOf(root, 'hooks')?.node;
  if (hooks?.kind !== 'object') return undefined;
  for (const { name, node } of hooks.members) {
    if (node.kind !== 'list') continue;
    const wanted = new Set((right.get(name) ?? []).map((group) => JSON.stringify(group)));
    for (const [index, { node: group, handlers }] of groupsIn(node).entries()) {
      const at = handlers?.items.findIndex((item) => isOwnHandler(plainValue(item))) ?? -1;
      if (handlers === undefined || at < 0) continue;
      // Of two that are the same the second is one too many.
      if (wanted.delete(JSON.stringify(plainValue(group)))) continue;
      if (handlers.items.length > 1) return removePart(text, handlers, at);
      if (node.items.length > 1) return removePart(text, node, index);
      return withoutMember(text, root, hooks, name);
    }
  }
  return undefined;
}

function withoutMember(text: string, root: ObjectNode, hooks: ObjectNode, event: string): string {
  if (hooks.members.length > 1) {
    return removePart(
      text,
      hooks,
      hooks.members.findLastIndex(({ name }) => name === event),
    );
  }
  return removePart(
    text,
    root,
    root.members.findLastIndex(({ name }) => name === 'hooks'),
  );
}

/** Adds Claude Code's own limit of depth, unless its user has set one. */
function withDepth(text: string, file: string, most: number): string {
  const root = rootOf(text, file);
  const env = memberOf(root, 'env')?.node;
  if (env === undefined) return addMember(text, root, 'env', { [depthVariable]: String(most) });
  if (env.kind !== 'object' || memberOf(env, depthVariable) !== undefined) return text;
  return addMember(text, env, depthVariable, String(most));
}
