/** A queue of async work: one at a time, first in, first out. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #length = 0;

  /** Nothing runs or waits. */
  get idle(): boolean {
    return this.#length === 0;
  }

  /** Runs the work after all that was handed in before. Its failure is told to its caller alone. */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    this.#length++;
    const done = this.#tail.then(work);
    const leave = (): void => {
      this.#length--;
    };
    this.#tail = done.then(leave, leave);
    return done;
  }
}
