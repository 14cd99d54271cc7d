import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { CrmError } from '../errors.ts';
import type { Connection, Engine } from './connection.ts';
import { type Migration, schemaFolder } from './migrator.ts';

/** What a version holds that the one below it cannot. */
interface Loss {
  /** In words: `decisions of people about duplicates`. */
  readonly what: string;
  readonly countSql: string;
}

/** The script that takes one schema version back. */
export interface DownScript {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  readonly losses: readonly Loss[];
}

/** Rows that are gone after a script. */
export interface LostRows {
  readonly version: number;
  readonly what: string;
  readonly count: number;
}

const LOSS = /^-- loses (?<what>[^:\n]+): (?<countSql>SELECT .+)$/gm;
const SUMS = 'down.sha256';

/**
 * The scripts that take schema versions back, in the order in which they are executed: the last version first.
 * @throws {CrmError} SCHEMA_EDITED when one is missing, or is not as it was when it was written (`down.sha256`)
 */
export function readDownScripts(
  engine: Engine,
  migrations: readonly Migration[],
  folder = schemaFolder(engine.schemaFolder),
): DownScript[] {
  const sums = existsSync(`${folder}/${SUMS}`) ? readFileSync(`${folder}/${SUMS}`, 'utf8') : '';
  const sumOf = new Map([...sums.matchAll(/^([0-9a-f]{64}) [ *](\S+)$/gm)].map(([, sum, file]) => [file, sum]));
  return [...migrations].reverse().map(({ version, name }) => {
    const file = `${String(version).padStart(4, '0')}-${name}.down.sql`;
    if (!existsSync(`${folder}/${file}`)) throw edited(`there is no ${file}, which takes schema version ${version} back`);
    const sql = readFileSync(`${folder}/${file}`, 'utf8').replaceAll('\r\n', '\n');
    if (createHash('sha256').update(sql).digest('hex') !== sumOf.get(file)) {
      throw edited(`schema file ${file} is not the one that belongs to this program (see ${SUMS})`);
    }
    const losses = [...sql.matchAll(LOSS)].map(({ groups }) => ({ what: groups?.what as string, countSql: groups?.countSql as string }));
    return { version, name, sql, losses };
  });
}

/** What a script would lose, counted; without what there is none of. */
export async function lostRows(reader: Pick<Connection, 'table'>, { version, losses }: DownScript): Promise<LostRows[]> {
  const lost: LostRows[] = [];
  for (const { what, countSql } of losses) {
    const count = Number((await reader.table(countSql)).rows[0]?.[0] ?? 0);
    if (count > 0) lost.push({ version, what, count });
  }
  return lost;
}

function edited(message: string): CrmError {
  return new CrmError('SCHEMA_EDITED', message, { hint: 'reinstall crm: its schema files were changed; the database was not' });
}
