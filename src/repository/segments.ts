import type { Engine } from '../engines/connection.ts';
import { CrmError } from '../errors.ts';
import { nearest } from '../model/nearest.ts';

/** A saved filter. */
export interface Segment {
  readonly name: string;
  readonly filter: string;
  readonly created_at: string;
}

/** Keeps a filter under a name, replacing an older one of that name. */
export async function saveSegment(engine: Engine, name: string, filter: string, now: string): Promise<void> {
  await engine.transaction((connection) => connection.upsert('segments', ['name'], [{ name, filter, created_at: now }]));
}

/** The filter of a segment. @throws {CrmError} NOT_FOUND, with the nearest name */
export async function getSegment(engine: Engine, name: string): Promise<string> {
  const [row] = await engine.all<{ filter: string }>('SELECT filter FROM segments WHERE name = ?', [name]);
  if (row !== undefined) return row.filter;
  const near = nearest(
    name,
    (await listSegments(engine)).map((segment) => segment.name),
  );
  throw new CrmError('NOT_FOUND', `there is no segment “${name}”`, {
    hint: near === undefined ? 'save one with: crm query FILTER --save NAME' : `did you mean “${near}”?`,
  });
}

/** All segments by name. */
export async function listSegments(engine: Engine): Promise<Segment[]> {
  return (await engine.all('SELECT name, filter, created_at FROM segments ORDER BY name')) as unknown as Segment[];
}
