import { randomBytes } from 'node:crypto';
import { CrmError } from '../errors.ts';
import type { KeyWrapping } from './repository-keys.ts';
import { sha256 } from './repository-keys.ts';

/** What a repository is: its config file, which never changes but for the passphrase. */
export interface RepositoryConfig {
  readonly format: 1;
  /** Random, hexadecimal. */
  readonly id: string;
  /** ISO-8601 UTC. */
  readonly created: string;
  /** Size of a chunk; the last one of an image may be smaller. */
  readonly chunkBytes: number;
  /** Null where the repository is not encrypted. */
  readonly encryption: KeyWrapping | null;
}

/** The smallest page that SQLite uses by default, so that any change of a page changes few chunks. */
const CHUNK_BYTES = 4096;

/** A config for a new repository. */
export function newConfig(now: Date, encryption: KeyWrapping | null): RepositoryConfig {
  return { format: 1, id: randomBytes(16).toString('hex'), created: now.toISOString(), chunkBytes: CHUNK_BYTES, encryption };
}

/** A config as bytes: one line of JSON, one line with its SHA-256. */
export function encodeConfig(config: RepositoryConfig): Buffer {
  const json = JSON.stringify(config);
  return Buffer.from(`${json}\n${sha256(Buffer.from(json))}\n`);
}

/** Reads a config; null where it is damaged. @throws {CrmError} USAGE when it is of a later format */
export function decodeConfig(bytes: Buffer): RepositoryConfig | null {
  const [json = '', ...rest] = bytes.toString('utf8').split('\n');
  const isWhole = rest.length === 2 && rest[1] === '' && rest[0] === sha256(Buffer.from(json));
  // Bytes that are no text would have become others.
  if (!isWhole || !Buffer.from(`${json}\n${rest[0]}\n`).equals(bytes)) return null;
  const config = JSON.parse(json) as RepositoryConfig;
  if (config.format === 1) return config;
  throw new CrmError('USAGE', `the backup repository has format ${String(config.format)}, which this program does not know`, {
    hint: 'use the program that made it, or a newer one',
  });
}
