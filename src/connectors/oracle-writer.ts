import { type Column, type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import { type LedgerEntry, RefusedRows, type TableWriter, type WriteMode } from './connector.ts';
import { type CellForm, cellForm } from './oracle-cells.ts';
import { oracleError, refusalOf } from './oracle-errors.ts';
import { keyOrderOf } from './oracle-order.ts';
import { LEDGER_TABLE } from './oracle-schema.ts';
import { type BatchResult, type OracleSession, type OracleValue, quoteOracleName, textBind } from './oracle-session.ts';

const LEDGER = quoteOracleName(LEDGER_TABLE);

/** A column with how its values are written. */
interface Written {
  readonly column: Column;
  readonly form: CellForm;
}

/** Writes rows, many with one statement. */
export class OracleWriter implements TableWriter {
  readonly #session: OracleSession;

  constructor(session: OracleSession) {
    this.#session = session;
  }

  /** The server begins transactions by itself. */
  async begin(): Promise<void> {
    await this.#session.rollback();
  }

  async write(table: TableSchema, columns: readonly string[], rows: readonly Row[], mode: WriteMode): Promise<void> {
    if (rows.length === 0) return;
    const written = columns.map((name) => writtenOf(table, name));
    const values = encodeRows(rows, written);
    await this.#allOrNothing(columns, async () => {
      const places = rows.map((_row, at) => at);
      const missing = mode === 'upsert' ? await this.#update(table, written, values) : places;
      if (missing.length === 0) return;
      const marks = written.map(({ form }, i) => form.mark(`:${i + 1}`));
      const sql = `INSERT INTO ${quoteOracleName(table.name)} (${columns.map(quoteOracleName).join(', ')}) VALUES (${marks.join(', ')})`;
      const rest = missing.map((at) => values[at] as readonly OracleValue[]);
      this.#check(await this.#many(sql, written, rest), columns, missing);
    });
  }

  async remove(table: TableSchema, keys: readonly Row[]): Promise<void> {
    if (keys.length === 0) return;
    const names = rowKey(table);
    const orders = names.map((name) => keyOrderOf(writtenOf(table, name).column));
    const tests = orders.map(({ expression, mark }, i) => `${expression} = ${mark(`:${i + 1}`)}`);
    const rows = keys.map((key) => orders.map(({ bind }, i) => bind(key[i] ?? null).value));
    const forms = orders.map(({ bind }, i) => bind(keys[0]?.[i] ?? null).form);
    await this.#allOrNothing(names, async () => {
      const sql = `DELETE FROM ${quoteOracleName(table.name)} WHERE ${tests.join(' AND ')}`;
      const places = rows.map((_row, at) => at);
      this.#check(await this.#session.many(sql, { forms, rows }), names, places);
    });
  }

  async record({ copy, table, part, content }: LedgerEntry): Promise<void> {
    const place = [textBind(copy), textBind(table), textBind(String(part))];
    await this.#session.do(`DELETE FROM ${LEDGER} WHERE "copy" = :1 AND "tbl" = :2 AND "part" = TO_NUMBER(:3)`, place);
    await this.#session.do(`INSERT INTO ${LEDGER} ("copy", "tbl", "part", "content") VALUES (:1, :2, TO_NUMBER(:3), :4)`, [
      ...place,
      textBind(content),
    ]);
  }

  commit(): Promise<void> {
    return this.#session.commit();
  }

  rollback(): Promise<void> {
    return this.#session.rollback();
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  /** Replaces the rows whose key is there. @returns the places of the others */
  async #update(table: TableSchema, written: readonly Written[], values: readonly (readonly OracleValue[])[]): Promise<readonly number[]> {
    const key = rowKey(table);
    if (key.length === 0) return values.map((_row, at) => at);
    const isKey = ({ column }: Written): boolean => key.includes(column.name);
    const rest = written.filter((one) => !isKey(one));
    const set = rest.length > 0 ? rest : written.filter(isKey);
    const order = [...set, ...written.filter(isKey)];
    const places = order.map((one) => written.indexOf(one));
    const sides = order.map(({ column, form }, i) => `${quoteOracleName(column.name)} = ${form.mark(`:${i + 1}`)}`);
    const sql = `UPDATE ${quoteOracleName(table.name)} SET ${sides.slice(0, set.length).join(', ')} WHERE ${sides.slice(set.length).join(' AND ')}`;
    const rows = values.map((row) => places.map((place) => row[place] ?? null));
    const result = await this.#many(sql, order, rows);
    const all = rows.map((_row, at) => at);
    this.#check(
      result,
      written.map(({ column }) => column.name),
      all,
    );
    return all.filter((at) => result.counts[at] !== 1);
  }

  #many(sql: string, written: readonly Written[], rows: readonly (readonly OracleValue[])[]): Promise<BatchResult> {
    return this.#session.many(sql, { forms: written.map(({ form }) => form.form), rows });
  }

  /** @param places which rows of the call those of the statement are */
  #check({ errors }: BatchResult, columns: readonly string[], places: readonly number[]): void {
    const each = errors.map(({ at, error }) => {
      const refused = refusalOf(error, columns);
      if (refused === null) throw error;
      return { at: places[at] ?? at, reason: refused.reason, column: refused.column };
    });
    const [first] = each;
    if (first !== undefined) throw new RefusedRows(first.reason, first.column, undefined, each);
  }

  /** Carries out statements; when the server refuses a row, none of them. */
  async #allOrNothing(columns: readonly string[], work: () => Promise<void>): Promise<void> {
    await this.#session.do('SAVEPOINT crm_rows');
    try {
      await work();
    } catch (error) {
      const refused = error instanceof RefusedRows ? error : refusalOf(error, columns);
      if (refused === null) throw oracleError(error, this.#session.label);
      await this.#session.do('ROLLBACK TO SAVEPOINT crm_rows');
      throw refused;
    }
  }
}

function writtenOf(table: TableSchema, name: string): Written {
  const column = table.columns.find((one) => one.name === name);
  if (column === undefined) throw new Error(`${table.name} has no column ${name}`);
  return { column, form: cellForm(column) };
}

/** The rows as the driver takes them. @throws {RefusedRows} for all of them that hold something which would become another value */
function encodeRows(rows: readonly Row[], written: readonly Written[]): readonly (readonly OracleValue[])[] {
  const each: { at: number; reason: string; column: string | null }[] = [];
  const values = rows.map((row, at) => {
    try {
      return written.map(({ form }, i) => {
        const cell = row[i] ?? null;
        return cell === null ? null : form.encode(cell);
      });
    } catch (error) {
      if (!(error instanceof RefusedRows)) throw error;
      each.push({ at, reason: error.reason, column: error.column });
      return [];
    }
  });
  const [first] = each;
  if (first !== undefined) throw new RefusedRows(first.reason, first.column, undefined, each);
  return values;
}
