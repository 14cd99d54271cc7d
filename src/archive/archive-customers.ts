import { CrmError } from '../errors.ts';
import { type PlanTarget, PlanWriter } from '../formats/plan-writer.ts';
import { pause } from '../interruption.ts';
import { PLAN_FORMAT, PLAN_VERSION } from '../model/plan.ts';
import type { ArchiveChoice, ArchivePolicy } from '../repository/archive-choice.ts';
import type { ArchiveOutcome, ArchiveRequest } from '../repository/archive-run.ts';
import type { ArchiveStep } from '../repository/archive-move.ts';
import type { ArchiveStore } from '../repository/archive-store.ts';
import type { Collision } from '../repository/whole-collisions.ts';
import type { Repository } from '../repository/repository.ts';

/** How many customers are too many: a number, or a share of all. */
export type ArchiveLimit = { readonly customers: number } | { readonly share: number };

/** How customers are archived. */
export interface ArchiveOptions {
  /** Which customers: filters, with the names of policies. A customer counts for the first that it falls under. */
  readonly policies: readonly ArchivePolicy[];
  /** Opens the archive, and makes it where there is none; not asked in a dry run. */
  readonly openArchive: () => Promise<Repository>;
  readonly dryRun?: boolean;
  /** Where the plan of what would be done goes; makes it a dry run. */
  readonly plan?: PlanTarget;
  /** Nothing is moved when it would be more. */
  readonly max?: ArchiveLimit;
  /** Whether the database is written anew afterwards, without its free space: others wait for it. Default false. */
  readonly vacuum?: boolean;
  /** Recorded with the run. */
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
  /** Told how many customers are moved. */
  readonly onProgress?: (customers: number) => void;
  /** Told after each step of each page of customers; a throw breaks off. */
  readonly onStep?: (step: ArchiveStep) => void | Promise<void>;
}

/** What archiving did, or would do. */
export interface ArchiveResult {
  /** Customers that there were. */
  readonly examined: number;
  readonly archived: number;
  readonly byPolicy: Readonly<Record<string, number>>;
  /** Customers tagged `hold` that a policy names: they stay. */
  readonly held: number;
  /** Organisations that customers who stay belong to: they stay as well. */
  readonly linked: number;
  /** Customers that were changed after they had been chosen, and stayed. */
  readonly changed: number;
  /** Customers that stayed because the archive has something that would be overwritten. */
  readonly collisions: readonly Collision[];
  /** Size of the database before and after; null where nothing was written. */
  readonly bytes: { readonly before: number; readonly after: number } | null;
  readonly dryRun: boolean;
  readonly elapsedMs: number;
}

const PLAN_PAGE = 1000;

/**
 * Moves the customers that policies name into the archive, with everything that belongs to them, as one run.
 * @returns what was done, and the run; null where nothing was written
 * @throws {CrmError} GUARD_RAIL when it would be more than allowed, USAGE, FILTER_SYNTAX; then nothing is written. BUSY, INTEGRITY, DISK_FULL,
 * INTERRUPTED: what was moved before stays moved, as the run that the message names
 */
export async function archiveCustomers(
  repository: Repository,
  options: ArchiveOptions,
): Promise<{ readonly run: number | null; readonly result: ArchiveResult; readonly warnings: readonly string[] }> {
  const start = performance.now();
  const store = await repository.archive(options.openArchive);
  const baseline = options.plan === undefined ? null : await store.baseline();
  const choice = await store.choose(options.policies);
  checkLimit(choice, options.max);
  const { examined, held, linked } = choice;
  const elapsedMs = (): number => Math.round(performance.now() - start);
  if (options.plan !== undefined && baseline !== null)
    await writePlan(repository, store, choice, { baseline, target: options.plan, args: options.arguments ?? {} });
  if (options.dryRun === true || options.plan !== undefined || choice.count === 0) {
    const byPolicy = Object.fromEntries(choice.byPolicy);
    const dryRun = options.dryRun === true || options.plan !== undefined;
    return {
      run: null,
      warnings: [],
      result: { examined, archived: choice.count, byPolicy, held, linked, ...NOTHING_DONE, dryRun, elapsedMs: elapsedMs() },
    };
  }
  const outcome = await store.move(requestOf(choice, options), options.arguments ?? {});
  const result = { examined, held, linked, ...done(choice, outcome), dryRun: false, elapsedMs: elapsedMs() };
  const { compactFailure } = outcome;
  const warnings = compactFailure === null ? [] : [`the space that is free was not given back: ${compactFailure}`];
  return { run: outcome.run, result, warnings };
}

