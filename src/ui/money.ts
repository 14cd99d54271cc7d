import { currencyDecimals } from '../model/currency.ts';

/** An amount in minor units with its currency, exact: `120000 EUR` → `1,200.00 EUR`, `5000 JPY` → `5,000 JPY`. */
export function formatMoney(minor: number | bigint, currency: string): string {
  const decimals = currencyDecimals(currency);
  const digits = String(minor)
    .replace('-', '')
    .padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = decimals === 0 ? '' : `.${digits.slice(-decimals)}`;
  return `${minor < 0 ? '-' : ''}${whole}${fraction} ${currency}`;
}
