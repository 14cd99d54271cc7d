/** What a cell looks like, whatever its column is called. */
export type CellShape = 'empty' | 'number' | 'date' | 'time' | 'email' | 'url' | 'phone' | 'code' | 'flag' | 'text';

const NUMBER = /^[-+]?(?:[$€£¥￥]\s?)?[-+]?(?:\d{1,3}(?:[,.' ]\d{3})+|\d+)(?:[.,]\d+)?(?:[eE][-+]?\d+)?\s?(?:%|[$€£¥元])?$/;
const DATE =
  /^(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}|[A-Za-z]{3,9} \d{1,2}, \d{4})(?:[T ,].*)?$/;
const TIME = /^\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]\.?m\.?)?$/i;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const URL = /^(?:https?:\/\/|www\.)\S+$/i;
const PHONE = /^(?:\+|00)?[\d\s().-]{7,20}(?:\s?(?:x|ext\.?|转)\s?\d{1,6})?$/i;
const CODE = /^(?=.*\d)[\p{L}\d]+(?:[-_/.][\p{L}\d]+)*$/u;
const FLAG = /^(?:true|false|yes|no|y|n|t|f|是|否|男|女|m|w|null|n\/a|-)$/i;
const LONGEST = 200;

/** The shape of a cell. */
export function shapeOf(raw: string): CellShape {
  const cell = raw.trim();
  if (cell === '') return 'empty';
  if (cell.length > LONGEST) return 'text';
  if (NUMBER.test(cell)) return 'number';
  if (TIME.test(cell)) return 'time';
  if (DATE.test(cell)) return 'date';
  if (EMAIL.test(cell)) return 'email';
  if (URL.test(cell)) return 'url';
  if (FLAG.test(cell)) return 'flag';
  if (PHONE.test(cell) && (cell.match(/\d/g)?.length ?? 0) >= 6) return 'phone';
  return CODE.test(cell) ? 'code' : 'text';
}

/** Shapes that a column name never has. */
export const DATA_SHAPES: ReadonlySet<CellShape> = new Set(['date', 'time', 'email', 'url', 'phone']);
