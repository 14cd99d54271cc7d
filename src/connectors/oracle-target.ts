import { createHash } from 'node:crypto';
import { CrmError } from '../errors.ts';
import { isSameReference, type TableIndex, type TableSchema } from '../model/table-schema.ts';
import type { LedgerEntry, TableEntry, TableTarget, TableWriter } from './connector.ts';
import { createTableSql, finishTableSql, referenceSql } from './oracle-ddl.ts';
import { isOracleError, oracleError } from './oracle-errors.ts';
import { LEDGER_TABLE, readSchema, readTables } from './oracle-schema.ts';
import { type OracleSession, quoteOracleName, textBind } from './oracle-session.ts';
import { OracleWriter } from './oracle-writer.ts';

const LEDGER = quoteOracleName(LEDGER_TABLE);
const OWNER = "SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')";
const NO_PARENT = 2298;

/** A schema of an Oracle database that tables are written to. */
export class OracleTarget implements TableTarget {
  readonly #session: OracleSession;
  readonly #nameBytes: number;
  readonly #open: () => Promise<OracleSession>;

  /** @param open makes further sessions */
  constructor(session: OracleSession, nameBytes: number, open: () => Promise<OracleSession>) {
    this.#session = session;
    this.#nameBytes = nameBytes;
    this.#open = open;
  }

