import type { Context } from '../context.ts';
import type { ImportedDuplicates } from '../ui/import-report.ts';

/**
 * Compares what an import made or changed with all customers, and keeps the pairs for review and merge. Where there was no
 * search yet, all customers are compared, so that there is a model to weigh by.
 */
export async function checkDuplicates(context: Context): Promise<ImportedDuplicates> {
  const repository = await context.openRepository();
  const store = await repository.duplicates();
  const { signal } = context;
  if ((await store.search.model()) !== null) {
    const { findNew } = await import('../dedupe/find-new.ts');
    const { whole, pairs } = await findNew(store, { signal });
    if (whole === null) return countsOf(pairs);
    return { pairs: whole.summary.verdicts.auto + whole.summary.verdicts.review, auto: whole.summary.verdicts.auto };
  }
  const { findDuplicates } = await import('../dedupe/find-duplicates.ts');
  const { verdicts } = (await findDuplicates(store, { scope: {}, columns: null, keep: true, signal })).summary;
  return { pairs: verdicts.auto + verdicts.review, auto: verdicts.auto };
}

function countsOf(pairs: readonly { readonly verdict: string }[]): ImportedDuplicates {
  return { pairs: pairs.length, auto: pairs.filter(({ verdict }) => verdict === 'auto').length };
}
