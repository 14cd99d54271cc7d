import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { CrmError } from '../errors.ts';
import { bareColumn, type Column, type Row, type TableSchema } from '../model/table-schema.ts';

/** The longest record that is read or written: what a text in memory can hold. */
export const MAX_RECORD_BYTES = 256 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;

/** A reader that is given the bytes of a file. */
interface Pushed {
  push(chunk: Uint8Array): void;
  end(): void;
}

/**
 * The rows that a reader makes of a file, piece by piece.
 * @param open makes the reader, which adds to the rows it is given
 * @throws {CrmError} what the reader throws, with the name of the file; INPUT_MISSING, INPUT_UNREADABLE
 */
export async function* pushedRows(path: string, open: (found: Row[]) => Pushed): AsyncGenerator<readonly Row[]> {
  const found: Row[] = [];
  const reader = open(found);
  const take = (work: () => void): readonly Row[] => {
    try {
      work();
    } catch (error) {
      throw inFile(error, path);
    }
    return found.splice(0);
  };
  const stream = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const chunks = stream[Symbol.asyncIterator]();
  try {
    for (let next = await nextChunk(chunks, path); next !== null; next = await nextChunk(chunks, path)) {
      const chunk = next;
      const rows = take(() => reader.push(chunk));
      if (rows.length > 0) yield rows;
    }
    const last = take(() => reader.end());
    if (last.length > 0) yield last;
  } finally {
    stream.destroy();
  }
}

/** A record of a file that is none. */
export function badRecord(line: number, reason: string): CrmError {
  return new CrmError('INPUT_UNREADABLE', `line ${line}: ${reason}`, {
    hint: 'mend that line: a table is read whole or not at all',
    details: { line },
  });
}

/** A table of which nothing is known but the names and types of its columns. */
export function bareTable(name: string, columns: readonly Pick<Column, 'name' | 'type'>[]): TableSchema {
  return {
    name,
    columns: columns.map(({ name: column, type }) => bareColumn(column, type)),
    primaryKey: [],
    indexes: [],
    foreignKeys: [],
    comment: null,
  };
}

/** Checks the names that a file gives to its columns. @throws {CrmError} INPUT_NO_HEADER when one is absent or there twice */
export function checkColumnNames(names: readonly string[], line: number): void {
  const nameless = names.indexOf('');
  const twice = names.findIndex((name, index) => names.indexOf(name) < index);
  if (nameless < 0 && twice < 0) return;
  const reason = nameless >= 0 ? `column ${nameless + 1} has no name` : `column ${twice + 1} has the name of another one`;
  throw new CrmError('INPUT_NO_HEADER', `line ${line}: ${reason}`, {
    hint: 'the first line must give each column a name of its own',
    details: { line },
  });
}

async function nextChunk(chunks: AsyncIterator<unknown>, path: string): Promise<Uint8Array | null> {
  try {
    const { done, value } = await chunks.next();
    return done === true ? null : (value as Uint8Array);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new CrmError(isMissing ? 'INPUT_MISSING' : 'INPUT_UNREADABLE', `${path} ${isMissing ? 'does not exist' : 'cannot be read'}`, {
      cause: error,
      hint: 'every table of the folder needs its file: bring it back, or take the table out of _schema.json',
    });
  }
}

function encodingHint(path: string): string {
  if (!/\.csv$/i.test(path)) return 'write the file anew in UTF-8';
  return `a folder holds UTF-8 only; this makes a file of it to put in its place: crm inspect ${path} --to-csv NEW.csv`;
}

function inFile(error: unknown, path: string): unknown {
  if (!(error instanceof CrmError)) return error;
  const hint = error.code === 'INPUT_UNDECODABLE' ? encodingHint(path) : error.hint;
  return new CrmError(error.code, `${basename(path)}: ${error.message}`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
    ...(error.details === undefined ? {} : { details: error.details }),
  });
}
