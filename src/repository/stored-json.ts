import { CrmError } from '../errors.ts';

/**
 * The value of JSON text read from the database, which checked it when it was written.
 * @throws {CrmError} INTEGRITY when it is no JSON: something else has changed it
 */
export function storedJson<T>(text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new CrmError('INTEGRITY', 'the database is damaged: a value that was JSON is none any more', {
      cause: error,
      hint: 'do not write to it; restore a backup',
    });
  }
}
