/**
 * Thread that indexes words into a side file for SqliteWordIndexBuilder. A number says up to where the file of waiting
 * words may be read, null ends the work; it answers null when all is done, or what went wrong.
 */
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { PackedTexts } from '../model/packed-texts.ts';
import type { PackedWords } from './connection.ts';
import type { PassingSecret } from './passing-secret.ts';
import { unlockRaw } from './sqlite-cipher.ts';
import { WordsSpool } from './words-spool.ts';

const port = parentPort;
if (port === null) throw new Error('runs as a thread only');

interface WorkerData {
  readonly path: string;
  /** Of the side file, null where it is not encrypted. */
  readonly key: Uint8Array | null;
  readonly spoolPath: string;
  readonly secret: PassingSecret | null;
  /** Makes the index as the schema of the main file has it. */
  readonly sql: string;
}

const { path, key, spoolPath, secret, sql } = workerData as WorkerData;
const db = new Database(path);
if (key !== null) unlockRaw(db, Buffer.from(key));
db.pragma('journal_mode = OFF');
db.pragma('synchronous = OFF');
db.pragma('cache_size = -16384');
db.exec(
  `${sql};
   INSERT INTO customer_search (customer_search, rank) VALUES ('automerge', 0), ('crisismerge', 1000);
   BEGIN`,
);
const insert = db.prepare('INSERT INTO customer_search (rowid, words) VALUES (?, ?)');
const remove = db.prepare('DELETE FROM customer_search WHERE rowid = ?');

let isMerged = false;
const spool = new WordsSpool(spoolPath, 'r', secret);

port.on('message', (end: number | null) => {
  try {
    if (end !== null) {
      for (const batch of spool.read(end)) take(batch);
      if (!isMerged) merge();
    } else {
      db.exec('COMMIT');
      db.close();
      spool.close();
      port.postMessage(null);
    }
  } catch (error) {
    // The driver's errors are no plain Error objects: they would lose their text on the way.
    port.postMessage({ code: (error as { code?: string }).code ?? '', message: (error as Error).message });
  }
});

/** Merges the index once, after the great load: while that comes in, every merge would be done again later. */
function merge(): void {
  db.exec(
    `INSERT INTO customer_search (customer_search) VALUES ('optimize');
     INSERT INTO customer_search (customer_search, rank) VALUES ('automerge', 4), ('crisismerge', 16)`,
  );
  isMerged = true;
}

function take(batch: PackedWords): void {
  const texts = new PackedTexts(batch.texts);
  for (let i = 0; i < batch.ids.length; i++) {
    const id = batch.ids[i] as number;
    if (id === 0) continue;
    if (batch.replace) remove.run(id);
    const words = texts.text(i);
    if (words !== null && words !== '') insert.run(id, words);
  }
}
