import { readFileSync } from 'node:fs';

/** The version of this program, as its package.json says. */
export function programVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** The oldest version of node that it runs on, as its package.json says: `20.19`. */
export function oldestNode(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { engines: { node: string } }).engines.node.replace(/^>=/, '');
}
