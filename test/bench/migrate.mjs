/** Copies of one table between databases, verified, against movers that do not verify; used by run.mjs. */
import { existsSync, readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { compare, isInstalled } from './measure.mjs';

const COLUMNS = ['first_name', 'last_name', 'email', 'phone', 'company', 'street', 'city', 'postcode', 'country'];

/** A SQLite file with the people of a generated CSV file as one table of 12 columns; made once. */
export function peopleTable(csv, path) {
  if (existsSync(path)) return path;
  const db = new Database(path);
  db.exec(
    `CREATE TABLE people (id INTEGER NOT NULL PRIMARY KEY, ${COLUMNS.map((name) => `${name} TEXT`).join(', ')}, birthday DATE, created_at DATE)`,
  );
  const insert = db.prepare(`INSERT INTO people VALUES (?${', ?'.repeat(11)})`);
  const day = (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? text : null);
  db.transaction(() => {
    const lines = readFileSync(csv, 'utf8').split('\n');
    for (let i = 1; i < lines.length; i++) {
      if (lines[i] === '') continue;
      const cells = [...lines[i].matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain,
      );
      insert.run(i, ...cells.slice(1, 10).map((cell) => (cell === '' ? null : cell)), day(cells[10]), day(cells[11]));
    }
  })();
  db.close();
  return path;
}

/** Runs the copies that there are servers for. */
export function migrateBench({ crm, csv, runs, report }) {
  const source = peopleTable(csv, 'people-table.sqlite');
  const postgres = process.env.CRM_BENCH_POSTGRES_URL;
  const mysql = process.env.CRM_BENCH_MYSQL_URL;
  if (postgres === undefined) console.log('migrate: to PostgreSQL skipped, set CRM_BENCH_POSTGRES_URL');
  else if (!isInstalled('pgloader')) console.log('migrate: pgloader is not installed');
  else {
    const psql = (sql) => `psql -q "${postgres}" -c "${sql}" 2> /dev/null`;
    const dropOurs = psql('DROP SCHEMA IF EXISTS crm_migrate CASCADE');
    const dropTheirs = psql('DROP TABLE IF EXISTS people');
    const peer = `pgloader sqlite://${process.cwd()}/${source} "${postgres.replace(/^postgres:/, 'postgresql:')}" > /dev/null`;
    const target = `${postgres}?schema=crm_migrate`;
    const ours = `${crm} migrate copy ${source} "${target}" --all --mode create --quiet`;
    report('SQLite -> PostgreSQL, verified / pgloader', compare({ ours, peer, runs, before: dropOurs, peerBefore: dropTheirs }), 1);
    const back = `${crm} migrate copy "${target}" back.sqlite --all --mode create --quiet`;
    report(
      'PostgreSQL -> SQLite, verified / pgloader',
      compare({ ours: back, peer, runs, before: 'rm -f back.sqlite*', peerBefore: dropTheirs }),
      1,
    );
  }
  if (mysql === undefined) return console.log('migrate: to MariaDB skipped, set CRM_BENCH_MYSQL_URL to a database that may be dropped');
  const name = new URL(mysql).pathname.slice(1);
  const { hostname, port, username } = new URL(mysql);
  const drop = `mariadb -h ${hostname} -P ${port || 3306} -u ${username} -e "DROP DATABASE IF EXISTS ${name}; CREATE DATABASE ${name}"`;
  const ours = `${crm} migrate copy ${source} "${mysql}" --all --mode create --quiet`;
  report(
    'SQLite -> MariaDB, verified / sqlite3 .dump',
    compare({ ours, peer: `sqlite3 ${source} .dump > dump.sql`, runs, before: drop, peerBefore: 'rm -f dump.sql' }),
    20,
  );
}
