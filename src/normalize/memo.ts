/** Longer texts are not remembered: they hardly ever come twice. */
const MAX_LENGTH = 100;

/**
 * The same function of a text, remembering its latest results: companies, cities and names come again and again.
 * @param limit results remembered; all are forgotten when there are more
 */
export function remembering<T>(limit: number, of: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const result = of(text);
    if (text.length > MAX_LENGTH) return result;
    if (known.size >= limit) known.clear();
    known.set(text, result);
    return result;
  };
}
