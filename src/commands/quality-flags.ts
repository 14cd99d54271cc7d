import { CrmError } from '../errors.ts';
import type { ReportLanguage } from '../ui/quality-words.ts';
import { wholeNumber } from './selection.ts';

/** The flags of `crm quality`. */
export interface QualityFlags {
  readonly segment?: string;
  readonly country?: string;
  readonly by?: string;
  readonly trend?: string | true;
  readonly failBelow?: string;
  readonly html?: string;
  readonly lang?: ReportLanguage;
  /** False with `--no-save`. */
  readonly save: boolean;
  readonly freshDays?: string;
  readonly examples?: string;
}

/** @throws {CrmError} USAGE for flags that exclude each other */
export function checkTogether(flags: QualityFlags, json: boolean): void {
  const other = (['by', 'failBelow', 'html'] as const).find((name) => flags[name] !== undefined);
  if (flags.trend !== undefined && other !== undefined)
    throw new CrmError('USAGE', `--trend measures nothing, it cannot go with --${other === 'failBelow' ? 'fail-below' : other}`);
  if (json && flags.html === '-')
    throw new CrmError('USAGE', '--json and --html - both want standard output', { hint: 'name a file, or leave --json out' });
}

/** The limit of `--fail-below`, from 0 to 100; null where it was not given. @throws {CrmError} USAGE */
export function limitOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const limit = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && limit <= 100) return limit;
  throw new CrmError('USAGE', `--fail-below ${text}: give a number from 0 to 100`);
}

/** A whole number from 1 on. @throws {CrmError} USAGE */
export function countOf(option: string, text: string | undefined, fallback: number): number {
  const count = wholeNumber(option, text) ?? fallback;
  if (count > 0) return count;
  throw new CrmError('USAGE', `${option} ${text}: give a whole number from 1 on`);
}
