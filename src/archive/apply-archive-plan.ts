import { CrmError } from '../errors.ts';
import { pause } from '../interruption.ts';
import type { PlanHeader, PlanLine, PlannedArchive } from '../model/plan.ts';
import { BitSet } from '../repository/bloom.ts';
import { sameBaseline } from '../repository/plan-baseline.ts';
import type { ArchiveStore } from '../repository/archive-store.ts';
import type { Repository } from '../repository/repository.ts';

/** A plan of archiving, as `crm apply` has read it. */
export interface ArchivePlan {
  readonly label: string;
  readonly header: PlanHeader;
  readonly sha256: string;
  lines(): AsyncIterable<readonly PlanLine[]>;
}

/** How it is executed. */
export interface ApplyArchiveOptions {
  readonly openArchive: () => Promise<Repository>;
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (customers: number) => void;
}

const SHOWN = 10;

/**
 * Archives exactly those whom a plan names.
 * @returns how many were archived, and the run; null after a dry run
 * @throws {CrmError} GUARD_RAIL when the data moved since the plan was made: then nothing is written
 */
export async function applyArchivePlan(
  repository: Repository,
  plan: ArchivePlan,
  options: ApplyArchiveOptions,
): Promise<{ readonly run: number | null; readonly archived: number }> {
  const store = await repository.archive(options.openArchive);
  const chosen = await readChosen(store, plan, options.signal);
  if (options.dryRun === true || chosen.count === 0) return { run: null, archived: chosen.count };
  const since = plan.header.baseline.run?.id ?? 0;
  const outcome = await store.move(
    {
      persons: chosen.person.members(),
      organisations: chosen.organisation.members(),
      policyOf: (id) => [...chosen.policies].find(([, ids]) => ids.has(id))?.[0] ?? null,
      staying: (reader, ids) => store.changedSince(reader, since, ids),
      check: async (done) => {
        await pause(options.signal);
        options.onProgress?.(done);
      },
    },
    { plan: plan.label, sha256: plan.sha256, planned: plan.header.command },
    'apply',
  );
  return { run: outcome.run, archived: outcome.archived };
}

interface Chosen {
  readonly person: BitSet;
  readonly organisation: BitSet;
  readonly policies: Map<string | null, BitSet>;
  count: number;
}

/** Reads whom the plan names, and looks whether they are as they were. @throws {CrmError} GUARD_RAIL */
async function readChosen(store: ArchiveStore, plan: ArchivePlan, signal: AbortSignal | undefined): Promise<Chosen> {
  const chosen: Chosen = { person: new BitSet(), organisation: new BitSet(), policies: new Map(), count: 0 };
  const isSame = sameBaseline(await store.baseline(), plan.header.baseline);
  const moved: number[] = [];
  for await (const lines of plan.lines()) {
    await pause(signal);
    for (const line of lines) if ('archive' in line) moved.push(...(await take(store, line.archive, chosen)));
  }
  if (isSame && moved.length === 0) return chosen;
  const shown = moved
    .slice(0, SHOWN)
    .map((id) => `#${id}`)
    .join(', ');
  const places =
    moved.length === 0 ? '' : ` ${moved.length} customers were changed or are gone: ${shown}${moved.length > SHOWN ? ', …' : ''};`;
  throw new CrmError('GUARD_RAIL', `the data moved since the plan was made;${places} nothing was written`, {
    hint: 'make the plan again, look at it, and apply that one',
    details: { places: moved.length, first: moved.slice(0, SHOWN) },
  });
}

/** @returns the customers that are not as they were */
async function take(store: ArchiveStore, { kind, policy, customers }: PlannedArchive, chosen: Chosen): Promise<number[]> {
  const versions = await store.versions(customers.map(([id]) => id));
  const ids = chosen.policies.get(policy) ?? new BitSet();
  chosen.policies.set(policy, ids);
  for (const [id] of customers) {
    chosen[kind].add(id);
    ids.add(id);
  }
  chosen.count += customers.length;
  return customers.flatMap(([id, version]) => (versions.get(id) === version ? [] : [id]));
}
