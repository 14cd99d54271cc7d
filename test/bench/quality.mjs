/**
 * What `crm quality` is compared with: sqlite3 that counts customers, filled values and different values of the same columns,
 * without any of the checking. Used by run.mjs.
 */

/** The measured columns: those of src/quality/measured-fields.ts. */
const COLUMNS =
  'name|given_name|family_name|company_name|job_title|email|phone|phone_ext|website|street|city|region|postal_code|country|birthday|gender|language|tax_id|lifecycle_stage|tier|owner|notes|first_contacted_at|last_contacted_at';

/** The commands of the comparison, on imported.db in the current folder; `prepare` goes before each of them. */
export function qualityBench(crm) {
  const counts = COLUMNS.split('|').map((column) => `count(${column}), count(DISTINCT ${column})`);
  const statement = `SELECT count(*), ${counts.join(', ')} FROM customers`;
  return {
    // Both read a file that is in the cache of the system.
    prepare: 'cat imported.db > /dev/null',
    ours: `${crm} quality --db imported.db --no-save --json > quality.json`,
    peer: `sqlite3 imported.db "${statement}" > counts.txt`,
  };
}
