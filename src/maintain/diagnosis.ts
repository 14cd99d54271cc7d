import { CrmError, toCrmError } from '../errors.ts';

/** What is looked at. */
export const AREAS = ['program', 'config', 'database', 'archive', 'backup', 'jobs', 'terminal', 'drivers'] as const;

/** One of `AREAS`. */
export type Area = (typeof AREAS)[number];

/** What was found in one place. */
export interface Diagnosis {
  readonly area: Area;
  /** `note`: for information; `warning`: will be wrong one day, or costs safety; `problem`: something does not work. */
  readonly state: 'ok' | 'note' | 'warning' | 'problem';
  /** One line; no value of a customer. */
  readonly message: string;
  /** The command that puts it right, or what else does; null where there is nothing to do. */
  readonly fix: string | null;
}

/** Notes down what is found in an area. */
export type Note = (state: Diagnosis['state'], message: string, fix?: string | null) => void;

/** What is to be done about errors whose own hint does not say it. */
const FIXES: Readonly<Partial<Record<CrmError['code'], string>>> = {
  NO_DATABASE: 'crm init',
  SCHEMA_OLDER: 'crm migrate up',
  INTEGRITY: 'crm restore latest, or crm maintain --salvage NEW.db to save what can be read',
  KEY_NEEDED: 'CRM_KEY_FILE=FILE crm doctor',
  WRONG_KEY: 'CRM_KEY_FILE=FILE crm doctor, with the file of the right key',
};

/** Notes an error down. */
export function noteError(note: Note, thrown: unknown, state: 'warning' | 'problem' = 'problem'): void {
  const { code, message, hint } = toCrmError(thrown);
  note(state, message, FIXES[code] ?? hint ?? null);
}

/** Waits for something, but not for ever. @throws {CrmError} BUSY after `limitMs`; what `work` throws */
export async function withinTime<T>(limitMs: number, what: string, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new CrmError('BUSY', `${what} does not answer`, { hint: 'see whether it is busy, and try again' })),
      limitMs,
    );
  });
  const working = work();
  working.catch(() => {}); // told by whoever waits; too late, by nobody
  try {
    return await Promise.race([working, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A word as a shell reads it. */
export function shellWord(word: string): string {
  return /^[\p{L}\p{N}_@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
