/**
 * Archiving at size: imports generated people with orders and interactions, moves a tenth of them, brings them back, and compares the
 * exports before and after. Used by run.mjs.
 */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { runOnce } from './measure.mjs';

/** Orders of every third person, and interactions of every fifth, by their external ids. */
function writeChildren(rows) {
  const day = (n) => `20${String(10 + (n % 15)).padStart(2, '0')}-0${1 + (n % 9)}-1${n % 10}`;
  const id = (n) => `R${String(n).padStart(8, '0')}`;
  const orders = ['customer_id,number,ordered_at,total'];
  const calls = ['customer_id,id,kind,occurred_at,subject'];
  for (let n = 3; n <= rows; n += 3) orders.push(`${id(n)},O-${n},${day(n)},${n % 500}.50 EUR`);
  for (let n = 5; n <= rows; n += 5) calls.push(`${id(n)},C-${n},call,${day(n)},call ${n}`);
  writeFileSync('archive-orders.csv', `${orders.join('\n')}\n`);
  writeFileSync('archive-calls.csv', `${calls.join('\n')}\n`);
}

function remove(db) {
  for (const suffix of ['', '-wal', '-shm']) rmSync(db + suffix, { force: true });
}

function exported(crm, db) {
  runOnce(`${crm} export archive-export.csv --sort id --db ${db} -q`);
  const digest = createHash('sha256').update(readFileSync('archive-export.csv')).digest('hex');
  rmSync('archive-export.csv');
  return digest;
}

/** @returns seconds and memory of both ways and of the peer, an import of three tenths of the file */
export function measureArchive({ crm, file, rows }) {
  const [db, archive] = ['archive.db', 'archive-archive.db'];
  remove(db);
  remove(archive);
  writeChildren(rows);
  runOnce(`${crm} import ${file} --source bench --db ${db} -q`);
  runOnce(`${crm} import archive-orders.csv --type orders --source bench --db ${db} -q --rejects archive-rejects.csv`);
  runOnce(`${crm} import archive-calls.csv --type interactions --source bench --db ${db} -q --rejects archive-rejects.csv`);
  const before = exported(crm, db);
  const query = () => runOnce(`${crm} query "email = 'u1@nobody.example'" --db ${db}`).seconds;
  const queryBefore = query();
  const archived = runOnce(`${crm} archive run --where "created_at < 2020-08-22" --db ${db} --json > archive.json`);
  const { run, result } = JSON.parse(readFileSync('archive.json', 'utf8'));
  const queryAfter = query();
  const bytes = { main: statSync(db).size, archive: statSync(archive).size };
  const restored = runOnce(`${crm} archive restore --run ${run} --db ${db} -q`);
  const isSame = exported(crm, db) === before;
  runOnce(`head -n ${Math.floor(rows * 0.3) + 1} ${file} > archive-peer.csv`);
  remove('archive-peer.db');
  const peer = runOnce(`${crm} import archive-peer.csv --db archive-peer.db -q`);
  return { result, archived, restored, isSame, peer, bytes, query: { before: queryBefore, after: queryAfter } };
}
