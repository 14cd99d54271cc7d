import type { QualityStore } from '../repository/quality-store.ts';
import type { Measured, QualityPoint } from './quality-report.ts';
import { shownScore } from './score.ts';

/** The last measurements of a filter (null: of all customers), oldest first. */
export async function trendOf(store: QualityStore, filter: string | null, limit: number): Promise<QualityPoint[]> {
  const kept = await store.history(filter, limit);
  return kept.map(({ measured_at, customers, score }) => ({ measured_at, customers, score: shownScore(score) }));
}

/** Keeps a measurement for the trend; it is no run, and nothing can be undone. @throws {CrmError} BUSY, PERMISSION … */
export async function keepMeasured(store: QualityStore, { report, score }: Measured): Promise<void> {
  const { measured_at, filter, by, customers } = report;
  await store.save({ measured_at, filter, group_by: by, customers, score, report: JSON.stringify(report) });
}
