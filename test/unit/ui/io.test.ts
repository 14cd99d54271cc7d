import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { flush, OutputClosedError, processIo, say, withEnvironment, write } from '../../../src/ui/io.ts';
import { capturedIo } from '../../support/captured-io.ts';

const failing = (code: string) =>
  new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error(code), { code }));
    },
  });

describe('write', () => {
  test('waits for a slow reader', async () => {
    const held: (() => void)[] = [];
    const slow = new Writable({ highWaterMark: 4, write: (_chunk, _encoding, done) => void held.push(done) });
    let resolved = false;
    const writing = write(slow, '123456').then(() => {
      resolved = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(resolved).toBe(false);
    held[0]?.();
    await writing;
    expect(resolved).toBe(true);
  });

  test.each(['EPIPE', 'ECONNRESET'])('tells a closed reader (%s) from a failure', async (code) => {
    const stream = failing(code);
    await write(stream, 'a').catch(() => undefined);
    await expect(flush(stream)).rejects.toBeInstanceOf(OutputClosedError);
    await expect(write(stream, 'b')).rejects.toBeInstanceOf(OutputClosedError);
  });

  test.each([
    ['ENOSPC', 'DISK_FULL'],
    ['EIO', 'OUTPUT_FAILED'],
  ])('reports %s as %s', async (code, expected) => {
    const stream = failing(code);
    await write(stream, 'a').catch(() => undefined);
    await expect(flush(stream)).rejects.toMatchObject({ code: expected });
  });

  test('a stream destroyed from outside counts as closed', async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
    stream.destroy();
    await expect(write(stream, 'a')).rejects.toBeInstanceOf(OutputClosedError);
  });

  test('talk never fails', async () => {
    const io = { ...capturedIo(), stderr: failing('EPIPE') };
    await say(io, 'one');
    await new Promise((resolve) => setImmediate(resolve));
    await expect(say(io, 'two')).resolves.toBeUndefined();
  });
});

describe('processIo', () => {
  test('knows the streams and a positive width', () => {
    const io = processIo();
    expect(io.stdout).toBe(process.stdout);
    expect(io.columns).toBeGreaterThan(0);
    expect(withEnvironment(io, { NO_COLOR: '1' }).env.NO_COLOR).toBe('1');
  });
});
