import { pause } from '../interruption.ts';
import type { RebuiltKeys } from '../repository/match-key-rebuild.ts';
import type { Repository } from '../repository/repository.ts';

/**
 * Makes the match keys of all customers again, in one transaction; nothing else changes.
 * @throws {CrmError} BUSY, INTERRUPTED; then nothing is written
 */
export async function rebuildKeys(
  repository: Repository,
  options: { readonly dryRun: boolean; readonly signal?: AbortSignal; readonly onProgress?: (customers: number) => void },
): Promise<RebuiltKeys & { readonly elapsedMs: number }> {
  const start = performance.now();
  const rebuilt = await repository.rebuildKeys({
    commit: !options.dryRun,
    check: async (examined) => {
      await pause(options.signal);
      options.onProgress?.(examined);
    },
  });
  return { ...rebuilt, elapsedMs: Math.round(performance.now() - start) };
}
