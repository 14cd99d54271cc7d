import type { Snapshot } from '../connectors/connector.ts';
import { CrmError } from '../errors.ts';
import { checkInterruption } from '../interruption.ts';
import { type Cell, type Row, rowKey } from '../model/table-schema.ts';
import { cellAsText } from './cell-as-text.ts';
import { ROW_COLUMNS, type RowCondition } from './mapping-form.ts';
import type { CellPlace, FoundJoin, FoundTable } from './mapping-sources.ts';

const BATCH_ROWS = 1000;

/** Rows of joined tables by their key. */
type Lookup = ReadonlyMap<string, Row>;

/** The rows of a table of a mapping as NDJSON, one object with the names of its fields a line, and how many there are. */
export class MappedRows {
  rows = 0;
  readonly #snapshot: Snapshot;
  readonly #table: FoundTable;
  readonly #signal: AbortSignal | undefined;

  constructor(snapshot: Snapshot, table: FoundTable, signal?: AbortSignal) {
    this.#snapshot = snapshot;
    this.#table = table;
    this.#signal = signal;
  }

  /** @throws {CrmError} INPUT_AMBIGUOUS when several rows of a joined table have one key */
  async *chunks(): AsyncGenerator<Uint8Array> {
    const { schema, columns } = this.#table;
    const lookups: Lookup[] = [];
    for (const join of this.#table.joins) lookups.push(await this.#lookup(join));
    const ordered = rowKey(schema).length > 0;
    let read = 0;
    for await (const rows of this.#snapshot.read({ table: schema, columns, ordered, batch: BATCH_ROWS })) {
      checkInterruption(this.#signal);
      const lines: string[] = [];
      for (const row of rows) {
        read++;
        const line = this.#line(row, lookups, read);
        if (line !== null) lines.push(line);
      }
      this.rows += lines.length;
      if (lines.length > 0) yield Buffer.from(`${lines.join('\n')}\n`, 'utf8');
    }
  }

  async #lookup({ schema, columns, keys, join }: FoundJoin): Promise<Lookup> {
    const found = new Map<string, Row>();
    for await (const rows of this.#snapshot.read({ table: schema, columns, ordered: false, batch: BATCH_ROWS })) {
      checkInterruption(this.#signal);
      for (const row of rows) {
        const key = keyOf(keys.map(({ right }) => row[right] ?? null));
        if (key === null) continue;
        if (found.has(key)) {
          throw new CrmError(
            'INPUT_AMBIGUOUS',
            `${join.path}: several rows of ${schema.name} have the same ${join.on.map(({ right }) => right).join(', ')}`,
            {
              hint: 'join by columns that are different in each row of the joined table',
            },
          );
        }
        found.set(key, row);
      }
    }
    return found;
  }

  /** Null for a row that is not wanted, or says nothing. */
  #line(row: Row, lookups: readonly Lookup[], read: number): string | null {
    const { joins, fields, where, key, mapped } = this.#table;
    const rows: (Row | undefined)[] = [row];
    const cellAt = ({ table, at }: CellPlace): Cell => rows[table]?.[at] ?? null;
    for (const [index, { keys }] of joins.entries()) {
      const wanted = keyOf(keys.map(({ left }) => cellAt(left)));
      rows.push(wanted === null ? undefined : lookups[index]?.get(wanted));
    }
    if (!where.every(({ place, test }) => fits(cellAt(place), test))) return null;
    const record: Record<string, string | null> = {
      [ROW_COLUMNS[0]]: mapped.table,
      [ROW_COLUMNS[1]]:
        key.length === 0 ? `row ${read}` : key.map(({ name, at }) => `${name}=${cellAsText(row[at] ?? null) ?? ''}`).join(', '),
    };
    let isEmpty = true;
    for (const { target, from, constant, isMoney } of fields) {
      const text = constant ?? joined(from.map((place) => cellAsText(cellAt(place), isMoney)));
      if (constant === null && text !== null && text.trim() !== '') isEmpty = false;
      record[target] = text;
    }
    return isEmpty ? null : JSON.stringify(record);
  }
}

/** Null where no part says anything. */
function joined(parts: readonly (string | null)[]): string | null {
  if (parts.length === 1) return parts[0] ?? null;
  const said = parts.filter((part) => part !== null && part.trim() !== '');
  return said.length === 0 ? null : said.join(' ');
}

/** Compares as texts, so that a number equals its digits; null where a part is NULL: that equals nothing. */
function keyOf(cells: readonly Cell[]): string | null {
  const texts = cells.map((cell) => cellAsText(cell));
  return texts.includes(null) ? null : JSON.stringify(texts);
}

function fits(cell: Cell, { test, value }: RowCondition): boolean {
  const text = cellAsText(cell) ?? '';
  if (test === 'empty') return text.trim() === '';
  if (test === 'not empty') return text.trim() !== '';
  const isEqual = text === value || (typeof cell === 'boolean' && value === (cell ? '1' : '0'));
  return test === 'equals' ? isEqual : !isEqual;
}
