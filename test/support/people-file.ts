/** Whole numbers below a bound, always the same for one seed (mulberry32, public domain). */
export function randomNumbers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * bound);
  };
}

const GIVEN = ['Ada', 'Grace', 'Max', 'Siobhán', 'Łukasz', '伟', '小明', 'Eva', 'Jürgen', 'Mia'];
const FAMILY = ['Müller', 'King', "O'Brien", 'Żółw', '王', '欧阳', 'Smith', 'Berg', 'Lang', 'Roth'];
const CITIES = ['Berlin', '上海', 'Łódź', 'Köln', 'Dublin', ''];

/**
 * A CSV file of about 100 bytes a row. Now and then a row has no key at all, shares its mailbox with others, repeats the
 * customer of an earlier row with another city, or is too short to be taken.
 */
export function peopleCsv(rows: number, options: { readonly seed?: number; readonly city?: string } = {}): string {
  const random = randomNumbers(options.seed ?? 1);
  const of = (texts: readonly string[]): string => texts[random(texts.length)] as string;
  const lines = ['id,name,email,phone,city,created,tags,Lead source'];
  for (let i = 1; i <= rows; i++) {
    const family = of(FAMILY);
    const given = of(GIVEN);
    const name = `${given} ${family} ${i}`;
    const city = options.city ?? of(CITIES);
    const kind = random(1000);
    const phone = `+4930${String(1_000_000 + i)}`;
    if (kind < 5) lines.push(`,${name},,,${city},2024-01-31,,web`);
    else if (kind < 10) lines.push(`${i},${name},info@example.org,,${city},2024-01-31,,`);
    else if (kind < 15 && i > 100) lines.push(`${i - 50},,p${i - 50}@example.org,,${city} again,2024-01-31,,`);
    else if (kind < 17) lines.push(`${i},${name}`);
    else lines.push(`${i},${name},p${i}@example.org,${phone},${city},2024-01-31T10:00:00Z,"vip; t${i % 7}",campaign ${i % 13}`);
  }
  return `${lines.join('\n')}\n`;
}
