import { describeKills } from '../support/fault/kill-scenario.ts';
import { BACKUP_SCENARIOS } from './scenarios/backup.ts';

describeKills('backup', BACKUP_SCENARIOS);