function requestOf(choice: ArchiveChoice, options: ArchiveOptions): ArchiveRequest {
  return {
    persons: choice.persons.members(),
    organisations: choice.organisations.members(),
    policyOf: choice.policyOf,
    staying: choice.staying,
    check: async (done) => {
      await pause(options.signal);
      options.onProgress?.(done);
    },
    compact: options.vacuum ?? false,
    ...(options.onStep === undefined ? {} : { onStep: options.onStep }),
  };
}

type Done = Pick<ArchiveResult, 'archived' | 'byPolicy' | 'changed' | 'collisions' | 'bytes'>;

function done(choice: ArchiveChoice, outcome: ArchiveOutcome): Done {
  const { archived, changed, collisions, bytesBefore: before, bytesAfter: after } = outcome;
  const byPolicy = Object.fromEntries([...choice.byPolicy.keys()].map((name) => [name, outcome.byPolicy.get(name) ?? 0]));
  return { archived, byPolicy, changed, collisions, bytes: { before, after } };
}

const NOTHING_DONE = { changed: 0, collisions: [], bytes: null } as const;

function checkLimit({ count, examined }: ArchiveChoice, limit: ArchiveLimit | undefined): void {
  if (limit === undefined) return;
  const isOver = 'customers' in limit ? count > limit.customers : count > limit.share * examined;
  if (!isOver) return;
  const allowed = 'customers' in limit ? `${limit.customers} customers` : `${Number((limit.share * 100).toFixed(2))} %`;
  throw new CrmError(
    'GUARD_RAIL',
    `${count} of ${examined} customers would be archived, more than the allowed ${allowed}; nothing was written`,
    {
      hint: 'look at who it would be: crm archive run --dry-run',
    },
  );
}

/** Writes down exactly who would go, with their versions. */
async function writePlan(
  repository: Repository,
  store: ArchiveStore,
  choice: ArchiveChoice,
  {
    baseline,
    target,
    args,
  }: {
    readonly baseline: Awaited<ReturnType<ArchiveStore['baseline']>>;
    readonly target: PlanTarget;
    readonly args: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  const writer = new PlanWriter(target);
  try {
    const header = {
      format: PLAN_FORMAT,
      version: PLAN_VERSION,
      command: 'archive run',
      arguments: args,
      database: repository.label,
    } as const;
    writer.put({ header: { ...header, created_at: new Date().toISOString(), baseline } });
    for (const kind of ['person', 'organisation'] as const) {
      const ids = kind === 'person' ? choice.persons : choice.organisations;
      for (const page of pagesByPolicy(ids.members(), choice.policyOf)) {
        const versions = await store.versions(page.ids);
        writer.put({
          archive: {
            kind,
            policy: page.policy,
            customers: page.ids.flatMap((id) => (versions.has(id) ? [[id, versions.get(id) as number] as const] : [])),
          },
        });
        await writer.flush();
      }
    }
    await writer.end({ files: [], counts: { archived: choice.count } });
  } finally {
    writer.discard();
  }
}

/** Ids in pages of one policy each, in their order. */
function* pagesByPolicy(
  ids: Iterable<number>,
  policyOf: (id: number) => string | null,
): Generator<{ readonly policy: string | null; readonly ids: number[] }> {
  let page: { readonly policy: string | null; readonly ids: number[] } | null = null;
  for (const id of ids) {
    const policy = policyOf(id);
    if (page !== null && (page.policy !== policy || page.ids.length >= PLAN_PAGE)) {
      yield page;
      page = null;
    }
    page ??= { policy, ids: [] };
    page.ids.push(id);
  }
  if (page !== null) yield page;
}
