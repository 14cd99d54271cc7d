/** Match keys are cut here, so that no index entry is too long for either engine. */
export const MAX_KEY_LENGTH = 200;

/** A key that is not too long: a character of two code units is not cut in half, nor is a space left at the end. */
export function cutKey(key: string): string {
  if (key.length <= MAX_KEY_LENGTH) return key;
  return key
    .slice(0, MAX_KEY_LENGTH)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd();
}
