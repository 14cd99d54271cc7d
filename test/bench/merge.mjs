/**
 * Merging and undoing at size: imports generated people whose duplicates are known, says which are one as a search would, merges
 * them all, undoes it, and compares the exports before and after. Used by run.mjs.
 */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openEngine } from '../../dist/engines/index.js';
import { runOnce } from './measure.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const crm = `node ${root}bin/crm.js`;
const PAGE = 5000;

/** Fills `duplicate_clusters` from the truth: rows `external_id,cluster`. @returns how many clusters there are */
async function setClusters(url, truth) {
  const groups = new Map();
  for (const line of readFileSync(truth, 'utf8').split('\n').slice(1)) {
    const [externalId, cluster] = line.trim().split(',');
    if (cluster === undefined) continue;
    const group = groups.get(cluster);
    if (group === undefined) groups.set(cluster, [externalId]);
    else group.push(externalId);
  }
  const engine = await openEngine(url, { create: false, busyTimeoutMs: 5000 });
  try {
    const rows = await engine.all('SELECT external_id, customer_id FROM external_ids');
    const idOf = new Map(rows.map((row) => [row.external_id, row.customer_id]));
    const clusters = [...groups.values()]
      .map((ids) => [...new Set(ids.map((id) => idOf.get(id)).filter((id) => id !== undefined))].sort((a, b) => a - b))
      .filter((ids) => ids.length > 1);
    const members = clusters.flatMap((ids) => ids.map((id) => ({ customer_id: id, cluster_id: ids[0], verdict: 'auto', auto_id: ids[0] })));
    await engine.transaction(async (connection) => {
      await connection.run('DELETE FROM duplicate_clusters');
      for (let at = 0; at < members.length; at += PAGE)
        await connection.upsert('duplicate_clusters', ['customer_id'], members.slice(at, at + PAGE));
    });
    return clusters.length;
  } finally {
    await engine.close();
  }
}

async function digestOf(path) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** The digest of an export of all that customers have. */
async function exported(db) {
  rmSync('merge-export.csv', { force: true });
  runOnce(`${crm} export merge-export.csv --sort id --db "${db}" -q`);
  const digest = await digestOf('merge-export.csv');
  rmSync('merge-export.csv');
  return digest;
}

/**
 * @returns seconds and memory of both, and whether the export is what it was
 */
export async function measureMerge({ people, truth, db = 'merge.db' }) {
  if (!db.includes('://')) for (const suffix of ['', '-wal', '-shm']) rmSync(db + suffix, { force: true });
  runOnce(`${crm} import ${people} --source bench --db "${db}" -q`);
  const clusters = await setClusters(db, truth);
  const before = await exported(db);
  const merge = runOnce(`${crm} dedupe merge --auto --db "${db}" --json > merge.json`);
  const { run, result } = JSON.parse(readFileSync('merge.json', 'utf8'));
  const undo = runOnce(`${crm} undo ${run} --db "${db}" -q`);
  return { clusters, merged: result.merged, merge, undo, isSame: (await exported(db)) === before };
}
