import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { sqliteError } from '../../../src/engines/sqlite-errors.ts';

it.each(['SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT', 'SQLITE_LOCKED', 'SQLITE_PROTOCOL'])('%s means that another one has the file', (code) => {
  const error = sqliteError(new Database.SqliteError('locking protocol', code), 'crm.db');
  expect(error).toMatchObject({ code: 'BUSY', exitCode: 11, message: 'another run is writing to crm.db' });
});

it('what nobody expects is told as it came', () => {
  const error = sqliteError(new Database.SqliteError('no such table: t', 'SQLITE_ERROR'), 'crm.db');
  expect(error).toMatchObject({ code: 'INTERNAL', message: 'SQLite: no such table: t (SQLITE_ERROR)' });
});
