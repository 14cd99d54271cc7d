import { type AddressInfo, createServer, type Server } from 'node:net';
import type { TestProject } from 'vitest/node';
import { type PostgresCluster, startPostgresCluster } from './postgres-cluster.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Port on 127.0.0.1 that answers with `{url}` or `{error}` of the one PostgreSQL of this run, started on first use. */
    postgresBrokerPort: number;
  }
}

let broker: Server | undefined;
let cluster: Promise<PostgresCluster> | undefined;

/** Offers one PostgreSQL to all test files of the run; it is started when the first of them asks. */
export async function setup(project: TestProject): Promise<void> {
  broker = createServer((socket) => {
    cluster ??= startPostgresCluster();
    cluster.then(
      ({ url }) => socket.end(JSON.stringify({ url })),
      (error: unknown) => socket.end(JSON.stringify({ error: error instanceof Error ? error.message : String(error) })),
    );
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => broker?.listen(0, '127.0.0.1', resolve));
  project.provide('postgresBrokerPort', (broker.address() as AddressInfo).port);
}

/** Stops what was started. */
export async function teardown(): Promise<void> {
  broker?.close();
  const started = await cluster?.catch(() => undefined);
  await started?.stop();
}
