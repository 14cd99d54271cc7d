/** Lets one asynchronous task at a time through, in order of arrival. */
export class Mutex {
  #tail: Promise<void> = Promise.resolve();

  /** Runs `task` when all earlier ones have ended, whatever their outcome. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    const before = this.#tail;
    let release = (): void => {};
    this.#tail = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    try {
      return await task();
    } finally {
      release();
    }
  }
}
