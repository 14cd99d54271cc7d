/** Tables to be polluted: invented people and goods. */
import { tableOf } from './pollution-files.mjs';

const pick = (list, index) => list[index % list.length];
const two = (number) => String(number).padStart(2, '0');

const GOODS = [
  'Canvas Tent',
  "Men's Rain Coat, Long",
  'Folding Table, Round 40"',
  'Tin Lantern',
  "Kids' Mittens",
  'Wool Blanket, Grey',
  'Rope 9 mm',
  'Camp Chair',
];
const WORDS = [
  "Keeps you dry, warm and visible; it won't tear in the wind or fade in the sun.",
  'Made of heavy cotton, with two pockets, a hood and a belt that holds.',
  "Our most asked for model: light, small when folded, and it's easy to clean.",
  'The 6\\\'2" frame fits in any boot, says who tried it.',
  'Soft, durable and made to last for years of travel',
];

/** Goods in a shop: dates, times, prices, long quoted descriptions, a last column that is empty mostly. */
function goods(rows) {
  const list = [['DAY', 'HOUR', 'Pieces', 'GOODSID', 'Cost', 'Kind', 'Description', 'LINK', 'Remarks']];
  for (let i = 0; i < rows; i++) {
    const id = `${pick(['TN', 'RC', 'FT', 'LN'], i)}-${1000 + ((i * 7919) % 9000)}`;
    const link = `https://shop.example/goods/${id}.html`;
    const cost = `$${((i * 37.13) % 90).toFixed(2)}`;
    list.push([
      `${two(1 + (i % 28))}/${two(1 + (i % 12))}/2021`,
      `${two(i % 24)}:${two((i * 15) % 60)}`,
      String((i * 3) % 11),
      id,
      cost,
      pick(GOODS, i),
      pick(WORDS, i),
      link,
      '',
    ]);
  }
  return tableOf(list, [6, 7]);
}

/** Customers as a CRM exports them. */
function customers(rows) {
  const list = [['Customer ID', 'First Name', 'Last Name', 'Email', 'Phone', 'Company', 'Street', 'City', 'Created', 'Notes']];
  for (let i = 0; i < rows; i++) {
    const first = pick(['Ada', 'Bruno', 'Chloé', 'Dörte', 'Emil', 'Fatou'], i);
    const last = pick(["O'Neil", 'Sørensen', 'van Dijk', 'García', 'Novák'], i);
    const notes = pick(['', 'Called, wants a "quick" offer', 'Prefers mail;\nnot before 9', ''], i);
    const company = pick(['Acme, Inc.', 'Blau GmbH', ''], i);
    list.push([
      String(1001 + i),
      first,
      last,
      `p${i}@mail.example`,
      `+49 30 ${5550000 + i * 13}`,
      company,
      `${i + 1} Elm Street, Flat ${i % 7}`,
      pick(['Berlin', 'Oslo', 'Lyon'], i),
      `2023-0${1 + (i % 9)}-1${i % 9}`,
      notes,
    ]);
  }
  return tableOf(list);
}

/** Chinese customers. */
function chinese(rows) {
  const list = [['客户名称', '联系人', '手机', '邮箱', '省份', '城市', '详细地址', '创建时间', '备注']];
  for (let i = 0; i < rows; i++) {
    const company = `${pick(['上海', '深圳', '成都', '杭州'], i)}${pick(['云帆', '恒达', '金叶', '瑞禾'], i + 1)}${pick(['科技', '贸易', '食品'], i)}有限公司`;
    const person = `${pick(['王', '李', '张', '欧阳', '陈'], i)}${pick(['伟', '芳', '小明', '丽娜'], i)}`;
    const place = pick(
      [
        ['上海市', '浦东新区'],
        ['广东省', '深圳市'],
        ['四川省', '成都市'],
      ],
      i,
    );
    list.push([
      company,
      person,
      `138${String(10000000 + i * 7919).slice(-8)}`,
      `u${i}@mail.example`,
      ...place,
      `人民路${i + 1}号,${i % 9}楼"东"座`,
      `2023-0${1 + (i % 9)}-1${i % 9}`,
      pick(['', '老客户,重要', '电话回访'], i),
    ]);
  }
  return tableOf(list);
}

/** Name, rows and encoding of each table that is polluted. */
export const TABLES = [
  { name: 'goods, 84 rows', table: goods(83), encoding: 'utf-8', isMain: true },
  { name: 'customers, 40 rows', table: customers(40), encoding: 'utf-8' },
  { name: 'customers, 6 rows', table: customers(6), encoding: 'windows-1252' },
  { name: 'Chinese, 30 rows', table: chinese(30), encoding: 'gb18030' },
  { name: 'Chinese, 5 rows', table: chinese(5), encoding: 'utf-8' },
];
