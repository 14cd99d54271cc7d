import { type CassandraLink, inParallel, quotedName } from './cassandra-client.ts';
import { type BoundKey, type CassandraLayout, LEDGER_TABLE, UNDO_TABLE } from './cassandra-layout.ts';
import type { LedgerEntry } from './connector.ts';

interface UndoNote {
  readonly tbl: string;
  readonly part: string;
  readonly chunk: number;
  /** Texts of the keys that were not there before. */
  readonly keys: string;
  readonly copy: string | null;
  /** The last entry of the ledger that says that the part is complete. */
  readonly entry: string | null;
}

/** Brings the key of a row, as the text of each of its values, back to what is bound. */
export type KeyReader = (texts: readonly string[]) => BoundKey;

/**
 * Stands in for transactions. Before rows are added, their keys are noted in `_crm_undo`; the note goes when the entry of the ledger
 * is there. A note that was left behind tells what to take back.
 */
export class CassandraUndo {
  readonly #link: CassandraLink;
  readonly #name: string;
  readonly #cleared = new Set<string>();
  #part: string | null = null;
  #notes: { readonly layout: CassandraLayout; readonly note: UndoNote; readonly readKey: KeyReader }[] = [];

  constructor(link: CassandraLink) {
    this.#link = link;
    this.#name = `${quotedName(link.keyspace)}.${quotedName(UNDO_TABLE)}`;
  }

  /** The statements that make what is needed. */
  static tables(keyspace: string): readonly string[] {
    const at = (name: string): string => `CREATE TABLE IF NOT EXISTS ${quotedName(keyspace)}.${quotedName(name)}`;
    return [
      `${at(LEDGER_TABLE)} ("copy" text, "tbl" text, "part" int, "content" text, PRIMARY KEY (("copy"), "tbl", "part"))`,
      `${at(UNDO_TABLE)} ("tbl" text, "part" text, "chunk" int, "keys" text, "copy" text, "entry" text, PRIMARY KEY (("tbl"), "part", "chunk"))`,
    ];
  }

  /** Takes back what a writer that was broken off has added to a table; once for each writer. */
  async clear(layout: CassandraLayout, readKey: KeyReader): Promise<void> {
    const { name } = layout.schema;
    if (this.#cleared.has(name)) return;
    this.#cleared.add(name);
    const rows = await this.#link.run(`SELECT "tbl", "part", "chunk", "keys", "copy", "entry" FROM ${this.#name} WHERE "tbl" = ?`, [name]);
    for (const note of rows as unknown as readonly UndoNote[]) await this.#takeBack(layout, note, readKey);
  }

  /** Notes rows that are about to be added. */
  async note(layout: CassandraLayout, keys: readonly (readonly string[])[], readKey: KeyReader): Promise<void> {
    this.#part ??= String(this.#link.driver.types.TimeUuid.now());
    const note: UndoNote = {
      tbl: layout.schema.name,
      part: this.#part,
      chunk: this.#notes.length,
      keys: JSON.stringify(keys),
      copy: null,
      entry: null,
    };
    this.#notes.push({ layout, note, readKey });
    await this.#save(note);
  }

  /** The part is complete as soon as its entries are in the ledger. */
  async complete(entries: readonly LedgerEntry[]): Promise<void> {
    const last = entries.at(-1);
    const notes = this.#notes;
    if (last !== undefined) {
      const entry = JSON.stringify([last.copy, last.table, last.part]);
      for (const { note } of notes) await this.#save({ ...note, copy: last.copy, entry });
    }
    const ledger = `${quotedName(this.#link.keyspace)}.${quotedName(LEDGER_TABLE)}`;
    for (const { copy, table, part, content } of entries) {
      await this.#link.run(`INSERT INTO ${ledger} ("copy", "tbl", "part", "content") VALUES (?, ?, ?, ?)`, [copy, table, part, content]);
    }
    for (const { note } of notes) await this.#remove(note);
    this.#notes = [];
    this.#part = null;
  }

  /** Takes back what was noted since the last part. */
  async rollback(): Promise<void> {
    const notes = this.#notes;
    this.#notes = [];
    this.#part = null;
    for (const { layout, note, readKey } of notes) await this.#takeBack(layout, note, readKey);
  }

  /** Of a copy that is complete nothing is taken back: what it noted goes before its ledger. */
  async forget(copy: string): Promise<void> {
    const rows = await this.#link.run(`SELECT "tbl", "part", "chunk", "copy" FROM ${this.#name}`);
    for (const note of rows as unknown as readonly UndoNote[]) if (note.copy === copy) await this.#remove(note);
  }

  async #takeBack(layout: CassandraLayout, note: UndoNote, readKey: KeyReader): Promise<void> {
    if (!(await this.#isComplete(note))) {
      const keys = JSON.parse(note.keys) as readonly (readonly string[])[];
      await inParallel(keys, (key) => this.#link.run(`DELETE FROM ${layout.cqlName} WHERE ${layout.keyTest}`, readKey(key)));
    }
    await this.#remove(note);
  }

  async #isComplete({ entry }: UndoNote): Promise<boolean> {
    if (entry === null) return false;
    const ledger = `${quotedName(this.#link.keyspace)}.${quotedName(LEDGER_TABLE)}`;
    const cql = `SELECT "part" FROM ${ledger} WHERE "copy" = ? AND "tbl" = ? AND "part" = ?`;
    return (await this.#link.run(cql, JSON.parse(entry) as unknown[])).length > 0;
  }

  async #save({ tbl, part, chunk, keys, copy, entry }: UndoNote): Promise<void> {
    const names = '"tbl", "part", "chunk", "keys", "copy", "entry"';
    await this.#link.run(`INSERT INTO ${this.#name} (${names}) VALUES (?, ?, ?, ?, ?, ?)`, [tbl, part, chunk, keys, copy, entry]);
  }

  async #remove({ tbl, part, chunk }: UndoNote): Promise<void> {
    await this.#link.run(`DELETE FROM ${this.#name} WHERE "tbl" = ? AND "part" = ? AND "chunk" = ?`, [tbl, part, chunk]);
  }
}
