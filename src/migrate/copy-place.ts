import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { CrmError, redactUrl } from '../errors.ts';
import { isUrl } from '../model/url.ts';
import type { CopyMode } from './copy-options.ts';

const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  'postgres:': '5432',
  'mysql:': '3306',
  'oracle:': '1521',
  'mssql:': '1433',
  'redis:': '6379',
  'mongodb:': '27017',
  'cassandra:': '9042',
};
const SCHEMES: Readonly<Record<string, string>> = { 'postgresql:': 'postgres:', 'mariadb:': 'mysql:', 'sqlserver:': 'mssql:' };

/** Whether two addresses lead to one place. */
export function isSamePlace(a: string, b: string): boolean {
  return placeOf(a) === placeOf(b);
}

/** @throws {CrmError} USAGE when both addresses lead to one place */
export function refuseSamePlace(from: string, to: string): void {
  if (!isSamePlace(from, to)) return;
  throw new CrmError('USAGE', `${redactUrl(from)} and ${redactUrl(to)} are the same place`, { hint: 'name another place to copy to' });
}

/** Names a copy: the same for the same request, whoever makes it; without passwords. */
export function copyId(request: {
  readonly from: string;
  readonly to: string;
  readonly mode: CopyMode;
  readonly tables: readonly string[];
  readonly since: { readonly column: string; readonly value: string } | null;
}): string {
  const { from, to, mode, tables, since } = request;
  const words = [placeOf(from), placeOf(to), mode, [...tables].sort(), since === null ? null : [since.column, since.value]];
  return createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 32);
}

/** Where an address leads, said in one way; without user and password. */
function placeOf(address: string): string {
  const path = address.replace(/^(sqlite|file|csv|ndjson|xlsx|excel):(\/\/)?/i, '');
  if (!isUrl(path)) return realPath(resolve(path));
  try {
    const url = new URL(address);
    const scheme = SCHEMES[url.protocol] ?? url.protocol;
    const host = url.hostname === 'localhost' ? '127.0.0.1' : url.hostname;
    url.searchParams.sort();
    return `${scheme}//${host}:${url.port || (DEFAULT_PORTS[scheme] ?? '')}${url.pathname}?${url.searchParams}`;
  } catch {
    return redactUrl(address);
  }
}

/** Of what does not exist yet, too: its folder may be a link. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realPath(folder), basename(path));
  }
}
