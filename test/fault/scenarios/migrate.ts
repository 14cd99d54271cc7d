import { openEngine } from '../../../src/engines/index.ts';
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
    atomic: true,
    recovery: ['migrate', 'status'],
    share: 1,
  },
];
