const DIGIT = 0xffff;

/**
 * Places of all keys but 0 in the order of their keys, equal keys in the order of their places: least significant digit
 * first, 16 bits at a time.
 */
export function sortedPlaces(keys: Uint32Array): Uint32Array<SharedArrayBuffer> {
  let count = 0;
  for (let i = 0; i < keys.length; i++) if (keys[i] !== 0) count++;
  const places = new Uint32Array(count);
  for (let i = 0, at = 0; i < keys.length; i++) if (keys[i] !== 0) places[at++] = i;
  return sortByKeys(places, keys);
}

/** These places in the order of their keys; those of equal keys stay in their order. */
export function sortByKeys(places: Uint32Array, keys: Uint32Array): Uint32Array<SharedArrayBuffer> {
  const half = new Uint32Array(places.length);
  const result = new Uint32Array(new SharedArrayBuffer(places.length * 4));
  pass(keys, places, half, 0);
  pass(keys, half, result, 16);
  return result;
}

function pass(keys: Uint32Array, from: Uint32Array, to: Uint32Array, shift: number): void {
  const starts = new Uint32Array(DIGIT + 2);
  for (let i = 0; i < from.length; i++) {
    const digit = ((keys[from[i] as number] as number) >>> shift) & DIGIT;
    starts[digit + 1] = (starts[digit + 1] as number) + 1;
  }
  for (let digit = 0; digit <= DIGIT; digit++) starts[digit + 1] = (starts[digit + 1] as number) + (starts[digit] as number);
  for (let i = 0; i < from.length; i++) {
    const place = from[i] as number;
    const digit = ((keys[place] as number) >>> shift) & DIGIT;
    to[starts[digit] as number] = place;
    starts[digit] = (starts[digit] as number) + 1;
  }
}
