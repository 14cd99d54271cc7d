import { CURRENCIES_BY_DECIMALS, USUAL_DECIMALS } from '../model/currency.ts';
import { mapText, raw, sql, type Fragment } from './query-fragment.ts';

/** Sums are integers in ten-thousandths, so that currencies of zero to four decimals add up exactly. */
const SCALE_DECIMALS = 4;
const SCALE = 10 ** SCALE_DECIMALS;

/** Total of a customer's orders in ten-thousandths of a currency unit; 0 without orders. Different currencies are simply added. */
export const ORDERS_TOTAL: Fragment = raw(
  `(SELECT CAST(coalesce(sum(orders.total_minor * ${factorSql('orders.total_currency')}), 0) AS bigint) FROM orders WHERE orders.customer_id = customers.id)`,
);

/** SQL of the number that turns minor units of a currency into ten-thousandths. */
function factorSql(currency: string): string {
  const cases = CURRENCIES_BY_DECIMALS.map(
    ({ decimals, codes }) =>
      `WHEN ${currency} IN (${codes.map((code) => `'${code}'`).join(', ')}) THEN ${10 ** (SCALE_DECIMALS - decimals)}`,
  );
  return `CASE ${cases.join(' ')} ELSE ${10 ** (SCALE_DECIMALS - USUAL_DECIMALS)} END`;
}

/** Ten-thousandths of a number expression, rounded. */
export function scaled(number: Fragment): Fragment {
  return sql`CAST(round(${number} * ${raw(String(SCALE))}) AS bigint)`;
}

/** SQL of the shortest decimal text (`1000.5`, `-0.25`) of an expression in ten-thousandths; NULL stays NULL. */
export function decimalText(amount: Fragment): Fragment {
  const digits = `substr(CAST(${SCALE} + abs(units) % ${SCALE} AS text), 2)`;
  const text = `CASE WHEN units < 0 THEN '-' ELSE '' END || CAST(abs(units) / ${SCALE} AS text) || rtrim(rtrim('.' || ${digits}, '0'), '.')`;
  return mapText(amount, (expression) => `(SELECT ${text} FROM (SELECT ${expression} AS units) AS amount)`);
}

/**
 * A comparison of an amount in ten-thousandths with a decimal number, exact for any number of decimals.
 * @param decimal canonical text as `parseDecimal` returns it
 */
export function compareAmount(amount: Fragment, operator: '=' | '<' | '<=' | '>' | '>=', decimal: string): Fragment {
  const { floor, exact } = tenThousandths(decimal);
  const limit = sql`CAST(${floor.toString()} AS numeric)`;
  if (exact) return sql`${amount} ${raw(operator)} ${limit}`;
  if (operator === '=') return raw('1 = 0');
  return sql`${amount} ${raw(operator.startsWith('<') ? '<=' : '>')} ${limit}`;
}

function tenThousandths(decimal: string): { floor: bigint; exact: boolean } {
  const [whole, fraction = ''] = decimal.replace('-', '').split('.') as [string, string?];
  const amount = BigInt(whole + fraction.slice(0, SCALE_DECIMALS).padEnd(SCALE_DECIMALS, '0'));
  const exact = fraction.length <= SCALE_DECIMALS;
  if (!decimal.startsWith('-')) return { floor: amount, exact };
  return { floor: exact ? -amount : -amount - 1n, exact };
}
