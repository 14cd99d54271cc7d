/**
 * Backups against restic, of the same file on the same disk: the first one, one after a thousandth of the customers was
 * touched, what is stored, and the restore. Verifying is left out of the first (`--no-verify`) and measured by itself.
 * Used by run.mjs.
 */
import { copyFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { isInstalled, median, runOnce } from './measure.mjs';

const RESTIC = 'RESTIC_PASSWORD=bench restic -q -r restic-repo';
const MAX_PEAK_MB = 300;

/**
 * @param {{crm: string, database: string, runs: number}} options run in the current folder; the database is copied
 * @returns {{name: string, value: number, limit: number, text: string}[]} figures with their limits
 */
export function backupBench({ crm, database, runs }) {
  const hasRestic = isInstalled('restic');
  if (!hasRestic) console.log('restic is not installed: backups are measured without it');
  const rounds = Array.from({ length: runs }, (_, round) => measure(crm, database, hasRestic, round));
  const of = (pick) => median(rounds.map(pick));
  const figures = [
    ...(hasRestic
      ? [
          { name: 'first backup / restic', value: of((r) => r.first.seconds / r.peerFirst.seconds), limit: 1.5 },
          { name: 'stored size / restic', value: of((r) => r.firstBytes / r.peerBytes), limit: 1.2 },
          { name: 'restore / restic', value: of((r) => r.restore.seconds / r.peerRestore.seconds), limit: 1.2 },
        ]
      : []),
    { name: 'next backup / first', value: of((r) => r.next.seconds / r.first.seconds), limit: 0.35 },
    { name: 'added by the next / first', value: of((r) => r.nextBytes / r.firstBytes), limit: 0.05 },
    { name: 'peak memory, MB', value: Math.max(...rounds.map((r) => r.peakMb)), limit: MAX_PEAK_MB },
  ];
  const seconds = (pick) => `${of((r) => pick(r).seconds).toFixed(2)} s`;
  const peers = hasRestic ? `; restic ${seconds((r) => r.peerFirst)}, restore ${seconds((r) => r.peerRestore)}` : '';
  console.log(
    `backup of ${(statSync(database).size / 1e6).toFixed(0)} MB: first ${seconds((r) => r.first)}, next ${seconds((r) => r.next)}, ` +
      `restore ${seconds((r) => r.restore)}, with verification ${seconds((r) => r.verified)}${peers}`,
  );
  return figures;
}

function measure(crm, database, hasRestic, round) {
  for (const name of ['backup.db', 'crm-repo', 'restic-repo', 'restored.db', 'restic-restored'])
    rmSync(name, { recursive: true, force: true });
  copyFileSync(database, 'backup.db');
  runOnce('cat backup.db > /dev/null');
  const create = `${crm} backup create --db backup.db --repo crm-repo -q`;
  const peer = hasRestic ? runPeer() : {};
  const first = runOnce(`${create} --no-verify`);
  const firstBytes = sizeOf('crm-repo');
  const restore = runOnce(`${crm} restore latest --repo crm-repo --to restored.db -q`);
  runOnce('cmp backup.db restored.db');
  touch('backup.db', round);
  const next = runOnce(`${create} --no-verify`);
  const nextBytes = sizeOf('crm-repo') - firstBytes;
  const verified = runOnce(create);
  const peakMb = Math.max(...[first, restore, next, verified].map((run) => run.peakMb));
  return { ...peer, first, firstBytes, restore, next, nextBytes, verified, peakMb };
}

function runPeer() {
  runOnce(`${RESTIC} init > /dev/null`);
  const peerFirst = runOnce(`${RESTIC} backup backup.db`);
  const peerBytes = sizeOf('restic-repo');
  const peerRestore = runOnce(`${RESTIC} restore latest --target restic-restored > /dev/null`);
  return { peerFirst, peerBytes, peerRestore };
}

/** Gives a thousandth of the customers, spread over all of them, another text and another address. */
function touch(path, round) {
  const db = new Database(path);
  const { n } = db.prepare('SELECT max(id) AS n FROM customers').get();
  const update = db.prepare("UPDATE customers SET notes = ?, email = 'touched' || id || ?, version = version + 1 WHERE id = ?");
  db.transaction(() => {
    const count = Math.ceil(n / 1000);
    for (let turn = 0; turn < count; turn++) {
      const id = 1 + (((turn * 7919 + round * 31) * 127) % n);
      update.run(`touched in round ${round}`, `@example-${round}.com`, id);
    }
  })();
  db.close();
}

function sizeOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
