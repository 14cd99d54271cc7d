// Random phone numbers of every region of libphonenumber's metadata, valid and nearly valid, in many notations.
// Used by the property test (test/property/normalize-phone.test.ts) and by phone-agreement.mjs.

/** A deterministic random source: next(n) is an integer from 0 to n - 1. */
export function randomSource(seed) {
  let state = Math.imul(seed + 1, 2654435761) >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  };
}

/** A function that yields `{text, region}`: one random number, and the region it is read in (or null). */
export function phoneSamples(metadata, next) {
  const plans = [...Object.entries(metadata.countries), ...Object.entries(metadata.nonGeographic)];
  const regions = Object.keys(metadata.countries);
  const pick = (list) => list[next(list.length)];
  const parsed = new Map();
  const like = (pattern) => {
    if (!parsed.has(pattern)) parsed.set(pattern, parse(pattern));
    return generate(parsed.get(pattern), next);
  };
  const national = (plan) => {
    const pattern = pick([plan[2], ...plan[11].filter((type) => type !== 0).map((type) => type[0])]);
    const kind = next(10);
    let digits = kind === 0 ? Array.from({ length: 1 + next(17) }, () => next(10)).join('') : like(pattern || plan[2]);
    if (kind > 6) digits = mutate(digits, next);
    return digits;
  };
  return () => {
    const [name, plan] = pick(plans);
    const digits = national(plan);
    const isRegion = name.length === 2;
    const trunk = plan[7] && next(2) === 0 ? like(plan[7]) : plan[5] || '';
    const leaving = isRegion && plan[1] ? like(plan[1]) : '00';
    const written = pick([
      digits,
      trunk + digits,
      `+${plan[0]}${digits}`,
      `+${plan[0]} ${trunk}${digits}`,
      `+${plan[0]} (${trunk})${digits}`,
      plan[0] + digits,
      leaving + plan[0] + digits,
      `00${plan[0]}${digits}`,
    ]);
    const region = next(4) === 0 || !isRegion ? pick([null, pick(regions)]) : name;
    return { text: separate(written, next), region };
  };
}

function mutate(digits, next) {
  const at = next(digits.length + 1);
  const digit = String(next(10));
  return next(3) === 0
    ? digits.slice(0, at) + digit + digits.slice(at)
    : digits.slice(0, at) + (next(4) === 0 ? '' : digit) + digits.slice(at + 1);
}

function separate(text, next) {
  const sign = ['', ' ', '-', '.', '/'][next(5)];
  let out = '';
  for (const [i, c] of [...text].entries()) out += i > 1 && sign !== '' && next(4) === 0 ? sign + c : c;
  return out;
}

/** Parses the subset of patterns that the metadata uses into `{any: [[{of, min, max}]]}`. */
function parse(pattern) {
  let at = 0;
  const alternatives = () => {
    const any = [[]];
    while (at < pattern.length && pattern[at] !== ')') {
      if (pattern[at] === '|') {
        any.push([]);
        at++;
      } else any.at(-1).push(repeated(atom()));
    }
    return { any };
  };
  const atom = () => {
    const c = pattern[at++];
    if (c === '\\') return { digits: pattern[at++] === 'd' ? '0123456789' : '' };
    if (c === '$') return { digits: '' };
    if (c === '[') {
      const end = pattern.indexOf(']', at);
      const text = pattern.slice(at, end).replaceAll('\\d', '0-9');
      at = end + 1;
      return { digits: text.replace(/(\d)-(\d)/g, (_, from, to) => '0123456789'.slice(+from, +to + 1)) };
    }
    if (c !== '(') return { digits: c };
    if (pattern.startsWith('?:', at)) at += 2;
    const group = alternatives();
    at++;
    return group;
  };
  const repeated = (of) => {
    const count = /^(?:\?|\{(\d+)(?:,(\d+))?\})/.exec(pattern.slice(at));
    if (count === null) return { of, min: 1, max: 1 };
    at += count[0].length;
    return count[0] === '?' ? { of, min: 0, max: 1 } : { of, min: +count[1], max: +(count[2] ?? count[1]) };
  };
  return alternatives();
}

function generate(node, next) {
  if (node.digits !== undefined) return node.digits === '' ? '' : node.digits[next(node.digits.length)];
  let out = '';
  for (const { of, min, max } of node.any[next(node.any.length)]) {
    for (let i = min + next(max - min + 1); i > 0; i--) out += generate(of, next);
  }
  return out;
}
