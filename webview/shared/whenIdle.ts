/** Goes through a list while the page has nothing else to do; another list takes its place. */
export class WhenIdle {
  #list: readonly unknown[] | undefined;
  #handle = 0;

  /** The same list again is gone through once. */
  each<T>(list: readonly T[], use: (item: T) => void): void {
    if (list === this.#list) return;
    cancelIdleCallback(this.#handle);
    this.#list = list;
    let next = 0;
    const go = (deadline: IdleDeadline): void => {
      while (next < list.length && deadline.timeRemaining() > 1) {
        // A clock is asked less often than there are rows.
        for (const end = Math.min(list.length, next + 20); next < end; next++) use(list[next]!);
      }
      if (next < list.length) this.#handle = requestIdleCallback(go);
    };
    this.#handle = requestIdleCallback(go);
  }
}
