import { fold } from '../model/fold.ts';

/**
 * Names of the months and what calendars shorten them to, in English, German, French, Spanish, Italian, Portuguese, Dutch,
 * Danish, Norwegian, Swedish and Russian. A word that means different months in two of them must not stand here.
 */
const NAMES: readonly string[] = [
  'january|jan|januar|jänner|jän|janvier|janv|enero|ene|gennaio|gen|janeiro|januari|января|январь|янв',
  'february|feb|februar|feber|février|févr|fév|febrero|febbraio|febb|fevereiro|fev|februari|февраля|февраль|фев|февр',
  'march|mar|märz|mär|mrz|mars|marzo|março|maart|mrt|marts|марта|март|мар',
  'april|apr|avril|avr|abril|abr|aprile|апреля|апрель|апр',
  'may|mai|mayo|maggio|mag|maio|mei|maj|мая|май',
  'june|jun|juni|juin|junio|giugno|giu|junho|июня|июнь|июн',
  'july|jul|juli|juillet|juil|julio|luglio|lug|julho|июля|июль|июл',
  'august|aug|août|aoû|agosto|ago|augustus|augusti|августа|август|авг',
  'september|sep|sept|septembre|septiembre|setiembre|settembre|sett|setembro|set|сентября|сентябрь|сен|сент',
  'october|oct|oktober|okt|octobre|octubre|ottobre|ott|outubro|out|октября|октябрь|окт',
  'november|nov|novembre|noviembre|novembro|ноября|ноябрь|ноя|нояб',
  'december|dec|dezember|dez|décembre|déc|diciembre|dic|dicembre|dezembro|desember|des|декабря|декабрь|дек',
];

const MONTHS: ReadonlyMap<string, number> = new Map(
  NAMES.flatMap((names, index) => names.split('|').map((name) => [fold(name), index + 1] as const)),
);

/** The month (1 to 12) that a word names, ignoring case and accents; undefined when it names none. */
export function monthOf(word: string): number | undefined {
  return MONTHS.get(fold(word));
}
