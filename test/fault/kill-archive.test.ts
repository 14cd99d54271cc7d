import { describeKills } from '../support/fault/kill-scenario.ts';
import { ARCHIVE_SCENARIOS } from './scenarios/archive.ts';

describeKills('archive', ARCHIVE_SCENARIOS);
