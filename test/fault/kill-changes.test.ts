import { describeKills } from '../support/fault/kill-scenario.ts';
import { CHANGES_SCENARIOS } from './scenarios/changes.ts';

describeKills('changes', CHANGES_SCENARIOS);
