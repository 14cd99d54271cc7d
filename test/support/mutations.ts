/** Bytes that mean something to one of the readers, or to none. */
const SPECIAL: readonly (readonly number[])[] = [
  [0],
  [0x22],
  [0x27],
  [0x2c],
  [0x3b],
  [0x09],
  [0x0a],
  [0x0d],
  [0x0d, 0x0a],
  [0x5c],
  [0x7b],
  [0x7d],
  [0x5b],
  [0x5d],
  [0x3a],
  [0x3c],
  [0xff],
  [0xef, 0xbb, 0xbf],
  [0xff, 0xfe],
  [0xed, 0xa0, 0x80],
  [0xc3],
  [0x81, 0x30],
  [0x22, 0x22],
  [0x0a, 0x0a],
];

type Mutation = (bytes: Buffer, random: (bound: number) => number) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => replaced(bytes, random(bytes.length), 1, [random(256)]),
  (bytes, random) => replaced(bytes, random(bytes.length), 0, SPECIAL[random(SPECIAL.length)] as number[]),
  (bytes, random) => replaced(bytes, random(bytes.length), 1, SPECIAL[random(SPECIAL.length)] as number[]),
  (bytes, random) => replaced(bytes, random(bytes.length), 1 + random(8), []),
  (bytes, random) => bytes.subarray(0, random(bytes.length)),
  (bytes, random) => bytes.subarray(random(Math.min(bytes.length, 200))),
  (bytes, random) => {
    const from = random(bytes.length);
    const piece = bytes.subarray(from, from + 1 + random(40));
    return replaced(bytes, random(bytes.length), 0, [...piece]);
  },
  (bytes, random) => {
    const at = random(bytes.length);
    return replaced(bytes, at, 1, [(bytes[at] as number) ^ (1 << random(8))]);
  },
  (bytes, random) => {
    const lines = bytes.toString('latin1').split('\n');
    const [a, b] = [random(lines.length), random(lines.length)];
    [lines[a], lines[b]] = [lines[b] as string, lines[a] as string];
    return Buffer.from(lines.join('\n'), 'latin1');
  },
  (bytes, random) =>
    replaced(
      bytes,
      random(bytes.length),
      0,
      Array.from({ length: 1 + random(20) }, () => random(256)),
    ),
];

/** The bytes with one to four small damages. `random` gives whole numbers below a bound. */
export function mutated(bytes: Uint8Array, random: (bound: number) => number): Buffer {
  let result: Buffer = Buffer.from(bytes);
  for (let rounds = 1 + random(4); rounds > 0 && result.length > 0; rounds--) {
    result = (MUTATIONS[random(MUTATIONS.length)] as Mutation)(result, random);
  }
  return result;
}

function replaced(bytes: Buffer, at: number, length: number, by: readonly number[]): Buffer {
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(by), bytes.subarray(at + length)]);
}
