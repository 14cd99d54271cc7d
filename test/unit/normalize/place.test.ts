import { expect, it } from 'vitest';
import { normalizePlace } from '../../../src/normalize/place.ts';

it.each([
  ['Berlin', 'Berlin'],
  ['NEW YORK', 'New York'],
  ['new york', 'New York'],
  ['sao paulo', 'Sao Paulo'],
  ['SÃO PAULO', 'São Paulo'],
  ['RIO DE JANEIRO', 'Rio de Janeiro'],
  ['STRATFORD-UPON-AVON', 'Stratford-upon-Avon'],
  ['FRANKFURT AM MAIN', 'Frankfurt am Main'],
  ['DEN HAAG', 'Den Haag'],
  ["L'AQUILA", "L'Aquila"],
  ["COEUR D'ALENE", "Coeur d'Alene"],
  ["O'FALLON", "O'Fallon"],
  ["'S-HERTOGENBOSCH", "'s-Hertogenbosch"],
  ['GIEßEN', 'Gießen'],
  ['İSTANBUL', 'İstanbul'],
  ['DİYARBAKIR', 'Diyarbakir'],
  ['NYC', 'NYC'],
  ['LA', 'LA'],
  ['McAllen', 'McAllen'],
  ['МОСКВА', 'МОСКВА'],
  ['深圳', '深圳'],
  ['深圳市', '深圳市'],
  [' 深 圳　市 ', '深 圳 市'],
  ['臺北市', '臺北市'],
  ['呼和浩特市', '呼和浩特市'],
  ['SHENZHEN 深圳', 'Shenzhen 深圳'],
  ['ＳＨＡＮＧＨＡＩ', 'Shanghai'],
  ['', ''],
])('%j is %j', (raw, value) => {
  expect(normalizePlace(raw)).toEqual({ value, understood: true });
  expect(normalizePlace(value).value).toBe(value);
});
