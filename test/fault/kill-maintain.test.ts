import { describeKills } from '../support/fault/kill-scenario.ts';
import { MAINTAIN_SCENARIOS } from './scenarios/maintain.ts';

describeKills('maintain', MAINTAIN_SCENARIOS);
