/** Thread that indexes words into a side file for SqliteWordIndexBuilder; one message a batch, null ends the work. */
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { PackedWords } from './connection.ts';

const port = parentPort;
if (port === null) throw new Error('runs as a thread only');

const db = new Database((workerData as { path: string }).path);
db.pragma('journal_mode = OFF');
db.pragma('synchronous = OFF');
db.pragma('cache_size = -16384');
db.exec(
  `CREATE VIRTUAL TABLE customer_search USING fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
   BEGIN`,
);
const insert = db.prepare('INSERT INTO customer_search (rowid, words) VALUES (?, ?)');
const remove = db.prepare('DELETE FROM customer_search WHERE rowid = ?');

port.on('message', (batch: PackedWords | null) => {
  try {
    take(batch);
    port.postMessage(null);
  } catch (error) {
    // The driver's errors are no plain Error objects: they would lose their text on the way.
    port.postMessage({ code: (error as { code?: string }).code ?? '', message: (error as Error).message });
  }
});

function take(batch: PackedWords | null): void {
  if (batch === null) {
    db.exec('COMMIT');
    db.close();
    return;
  }
  let start = 0;
  for (let i = 0; i < batch.ids.length; i++) {
    const end = batch.ends[i] as number;
    if (batch.replace) remove.run(batch.ids[i]);
    if (end > start && batch.ids[i] !== 0) insert.run(batch.ids[i], batch.text.slice(start, end));
    start = end;
  }
}
