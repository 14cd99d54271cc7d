/** What spreadsheets make of values that they took for something else. */
export type ExcelDamage = 'EXCEL_ERROR' | 'EXCEL_NUMBER' | 'EXCEL_DATE';

/** `4.41E+11`: digits were dropped; nobody can say which. With a comma where spreadsheets are set to one. */
const EXPONENT = /^[+-]?\d(?:[.,]\d{1,20})?E\+\d{2,3}$/i;
/** Days since the beginning of 1900 (or 1904), with a fraction for the time: 1927 to 2173. */
const SERIAL_DATE = /^\d{5}(?:[.,]\d{1,15})?$/;
const TOO_NARROW = /^#{3,}$/;
/** Error values, in English and as the translated programs write them. */
const ERRORS: ReadonlySet<string> = new Set(
  (
    '#REF! #N/A #VALUE! #NAME? #DIV/0! #NULL! #NUM! #SPILL! #CALC! #FIELD! #BLOCKED! #CONNECT! #UNKNOWN! #GETTING_DATA #ERROR! ' +
    '#BEZUG! #NV #WERT! #ZAHL! #ÜBERLAUF! #VALEUR! #NOM? #NOMBRE! #NUL! #¡REF! #¡VALOR! #¿NOMBRE? #¡DIV/0! #¡NULO! #¡NUM! ' +
    '#RIF! #N/D #VALORE! #NOME? #VALOR! #VERW! #WAARDE! #NAAM? #GETAL! #ССЫЛКА! #Н/Д #ЗНАЧ! #ИМЯ? #ДЕЛ/0! #ЧИСЛО! #ПУСТО!'
  ).split(' '),
);
const LONGEST = 24;

/** A first look that costs next to nothing: whether a trimmed text could be an error or a number with an exponent. */
export function mayBeExcelDamage(text: string): boolean {
  const first = text.charCodeAt(0);
  if (first === 0x23) return true;
  if (first > 0x39 || first < 0x2b || text.length > LONGEST) return false;
  const { length } = text;
  return text.charCodeAt(length - 3) === 0x2b || text.charCodeAt(length - 4) === 0x2b;
}

/**
 * What a spreadsheet has done to a trimmed text: EXCEL_ERROR for an error value (`#REF!`) or a column that was too narrow
 * (`####`), EXCEL_NUMBER for a number in exponent form, null for neither.
 */
export function excelDamage(text: string): Exclude<ExcelDamage, 'EXCEL_DATE'> | null {
  if (text.length > LONGEST && !text.startsWith('###')) return null;
  if (text.startsWith('#')) return ERRORS.has(text.toUpperCase()) || TOO_NARROW.test(text) ? 'EXCEL_ERROR' : null;
  return EXPONENT.test(text) ? 'EXCEL_NUMBER' : null;
}

/** The same of a cell that should hold a date: EXCEL_DATE for a day by its serial number (`45291`, `45291.5`). */
export function excelDateDamage(text: string): ExcelDamage | null {
  return SERIAL_DATE.test(text) ? 'EXCEL_DATE' : excelDamage(text);
}
