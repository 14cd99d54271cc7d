import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DIGEST_BYTES = 16;
const RECORD_BYTES = DIGEST_BYTES + 4;
const PARTITIONS = 256;
const DEFAULT_LIMIT = 250_000;

/** Digests that one side has more often than the other. */
export interface Leftovers {
  /** By digest in hexadecimal: above 0, the first side has so many more; below 0, the second. At most `kept` of each. */
  readonly counts: ReadonlyMap<string, number>;
  readonly missing: number;
  readonly extra: number;
}

/**
 * Counts digests of rows of two sides against each other. What does not cancel out soon goes to files by the beginning of the
 * digest, and is counted file by file at the end: memory stays bounded.
 */
export class DigestTally {
  readonly #limit: number;
  #counts = new Map<string, number>();
  #folder: string | null = null;

  constructor(limit = DEFAULT_LIMIT) {
    this.#limit = limit;
  }

  /** Counts a digest: 1 for the first side, -1 for the second. */
  add(digest: Buffer, count: 1 | -1): void {
    const name = digest.toString('hex', 0, DIGEST_BYTES);
    const sum = (this.#counts.get(name) ?? 0) + count;
    if (sum === 0) this.#counts.delete(name);
    else this.#counts.set(name, sum);
  }

  /** To be called now and then: puts away what is too much. */
  async relieve(): Promise<void> {
    if (this.#counts.size > this.#limit) await this.#spill();
  }

  /** What did not cancel out. */
  async leftovers(kept: number): Promise<Leftovers> {
    const result = { counts: new Map<string, number>(), missing: 0, extra: 0 };
    if (this.#folder === null) {
      collect(this.#counts, kept, result);
      return result;
    }
    await this.#spill();
    for (let partition = 0; partition < PARTITIONS; partition++) collect(await this.#partition(partition), kept, result);
    return result;
  }

  /** Removes the files. */
  async close(): Promise<void> {
    if (this.#folder !== null) await rm(this.#folder, { recursive: true, force: true });
    this.#folder = null;
  }

  async #spill(): Promise<void> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'crm-verify-'));
    const parts = new Map<number, Buffer[]>();
    for (const [name, count] of this.#counts) {
      const record = Buffer.alloc(RECORD_BYTES);
      record.write(name, 'hex');
      record.writeInt32LE(count, DIGEST_BYTES);
      const part = record[0] as number;
      const records = parts.get(part);
      if (records === undefined) parts.set(part, [record]);
      else records.push(record);
    }
    this.#counts = new Map();
    for (const [part, records] of parts) await appendFile(this.#path(part), Buffer.concat(records));
  }

  async #partition(partition: number): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    const content = await readFile(this.#path(partition)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    for (let at = 0; at < content.length; at += RECORD_BYTES) {
      const name = content.toString('hex', at, at + DIGEST_BYTES);
      const sum = (counts.get(name) ?? 0) + content.readInt32LE(at + DIGEST_BYTES);
      if (sum === 0) counts.delete(name);
      else counts.set(name, sum);
    }
    return counts;
  }

  #path(partition: number): string {
    return join(this.#folder ?? '', `${partition}.digests`);
  }
}

function collect(
  counts: ReadonlyMap<string, number>,
  kept: number,
  result: { counts: Map<string, number>; missing: number; extra: number },
): void {
  for (const [name, count] of counts) {
    const known = count > 0 ? result.missing : result.extra;
    if (known < kept) result.counts.set(name, count);
    if (count > 0) result.missing += count;
    else result.extra -= count;
  }
}
