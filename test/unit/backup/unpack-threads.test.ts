import { deflateRawSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { UnpackThreads } from '../../../src/backup/unpack-threads.ts';

const LANES = 3;
const CONTENT_BYTES = 100_000;
const contents = Array.from({ length: 12 }, (_, turn) => Buffer.from(`${turn} `.repeat(CONTENT_BYTES)).subarray(0, CONTENT_BYTES - turn));

let threads: UnpackThreads | null = null;
afterEach(async () => {
  await threads?.close();
  threads = null;
});

function started(): UnpackThreads {
  threads = new UnpackThreads(LANES, { packed: 2 * CONTENT_BYTES, content: CONTENT_BYTES });
  return threads;
}

/** Puts bytes into a lane, a little behind its beginning, as behind the byte that says how a block is packed. */
function put(into: UnpackThreads, lane: number, packed: Buffer): Buffer {
  const room = into.room(lane);
  packed.copy(room, 1);
  return room.subarray(1, 1 + packed.length);
}

test('unpack what each lane holds, many times and side by side', async () => {
  const all = started();
  const work = async (lane: number): Promise<void> => {
    for (let turn = lane; turn < contents.length; turn += LANES) {
      const content = contents[turn] as Buffer;
      const unpacked = await all.unpack(lane, put(all, lane, deflateRawSync(content)), content.length);
      expect(unpacked?.equals(content), `block ${turn}`).toBe(true);
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, lane) => work(lane)));
});

test('say of what is no block, or one of another size, that it is none, and go on', async () => {
  const all = started();
  const content = contents[0] as Buffer;
  const packed = deflateRawSync(content);
  expect(await all.unpack(0, put(all, 0, packed), content.length - 1)).toBeNull();
  expect(await all.unpack(0, put(all, 0, packed), content.length + 1)).toBeNull();
  expect(await all.unpack(0, put(all, 0, packed.subarray(0, packed.length >> 1)), content.length)).toBeNull();
  expect(await all.unpack(1, put(all, 1, Buffer.alloc(1000, 0xff)), content.length)).toBeNull();
  expect(await all.unpack(1, put(all, 1, Buffer.alloc(0)), 0)).toBeNull();
  expect((await all.unpack(0, put(all, 0, packed), content.length))?.equals(content)).toBe(true);
});

test('never write beyond the room of a lane', async () => {
  threads = new UnpackThreads(1, { packed: 1000, content: 10 });
  expect(await threads.unpack(0, put(threads, 0, deflateRawSync(Buffer.alloc(5000))), 5000)).toBeNull();
});

test('that have ended let nobody wait', async () => {
  const all = started();
  const waiting = Array.from({ length: LANES }, (_, lane) =>
    all.unpack(lane, put(all, lane, deflateRawSync(contents[0] as Buffer)), CONTENT_BYTES),
  );
  const told = Promise.allSettled(waiting); // with a block, or with the error
  await all.close();
  await told;
  await expect(all.unpack(0, all.room(0).subarray(0, 1), 10)).rejects.toThrow('has ended');
});
