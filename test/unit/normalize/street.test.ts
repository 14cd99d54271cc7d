import { expect, it } from 'vitest';
import { normalizeStreet } from '../../../src/normalize/street.ts';

it.each([
  ['123 Main St', '123 Main St'],
  ['123 MAIN ST', '123 Main St'],
  ['123 main st nw', '123 Main St NW'],
  ['PO BOX 12', 'PO Box 12'],
  ['P.O. BOX 5', 'P.O. Box 5'],
  ['5TH AVE', '5th Ave'],
  ['123 N 5TH ST APT B', '123 N 5th St Apt B'],
  ['12B HIGH STREET', '12B High Street'],
  ['HAUPTSTRAßE 12A', 'Hauptstraße 12A'],
  ['hauptstr. 12a', 'Hauptstr. 12a'],
  ['RUE DE LA PAIX 5', 'Rue de la Paix 5'],
  ["RUE DE L'EGLISE", "Rue de l'Eglise"],
  ["KING'S ROAD 1", "King's Road 1"],
  ['12 Main St\nApt 4', '12 Main St, Apt 4'],
  ['12 Main St,\r\n\r\n Apt 4\n', '12 Main St, Apt 4'],
  ['科技园路1号', '科技园路1号'],
  ['科技园路１号', '科技园路1号'],
  ['科技园路1号\nA座', '科技园路1号, A座'],
  ['建国路 88 号', '建国路 88 号'],
  ['市府路45號', '市府路45號'],
  ['ROOM 5, 科技园', 'Room 5, 科技园'],
  ['', ''],
])('%j is %j', (raw, value) => {
  expect(normalizeStreet(raw)).toEqual({ value, understood: true });
  expect(normalizeStreet(value).value).toBe(value);
});
