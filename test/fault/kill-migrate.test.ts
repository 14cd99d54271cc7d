import { describeKills } from '../support/fault/kill-scenario.ts';
import { MIGRATE_SCENARIOS } from './scenarios/migrate.ts';

describeKills('migrate', MIGRATE_SCENARIOS);
