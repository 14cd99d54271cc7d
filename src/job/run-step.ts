import type { JobStepConfig } from '../config/job-config.ts';
import { guardedCall, type StepPlace, type StepResult } from './guarded-call.ts';
import { runInboxStep } from './inbox-step.ts';

/** Runs a step: one call, or one for each file of a drop folder; in a dry run it only says what it would do. */
export function runStep(place: StepPlace, step: JobStepConfig): Promise<StepResult> {
  return step.inbox === null ? guardedCall(place, step, step.words) : runInboxStep(place, step, step.inbox);
}
