/** The same items; the next one is fetched while the last is being worked on, never more than one ahead. */
export async function* readAhead<T>(items: AsyncIterable<T>): AsyncGenerator<T, void> {
  const iterator = items[Symbol.asyncIterator]();
  const fetch = (): Promise<IteratorResult<T>> => {
    const next = iterator.next();
    // Awaited later, or never when the work fails first.
    next.catch(() => undefined);
    return next;
  };
  let isEnded = false;
  try {
    let next = fetch();
    for (;;) {
      const { done, value } = await next;
      isEnded = done === true;
      if (isEnded) return;
      next = fetch();
      yield value as T;
    }
  } finally {
    if (!isEnded) await iterator.return?.();
  }
}
