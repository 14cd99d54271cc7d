import { pause } from '../interruption.ts';
import type { CustomerNormalizing } from '../normalize/customer-normalizer.ts';
import type { QualityScope, QualityStore } from '../repository/quality-store.ts';
import { CONSISTENCY_RULES } from './consistency-rules.ts';
import { CustomerMeter } from './customer-meter.ts';
import type { DuplicateGroups } from './duplicate-groups.ts';
import { fieldFindings } from './field-findings.ts';
import { findDuplicates } from './find-duplicates.ts';
import { examplesCommand, queryCommand } from './finding-commands.ts';
import { type Finding, worstFirst } from './finding-list.ts';
import { MEASURED_FIELDS } from './measured-fields.ts';
import type { FieldQuality, GroupQuality, Measured, QualityReport } from './quality-report.ts';
import { trendOf } from './quality-trend.ts';
import { dimensionsOf, scoreOf, shareOf, shownScore } from './score.ts';

/** What is measured, and how. */
export interface MeasureOptions {
  readonly scope: QualityScope;
  /** Field whose values are measured on their own; null: none. */
  readonly by: string | null;
  /** Touched within so many days is fresh. */
  readonly freshDays: number;
  /** How many ids a finding names; at least 1. */
  readonly examples: number;
  readonly normalizing: CustomerNormalizing;
  readonly signal?: AbortSignal;
  /** Told how many customers are measured, for every batch. */
  readonly onProgress?: (customers: number) => void;
}

/** More values of a field than these are not measured on their own. */
const MAX_GROUPS = 50;
const DUPLICATES_LABEL = { en: 'probably in the database more than once', zh: '疑似重复' };
/** Fields that identify, with what is counted of them. */
const IDENTIFYING = ['email', 'phone', 'tax_id', 'name'] as const;

/**
 * Measures the quality of customers: one pass over them in one snapshot, and a few questions about keys that they share, each
 * on what is committed at its time. Nothing is written.
 * @throws {CrmError} FILTER_SYNTAX, UNKNOWN_FIELD, INTERRUPTED
 */
export async function measureQuality(store: QualityStore, options: MeasureOptions): Promise<Measured> {
  const { scope, by, freshDays, examples, normalizing, signal, onProgress } = options;
  const { values = [], total = 0 } = by === null ? {} : await store.groups(scope, by, MAX_GROUPS);
  const rows = await store.rows(scope, by);
  const duplicates = await findDuplicates(store, scope, signal);
  const isSurplus = (id: number): boolean => duplicates.isSurplus(id);
  const meter = new CustomerMeter({ now: store.now, freshDays, examples, normalizing, isSurplus, groups: values });
  for await (const batch of rows) {
    for (const row of batch) meter.add(row);
    onProgress?.(meter.total.customers);
    await pause(signal);
  }
  const filter = scope.filter ?? null;
  const { total: tally } = meter;
  const dimensions = dimensionsOf(tally);
  const score = scoreOf(dimensions);
  const report: QualityReport = {
    measured_at: store.now.toISOString(),
    filter,
    customers: tally.customers,
    score: shownScore(score),
    dimensions,
    fields: await fieldQualities(store, scope, meter),
    freshness: { freshDays, fresh: tally.fresh, share: shareOf(tally.fresh, tally.customers), histogram: meter.ages.classes() },
    findings: findingsOf(meter, duplicates, options),
    duplicates: {
      groups: duplicates.groups,
      customers: duplicates.customers,
      share: shareOf(duplicates.customers, tally.customers),
    },
    by,
    groups: groupQualities(meter),
    otherGroups: Math.max(0, total - values.length),
    previous: (await trendOf(store, filter, 1)).at(-1) ?? null,
  };
  return { report, score };
}

async function fieldQualities(store: QualityStore, scope: QualityScope, { total }: CustomerMeter): Promise<FieldQuality[]> {
  const uniqueness = new Map<string, number | null>();
  for (const field of IDENTIFYING) {
    const { filled, different } = await store.distinct(scope, field);
    uniqueness.set(field, shareOf(different, filled));
  }
  const qualities = MEASURED_FIELDS.map(({ name, label, weight }, index): FieldQuality => {
    const { applicable, filled, valid, canonical, fresh } = total.field(index);
    return {
      field: name,
      label,
      weight,
      applicable,
      filled,
      completeness: shareOf(filled, applicable),
      validity: shareOf(valid, filled),
      conformity: shareOf(canonical, filled),
      uniqueness: uniqueness.get(name) ?? null,
      freshness: shareOf(fresh, filled),
    };
  });
  return qualities
    .map((quality, place) => ({ quality, place }))
    .sort(worseField)
    .map(({ quality }) => quality);
}

interface Placed {
  readonly quality: FieldQuality;
  readonly place: number;
}

/** What costs the score most comes first, unused fields last, ties in the order of the catalogue. */
function worseField(a: Placed, b: Placed): number {
  return lossOf(b.quality) - lossOf(a.quality) || a.place - b.place;
}

function lossOf({ weight, filled, completeness, validity, conformity }: FieldQuality): number {
  if (filled === 0) return -1;
  const lost = 1 - (completeness ?? 0) + (1 - (validity ?? 1)) + (1 - (conformity ?? 1));
  return weight === 0 ? -1 + lost / 10 : weight * lost;
}

function findingsOf({ cases, total }: CustomerMeter, duplicates: DuplicateGroups, { scope, examples }: MeasureOptions): Finding[] {
  const filter = scope.filter ?? null;
  const findings = fieldFindings(cases, (index) => total.field(index).filled > 0, filter);
  for (const { id, severity, label, filter: listing } of CONSISTENCY_RULES) {
    const found = cases.get(id);
    if (found === undefined) continue;
    const command = listing === undefined ? examplesCommand(id, found.examples, filter) : queryCommand(listing, filter);
    findings.push({ id, field: null, severity, label, ...found, command });
  }
  if (duplicates.customers > 0) {
    const ids = duplicates.examples(examples);
    const command = examplesCommand('duplicates', ids, filter);
    findings.push({
      id: 'duplicates',
      field: null,
      severity: 'warning',
      label: DUPLICATES_LABEL,
      count: duplicates.customers,
      examples: ids,
      command,
    });
  }
  return worstFirst(findings);
}

function groupQualities({ groups, total }: CustomerMeter): GroupQuality[] {
  return [...groups].map(([value, tally]) => {
    const dimensions = dimensionsOf(tally, total);
    return { value, customers: tally.customers, score: shownScore(scoreOf(dimensions)), dimensions };
  });
}
