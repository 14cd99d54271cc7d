import type { Column, Row } from '../model/table-schema.ts';
import { quoteMysqlName } from './mysql-session.ts';
import { type ValueWriter, valueWriter } from './mysql-literal.ts';

/** Signs of a piece that is sent at once. */
const PIECE = 128 * 1024;
const SPECIAL = /[\\\t\n\0]/;

/** Rows as `LOAD DATA LOCAL` takes them, and the statement for it. */
export interface LoadStatement {
  readonly sql: string;
  readonly pieces: readonly Buffer[];
}

/** Makes what loads rows. @throws {RefusedRows} when the server would store another value without telling */
export function loadStatement(table: string, columns: readonly Column[], rows: readonly Row[]): LoadStatement {
  const writers = columns.map(({ type }) => valueWriter(type));
  const fields = columns.map(({ name }, i) => (isComputed(writers[i]) ? `@v${i}` : quoteMysqlName(name)));
  const computed = columns.flatMap(({ name }, i) => computedSql(writers[i] as ValueWriter, quoteMysqlName(name), `@v${i}`));
  const set = computed.length > 0 ? ` SET ${computed.join(', ')}` : '';
  return {
    sql: `LOAD DATA LOCAL INFILE 'rows' INTO TABLE ${quoteMysqlName(table)} CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' (${fields.join(',')})${set}`,
    pieces: piecesOf(rows, columns, writers),
  };
}

function piecesOf(rows: readonly Row[], columns: readonly Column[], writers: readonly ValueWriter[]): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let piece = '';
  for (const row of rows) {
    for (let i = 0; i < writers.length; i++) {
      const cell = row[i] ?? null;
      const { form, write } = writers[i] as ValueWriter;
      if (i > 0) piece += '\t';
      if (cell === null) piece += '\\N';
      else piece += form === 'text' ? escaped(write(cell, (columns[i] as Column).name)) : write(cell, (columns[i] as Column).name);
    }
    piece += '\n';
    if (piece.length >= PIECE) {
      pieces.push(Buffer.from(piece));
      piece = '';
    }
  }
  if (piece !== '') pieces.push(Buffer.from(piece));
  return pieces;
}

function escaped(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\0', '\\0');
}

function isComputed(writer: ValueWriter | undefined): boolean {
  return writer?.form === 'hex' || writer?.form === 'bits';
}

function computedSql({ form }: ValueWriter, name: string, variable: string): readonly string[] {
  if (form === 'hex') return [`${name} = UNHEX(${variable})`];
  return form === 'bits' ? [`${name} = CAST(CONV(${variable}, 2, 10) AS UNSIGNED)`] : [];
}
