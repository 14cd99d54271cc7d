import { CrmError } from '../errors.ts';

/** A number of things, or a share of all of them in [0,1] and beyond. */
export type Amount = { readonly count: number } | { readonly share: number };

/** Reads `100` or `2.5%`. @throws {CrmError} USAGE naming the option and what is counted */
export function amountOf(option: string, text: string, things: string, examples: readonly [string, string]): Amount {
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim());
  if (match === null || (match[2] === '' && !Number.isInteger(Number(match[1])))) {
    throw new CrmError('USAGE', `${option} ${text}: give a number of ${things} or a percentage`, {
      hint: `for instance: ${option} ${examples[0]} or ${option} ${examples[1]}`,
    });
  }
  return match[2] === '%' ? { share: Number(match[1]) / 100 } : { count: Number(match[1]) };
}