  tables(): Promise<readonly TableEntry[]> {
    return readTables(this.#session);
  }

  schema(table: string): Promise<TableSchema> {
    return readSchema(this.#session, table);
  }

  plan(table: TableSchema): readonly string[] {
    const nameOf = ({ name }: TableIndex): string => shortened(name, this.#nameBytes);
    return [createTableSql(table), ...finishTableSql(table, null, nameOf)].map((sql) => `${sql};`);
  }

  async create(table: TableSchema): Promise<void> {
    const isThere = (await this.tables()).some(({ name }) => name === table.name);
    if (!isThere) await this.#session.do(createTableSql(table));
  }

  async finish(table: TableSchema): Promise<void> {
    const there = await this.schema(table.name);
    const taken = new Set(
      (await this.#session.rows(`SELECT INDEX_NAME FROM ALL_INDEXES WHERE OWNER = ${OWNER}`)).map(([name]) => name ?? ''),
    );
    const nameOf = ({ name }: TableIndex): string => this.#freeName(taken, table.name, name);
    for (const sql of finishTableSql(table, there, nameOf)) await this.#session.do(sql);
  }

  async connect(table: TableSchema): Promise<void> {
    const there = await this.schema(table.name);
    const rows = await this.#session.rows(`SELECT CONSTRAINT_NAME FROM ALL_CONSTRAINTS WHERE OWNER = ${OWNER}`);
    const taken = new Set(rows.map(([name]) => name ?? ''));
    for (const key of table.foreignKeys) {
      if (there.foreignKeys.some((one) => isSameReference(one, key))) continue;
      const isFree = key.name !== null && !taken.has(key.name) && Buffer.byteLength(key.name) <= this.#nameBytes && !/["\0]/.test(key.name);
      try {
        await this.#session.run(referenceSql(table, key, isFree));
      } catch (error) {
        if (!isOracleError(error, NO_PARENT)) throw oracleError(error, this.#session.label);
        throw new CrmError('INTEGRITY', `rows of ${table.name} point to rows of ${key.table} that are not there`, {
          hint: `copy ${key.table} too, or mend ${key.columns.join(', ')} at the source`,
        });
      }
      if (key.name !== null) taken.add(key.name);
    }
  }

  /** References between the tables, or of others to them, would forbid it: they rest meanwhile. */
  async truncate(tables: readonly TableSchema[]): Promise<void> {
    const resting: string[] = [];
    try {
      for (const { name } of tables) {
        const rows = await this.#session.rows(
          `SELECT r.TABLE_NAME, r.CONSTRAINT_NAME FROM ALL_CONSTRAINTS r JOIN ALL_CONSTRAINTS p ON p.OWNER = r.R_OWNER AND p.CONSTRAINT_NAME = r.R_CONSTRAINT_NAME WHERE r.CONSTRAINT_TYPE = 'R' AND r.STATUS = 'ENABLED' AND r.OWNER = ${OWNER} AND p.OWNER = ${OWNER} AND p.TABLE_NAME = :1`,
          [textBind(name)],
        );
        for (const [child, constraint] of rows) {
          if (!tables.some((one) => one.name === child)) continue;
          const place = `${quoteOracleName(child ?? '')} ENABLE CONSTRAINT ${quoteOracleName(constraint ?? '')}`;
          await this.#session.do(`ALTER TABLE ${place.replace('" ENABLE ', '" DISABLE ')}`);
          resting.push(`ALTER TABLE ${place}`);
        }
      }
      for (const { name } of tables) await this.#session.do(`TRUNCATE TABLE ${quoteOracleName(name)}`);
    } finally {
      for (const sql of resting) await this.#session.do(sql);
    }
  }

  async writer(): Promise<TableWriter> {
    if (!(await this.#hasLedger()))
      await this.#session.do(
        `CREATE TABLE ${LEDGER} (\n  "copy" VARCHAR2(191 CHAR) NOT NULL,\n  "tbl" VARCHAR2(191 CHAR) NOT NULL,\n  "part" NUMBER(19) NOT NULL,\n  "content" CLOB NOT NULL,\n  PRIMARY KEY ("copy", "tbl", "part")\n)`,
      );
    return new OracleWriter(await this.#open());
  }

  async ledger(copy: string): Promise<readonly LedgerEntry[]> {
    if (!(await this.#hasLedger())) return [];
    const rows = await this.#session.rows(`SELECT "tbl", "part", "content" FROM ${LEDGER} WHERE "copy" = :1 ORDER BY "tbl", "part"`, [
      textBind(copy),
    ]);
    return rows.map(([table, part, content]) => ({ copy, table: table ?? '', part: Number(part), content: content ?? '' }));
  }

  async forget(copy: string): Promise<void> {
    if (!(await this.#hasLedger())) return;
    await this.#session.do(`DELETE FROM ${LEDGER} WHERE "copy" = :1`, [textBind(copy)]);
    await this.#session.commit();
    const [row] = await this.#session.rows(`SELECT COUNT(*) FROM ${LEDGER}`);
    if (row?.[0] === '0') await this.#session.do(`DROP TABLE ${LEDGER} PURGE`);
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  async #hasLedger(): Promise<boolean> {
    const rows = await this.#session.rows(`SELECT TABLE_NAME FROM ALL_TABLES WHERE OWNER = ${OWNER} AND TABLE_NAME = :1`, [
      textBind(LEDGER_TABLE),
    ]);
    return rows.length > 0;
  }

  /** Names of indexes are those of the whole schema here. */
  #freeName(taken: Set<string>, table: string, name: string): string {
    const wanted = [shortened(name, this.#nameBytes), shortened(`${table}_${name}`, this.#nameBytes)].find((one) => !taken.has(one));
    if (wanted === undefined)
      throw new CrmError('ENGINE', `${this.#session.label} has something called ${name} already`, { hint: 'copy into an empty schema' });
    taken.add(wanted);
    return wanted;
  }
}

/** A name that the server can take: what is too long ends in a number of its own. */
function shortened(name: string, bytes: number): string {
  const plain = name.replace(/["\0]/g, '_');
  if (plain !== '' && Buffer.byteLength(plain) <= bytes) return plain;
  const mark = createHash('sha256').update(name).digest('hex').slice(0, 8);
  let cut = plain.slice(0, bytes - 9);
  while (Buffer.byteLength(cut) > bytes - 9) cut = cut.slice(0, -1);
  return `${cut.replace(/[\ud800-\udbff]$/, '')}_${mark}`;
}
