import { CrmError } from '../errors.ts';

/** Names the file in an error about an input that does not; other errors stay as they are. */
export function inFile(error: unknown, label: string): unknown {
  if (!(error instanceof CrmError) || !error.code.startsWith('INPUT_') || error.message.includes(label)) return error;
  return new CrmError(error.code, `${label}: ${error.message}`, {
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.details === undefined ? {} : { details: error.details }),
  });
}
