import type { Normalized } from './normalizer.ts';
import { wordLookup } from './word-lookup.ts';

// Digits are left out on purpose: 1 and 2 are ISO 5218 and GB/T 2261.1, but many programs count 0 and 1.
const lookup = wordLookup({
  male:
    'male|m|man|boy|mr|mister|sir|gentleman|herr|mann|mannlich|maennlich|monsieur|homme|masculin|hombre|masculino|varon|senor|signore|maschio|' +
    '男|男性|男士|男生|男人|先生',
  female:
    'female|f|w|woman|girl|mrs|ms|miss|madam|lady|frau|weiblich|madame|mademoiselle|femme|feminin|mujer|femenino|feminino|senora|senorita|signora|femmina|' +
    '女|女性|女士|女生|女人|小姐|太太|夫人',
  other: 'other|others|x|nonbinary|non binary|diverse|divers|d|third gender|其他|其它|非二元|第三性别',
});

/** Gender: `male`, `female` or `other`, from letters, words and forms of address in English, Chinese and a few others. */
export function normalizeGender(raw: string): Normalized {
  return lookup(raw);
}
