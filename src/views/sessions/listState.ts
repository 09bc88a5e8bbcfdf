import type { ExtensionContext } from 'vscode';
import { inBackground } from '../core/background.ts';
import {
  type Grouping,
  groupings,
  noFilter,
  type Order,
  orders,
  type SessionFilter,
} from './arrange.ts';

const keys = {
  grouping: 'sessions.grouping',
  order: 'sessions.order',
  filter: 'sessions.filter',
  excluded: 'sessions.excluded',
} as const;

/**
 * How a person wants the sessions listed, over restarts: grouping and order everywhere, the filter
 * for this workspace. What another version has stored is taken only where it is understood.
 */
export class SessionsMemory {
  readonly #context: ExtensionContext;

  constructor(context: ExtensionContext) {
    this.#context = context;
  }

  get grouping(): Grouping {
    const known = this.#context.globalState.get<Grouping>(keys.grouping);
    return groupings.find((grouping) => grouping === known) ?? 'project';
  }

  set grouping(grouping: Grouping) {
    inBackground(this.#context.globalState.update(keys.grouping, grouping));
  }

  get order(): Order {
    const known = this.#context.globalState.get<Order>(keys.order);
    return orders.find((order) => order === known) ?? 'recent';
  }

  set order(order: Order) {
    inBackground(this.#context.globalState.update(keys.order, order));
  }

  get filter(): SessionFilter {
    const known = this.#context.workspaceState.get<Partial<SessionFilter>>(keys.filter);
    return { ...noFilter, ...known };
  }

  set filter(filter: SessionFilter) {
    inBackground(this.#context.workspaceState.update(keys.filter, filter));
  }

  /** Ids of sessions that are not listed. */
  get excluded(): ReadonlySet<string> {
    return new Set(this.#context.globalState.get<string[]>(keys.excluded) ?? []);
  }

  exclude(sid: string): void {
    inBackground(this.#context.globalState.update(keys.excluded, [...this.excluded, sid]));
  }

  includeAll(): void {
    inBackground(this.#context.globalState.update(keys.excluded, undefined));
  }
}
