import { randomBytes } from 'node:crypto';
import mysql from 'mysql2/promise';
import { afterAll } from 'vitest';

const databases: string[] = [];

/**
 * The URL of a MySQL or MariaDB for tests, without a database, or null where there is none: `CRM_TEST_MYSQL_URL`, else the
 * server of this machine. In CI a missing server is a failure.
 */
export const mysqlUrl: string | null = await findMysql();

/** Whether suites on MySQL can run; where not they are reported as skipped. */
export const mysqlAvailable = mysqlUrl !== null;

/** The URL of an empty database of its own, which is dropped when the test file ends. */
export async function freshMysqlUrl(options = ''): Promise<string> {
  const name = `t_${randomBytes(8).toString('hex')}`;
  databases.push(name);
  await mysqlRun(serverUrl(), `CREATE DATABASE ${name} ${options}`);
  return databaseUrl(name);
}

/** The URL of a database of that name, which is dropped when the test file ends. */
export function mysqlDatabaseUrl(name: string): string {
  databases.push(name);
  return databaseUrl(name);
}

/** Carries out statements, in one session that changes nothing by itself. */
export async function mysqlRun(url: string, ...statements: readonly string[]): Promise<void> {
  const connection = await mysql.createConnection({ uri: url, charset: 'utf8mb4' });
  try {
    for (const sql of statements) await connection.query(sql);
  } finally {
    await connection.end();
  }
}

/** The rows of a query as arrays of texts. */
export async function mysqlRows(url: string, sql: string): Promise<readonly (readonly (string | null)[])[]> {
  const connection = await mysql.createConnection({ uri: url, charset: 'utf8mb4' });
  try {
    const [rows] = await connection.query({ sql, rowsAsArray: true, typeCast: (field) => field.string('utf8') });
    return rows as (string | null)[][];
  } finally {
    await connection.end();
  }
}

afterAll(async () => {
  for (const name of databases.splice(0)) await mysqlRun(serverUrl(), `DROP DATABASE IF EXISTS \`${name}\``);
});

function serverUrl(): string {
  if (mysqlUrl === null) throw new Error('there is no MySQL: guard the suite with describe.skipIf(!mysqlAvailable)');
  return mysqlUrl;
}

function databaseUrl(name: string): string {
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return url.toString();
}

async function findMysql(): Promise<string | null> {
  const given = process.env.CRM_TEST_MYSQL_URL;
  const url = given === undefined || given === '' ? 'mysql://root@127.0.0.1:3306/' : given;
  try {
    await mysqlRun(url, 'DO 1');
    return url;
  } catch (error) {
    const message = `no MySQL for tests: ${(error as Error).message}`;
    if (process.env.CI === 'true') throw new Error(message);
    process.stderr.write(`SKIPPED: ${message}\n`);
    return null;
  }
}
