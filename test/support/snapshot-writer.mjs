/**
 * Writes to the SQLite file that is named, transaction after transaction, until its input ends: each moves an amount from
 * one account to another and adds a row, so that every committed state has the same sum and as many rows as it says.
 */
import Database from 'better-sqlite3';

const db = new Database(process.argv[2], { timeout: 10_000 });
db.pragma('journal_mode = WAL');
db.pragma('synchronous = NORMAL');
let running = true;
process.stdin.resume();
process.stdin.on('end', () => {
  running = false;
});
const move = db.transaction((turn) => {
  const from = turn % 40;
  db.prepare('UPDATE accounts SET amount = amount - 7 WHERE id = ?').run(from);
  for (let row = 0; row <= turn % 9; row++) db.prepare('INSERT INTO moves (note) VALUES (?)').run('x'.repeat((turn * 37) % 3000));
  db.prepare('UPDATE accounts SET amount = amount + 7 WHERE id = ?').run((from + 11) % 40);
  db.prepare('UPDATE state SET moves = (SELECT count(*) FROM moves)').run();
  if (turn % 50 === 49) db.prepare('DELETE FROM moves WHERE id % 3 = 0').run();
  if (turn % 50 === 49) db.prepare('UPDATE state SET moves = (SELECT count(*) FROM moves)').run();
});
for (let turn = 0; running; turn++) {
  move(turn);
  if (turn === 20) process.stdout.write('writing\n');
  if (turn % 70 === 69) db.pragma(`wal_checkpoint(${['PASSIVE', 'FULL', 'RESTART', 'TRUNCATE'][(turn / 70) & 3]})`);
  await new Promise((resolve) => setImmediate(resolve));
}
db.close();
