import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';

const CSV_PREFIX = /^csv:(?!\/\/)/i;
const NDJSON_PREFIX = /^ndjson:(?!\/\/)/i;
const SCHEME = /^[a-z][a-z0-9+.-]+:/i;

/** Whether an address is a folder of CSV files: `csv:DIR`, a folder that holds one, or a path that ends in `/`. */
export function isCsvFolder(address: string): boolean {
  if (CSV_PREFIX.test(address)) return true;
  return !SCHEME.test(address) && (/[/\\]$/.test(address) || holds(address, /\.csv$/i));
}

/** Whether an address is a folder of NDJSON files: `ndjson:DIR`, or a folder that holds one, and no CSV file. */
export function isNdjsonFolder(address: string): boolean {
  if (NDJSON_PREFIX.test(address)) return true;
  return !SCHEME.test(address) && holds(address, /\.(ndjson|jsonl)$/i) && !holds(address, /\.csv$/i);
}

/** The folder that such an address names. */
export function folderOf(address: string): string {
  return resolve(address.replace(CSV_PREFIX, '').replace(NDJSON_PREFIX, ''));
}

function holds(folder: string, names: RegExp): boolean {
  try {
    return readdirSync(folder).some((name) => names.test(name));
  } catch {
    return false; // no folder
  }
}
