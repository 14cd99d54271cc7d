/**
 * Currencies whose minor unit is not a hundredth, by the number of decimals.
 * Source: ISO 4217:2015, list one.
 */
export const CURRENCIES_BY_DECIMALS: readonly { readonly decimals: number; readonly codes: readonly string[] }[] = [
  { decimals: 0, codes: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ') },
  { decimals: 3, codes: 'BHD IQD JOD KWD LYD OMR TND'.split(' ') },
  { decimals: 4, codes: 'CLF UYW'.split(' ') },
];

/** Decimals of every other currency. */
export const USUAL_DECIMALS = 2;

const DECIMALS: ReadonlyMap<string, number> = new Map(
  CURRENCIES_BY_DECIMALS.flatMap(({ decimals, codes }) => codes.map((code) => [code, decimals])),
);

/** How many decimals amounts of a currency (ISO 4217 code) have. */
export function currencyDecimals(currency: string): number {
  return DECIMALS.get(currency) ?? USUAL_DECIMALS;
}
