import { describeKills } from '../support/fault/kill-scenario.ts';
import { IMPORT_SCENARIOS } from './scenarios/import.ts';

describeKills('import', IMPORT_SCENARIOS);
