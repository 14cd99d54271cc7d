import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { formatOfInput, lookInto, openInput, openInputs, readInput } from '../../../src/import/local-input.ts';
import { spoolInput } from '../../../src/import/spooled-input.ts';
import { tempDir } from '../../support/temp-dir.ts';

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
const spools = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith(`crm-input-${process.pid}-`));

async function contentOf(path: string): Promise<{ text: string; sha256: string; bytes: number; localPath: string }> {
  const { file, dispose } = await openInput(path);
  const chunks: Buffer[] = [];
  const { sha256: hash, bytes } = await readInput(file, async (chunk) => void chunks.push(Buffer.from(chunk)));
  dispose();
  dispose();
  return { text: Buffer.concat(chunks).toString(), sha256: hash, bytes, localPath: file.localPath };
}

describe('openInput', () => {
  const folder = tempDir();
  const put = (name: string, bytes: Uint8Array | string): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };

  test('reads a plain file where it is', async () => {
    const path = put('people.csv', 'name\nAda\n');
    expect(await contentOf(path)).toEqual({ text: 'name\nAda\n', sha256: sha256('name\nAda\n'), bytes: 9, localPath: path });
  });

  test.each<readonly [name: string, packed: Uint8Array]>([
    ['people.csv.gz', gzipSync('name\nAda\n')],
    ['people.csv', gzipSync('name\nAda\n')],
    ['two members.gz', Buffer.concat([gzipSync('name\n'), gzipSync('Ada\n')])],
    ['padded.gz', Buffer.concat([gzipSync('name\nAda\n'), Buffer.alloc(512)])],
    ['much padded.gz', Buffer.concat([gzipSync('name\nAda\n'), Buffer.alloc(1_000_000)])],
  ])('unpacks %s, whatever its name is', async (name, packed) => {
    const path = put(name, packed);
    const content = await contentOf(path);
    expect(content).toMatchObject({ text: 'name\nAda\n', sha256: sha256(packed), bytes: packed.length });
    expect(content.localPath).not.toBe(path);
    expect(existsSync(content.localPath)).toBe(false);
  });

  test('the temporary file is for the user only', async () => {
    const { file, dispose } = await openInput(put('people.csv.gz', gzipSync('name\n')));
    expect(statSync(file.localPath).mode & 0o777).toBe(0o600);
    expect(file).toMatchObject({ localBytes: 5, label: join(folder, 'people.csv.gz') });
    dispose();
    expect(spools()).toEqual([]);
  });

  test('tells how far it is in bytes of the file as it is stored', async () => {
    const packed = gzipSync('x'.repeat(1_000_000));
    const { file, dispose } = await openInput(put('large.gz', packed));
    const seen: number[] = [];
    await readInput(file, async (_, soFar) => void seen.push(soFar));
    dispose();
    expect(seen.at(-1)).toBe(packed.length);
    expect(seen.every((bytes, i) => bytes <= packed.length && bytes >= (seen[i - 1] ?? 0))).toBe(true);
  });

  test.each<readonly [name: string, packed: () => Buffer, says: RegExp]>([
    ['cut off', () => gzipSync('name\nAda\n'.repeat(100)).subarray(0, 30), /gzip file that ends too early/],
    ['only its first bytes', () => gzipSync('x').subarray(0, 3), /ends too early/],
    [
      'damaged',
      () => {
        const packed = gzipSync('name\nAda\n');
        packed[10] = 7;
        return packed;
      },
      /damaged gzip file/,
    ],
    [
      'a wrong checksum',
      () => {
        const packed = gzipSync('name\nAda\n');
        packed[packed.length - 6] = (packed[packed.length - 6] as number) ^ 1;
        return packed;
      },
      /damaged gzip file/,
    ],
    [
      'something behind its padding',
      () => Buffer.concat([gzipSync('name\n'), Buffer.alloc(600_000), Buffer.from('hello')]),
      /damaged gzip file/,
    ],
    ['something behind it', () => Buffer.concat([gzipSync('name\n'), Buffer.from('hello')]), /damaged gzip file/],
  ])('refuses a gzip that is broken: %s', async (_name, packed, says) => {
    const path = put('broken.csv.gz', packed());
    await expect(openInput(path)).rejects.toThrow(
      expect.objectContaining({ code: 'INPUT_UNREADABLE', message: expect.stringMatching(says) }),
    );
    expect(spools()).toEqual([]);
  });

  test('reads a named pipe', async () => {
    const path = join(folder, 'pipe');
    spawnSync('mkfifo', [path]);
    const writer = spawn('sh', ['-c', `printf 'name\\nAda\\n' > '${path}'`]);
    expect(await contentOf(path)).toMatchObject({ text: 'name\nAda\n', sha256: sha256('name\nAda\n') });
    writer.kill();
  });

  test('all or none', async () => {
    const good = put('good.csv.gz', gzipSync('name\n'));
    await expect(openInputs([good, join(folder, 'missing.csv')])).rejects.toThrow(expect.objectContaining({ code: 'INPUT_MISSING' }));
    await expect(openInputs([good, put('bad.gz', gzipSync('name\n').subarray(0, 8))])).rejects.toThrow(
      expect.objectContaining({ code: 'INPUT_UNREADABLE' }),
    );
    expect(spools()).toEqual([]);
  });

  test('an interruption leaves nothing behind', async () => {
    const controller = new AbortController();
    const endless = async function* (): AsyncIterable<Uint8Array> {
      for (let i = 0; ; i++) {
        if (i === 3) controller.abort();
        yield Buffer.alloc(1000, 'x');
        await new Promise((resolve) => setImmediate(resolve));
        if (controller.signal.aborted) throw controller.signal.reason;
      }
    };
    await expect(spoolInput(endless(), 'standard input', () => false, controller.signal)).rejects.toThrow(
      expect.objectContaining({ code: 'INTERRUPTED' }),
    );
    expect(spools()).toEqual([]);
  });

  test('a full disk is told as such', async () => {
    const full = async function* (): AsyncIterable<Uint8Array> {
      yield Buffer.from('name\n');
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
    };
    await expect(spoolInput(full(), 'standard input', () => false)).rejects.toThrow(
      expect.objectContaining({ code: 'DISK_FULL', exitCode: 15 }),
    );
  });

  test('what killed processes have left is removed', async () => {
    const gone = spawn('true');
    await new Promise((resolve) => gone.on('exit', resolve));
    const left = join(tmpdir(), `crm-input-${gone.pid}-0011`);
    writeFileSync(left, 'x');
    (await openInput(put('people.csv.gz', gzipSync('name\n')))).dispose();
    expect(existsSync(left)).toBe(false);
  });
});

describe('looking into an input', () => {
  test('anywhere, as far as it goes', async () => {
    const path = join(tempDir(), 'people.csv');
    writeFileSync(path, '0123456789');
    const { file } = await openInput(path);
    expect(
      lookInto(file, (source) => [source.sizeBytes, Buffer.from(source.read(3, 4)).toString(), Buffer.from(source.read(8, 9)).toString()]),
    ).toEqual([10, '3456', '89']);
    expect(readFileSync(path, 'utf8')).toBe('0123456789');
  });

  test('an error names the file', async () => {
    const path = join(tempDir(), 'people.xls');
    writeFileSync(path, '<html><table>');
    const { file } = await openInput(path);
    expect(() => formatOfInput(file)).toThrow(expect.objectContaining({ code: 'INPUT_NOT_TEXT', message: expect.stringContaining(path) }));
  });
});
