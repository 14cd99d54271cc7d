import type { CustomRule } from '../normalize/custom-rules.ts';

/** How raw cells become values. */
export interface RowOptions {
  /** ISO 3166-1 alpha-2 region of national phone numbers in rows without a country; null when not given. */
  readonly region: string | null;
  /** What an empty cell means: keep what is stored, or empty it. */
  readonly blank: 'keep' | 'clear';
  /** Tags that every row gets. */
  readonly tags: readonly string[];
  /** Whether a cell is one value in any case: where nothing would come of further ones. */
  readonly oneValue?: boolean;
  /** Whether names, companies, places and other texts stay as they are written. */
  readonly asWritten?: boolean;
  /** Rules of the user for canonical values. */
  readonly rules?: readonly CustomRule[];
  /** What is known of the customer that the row is about, where the row does not say it. */
  readonly known?: { readonly kind: string; readonly country: string | null };
}
