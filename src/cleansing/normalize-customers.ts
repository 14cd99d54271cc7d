import { CrmError } from '../errors.ts';
import { pause } from '../interruption.ts';
import { type PlanTarget, PlanWriter } from '../formats/plan-writer.ts';
import { FIELDS } from '../model/fields.ts';
import { type CustomRule, CustomRules } from '../normalize/custom-rules.ts';
import type { QueryOptions } from '../repository/query-options.ts';
import type { Repository } from '../repository/repository.ts';
import { CustomerReviser } from './customer-reviser.ts';
import { type NormalizeResult, NormalizeTally } from './normalize-report.ts';

/** How many changes are too many: a number of customers, or a share of those examined. */
export type ChangeLimit = { readonly customers: number } | { readonly share: number };

/** How stored customers are normalised; every member has a default. */
export interface NormalizeOptions {
  /** Which customers: filter, search or ids. Default: all. */
  readonly selection?: Pick<QueryOptions, 'filter' | 'search' | 'ids'>;
  /** Names of the fields that may change, `contact_points` among them. Default: all. */
  readonly fields?: readonly string[];
  /** Whether missing values are filled where they follow from others. Default: no. */
  readonly fill?: boolean;
  /** ISO 3166-1 alpha-2 region of national phone numbers of customers without a country. */
  readonly region?: string | null;
  readonly rules?: readonly CustomRule[];
  /** look: says what would change, without a lock. Default: write. */
  readonly mode?: 'look' | 'write';
  /** Where the plan of what would change goes; makes it a dry run. */
  readonly plan?: PlanTarget;
  /** Nothing is written when more change. */
  readonly maxChanged?: ChangeLimit;
  /** Samples of each field in the report. Default 3. */
  readonly samples?: number;
  /** What the history says of the arguments. */
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
  /** Told how many customers were examined. */
  readonly onProgress?: (customers: number) => void;
}

/** Fields in the order of reports. */
const ORDER: readonly string[] = [...FIELDS.map(({ name }) => name), 'contact_points'];

/**
 * Brings stored customers to canonical form, in one run and one transaction: what an import does with the rows of a file, by
 * the same code. Idempotent. What is not understood stays as it is and is flagged.
 * @returns what was done, and the run; null where nothing was written
 * @throws {CrmError} GUARD_RAIL when more change than allowed; BUSY, INTERRUPTED; then nothing is written
 */
export async function normalizeCustomers(
  repository: Repository,
  options: NormalizeOptions = {},
): Promise<{ readonly run: number | null; readonly result: NormalizeResult }> {
  const start = performance.now();
  const tally = new NormalizeTally(options.samples ?? 3);
  const { rules, maxChanged } = options;
  const plan = options.plan === undefined ? null : new PlanWriter(options.plan);
  const reviser = new CustomerReviser(
    {
      region: options.region ?? null,
      rules: rules === undefined || rules.length === 0 ? undefined : new CustomRules(rules),
      fields: options.fields === undefined || options.fields.length === 0 ? null : new Set(options.fields),
      fill: options.fill ?? false,
      check: async () => {
        await pause(options.signal);
        options.onProgress?.(tally.examined);
        if (maxChanged !== undefined && 'customers' in maxChanged) checkLimit(tally, maxChanged);
      },
      finish: () => {
        if (maxChanged !== undefined) checkLimit(tally, maxChanged);
      },
    },
    tally,
  );
  const mode = plan !== null ? 'roll back' : (options.mode ?? 'write');
  const request = { arguments: options.arguments ?? {}, selection: options.selection ?? {}, mode } as const;
  try {
    const run = await repository.revise('normalize', { ...request, ...(plan === null ? {} : { record: plan }) }, reviser);
    await plan?.end({ files: [], counts: reviser.counts() });
    return { run, result: tally.result(ORDER, performance.now() - start) };
  } finally {
    plan?.discard();
  }
}

function checkLimit({ changed, examined }: NormalizeTally, limit: ChangeLimit): void {
  const isOver = 'customers' in limit ? changed > limit.customers : changed > limit.share * examined;
  if (!isOver) return;
  const allowed = 'customers' in limit ? `${limit.customers} customers` : `${Number((limit.share * 100).toFixed(2))} %`;
  throw new CrmError(
    'GUARD_RAIL',
    `${changed} of ${examined} customers would change, more than the allowed ${allowed}; nothing was changed`,
    {
      hint: 'look at what would change: crm normalize --dry-run',
    },
  );
}
