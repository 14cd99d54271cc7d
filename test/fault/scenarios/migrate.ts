import { openEngine } from '../../../src/engines/index.ts';
import { openSchema } from '../../../src/repository/database-schema.ts';
import type { FaultScenario } from '../../support/fault/fault-scenario.ts';
import { makeFirstVersion } from '../../support/first-version.ts';

/** The schema. */
export const MIGRATE_SCENARIOS: readonly FaultScenario[] = [
  {
    name: 'migrate up',
    command: ['migrate', 'up', '--yes'],
    prepare: async ({ db }) => {
      const engine = await openEngine(db, { create: true, busyTimeoutMs: 1000 });
      await makeFirstVersion(engine).finally(() => engine.close());
    },
    atomic: false, // each version is one transaction
    recovery: ['migrate', 'status'],
    mayStay: /-migrate\.lock(-journal)?$/,
    share: 0.7,
  },
  {
    name: 'migrate down',
    command: ['migrate', 'down', '--to', '1', '--yes'],
    prepare: async ({ db }) => {
      const engine = await openEngine(db, { create: true, busyTimeoutMs: 1000 });
      await makeFirstVersion(engine).finally(() => engine.close());
      const schema = await openSchema(db);
      await schema.upgrade().finally(() => schema.close());
    },
    atomic: false,
    recovery: ['migrate', 'status'],
    mayStay: /-migrate\.lock(-journal)?$/,
    share: 0.7,
  },
];
