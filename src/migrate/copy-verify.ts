import type { CopyContext } from './copy-context.ts';
import type { CopyDifference } from './copy-options.ts';
import type { CopyRun } from './copy-run.ts';
export async function verifyCopy(_context: CopyContext, _run: CopyRun): Promise<readonly CopyDifference[]> { return []; }
