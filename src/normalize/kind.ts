import type { Normalized } from './normalizer.ts';
import { wordLookup } from './word-lookup.ts';

const lookup = wordLookup({
  person:
    'person|people|individual|private|private person|private individual|natural person|human|contact|consumer|b2c|persona|personne|particulier|privatperson|' +
    '个人|個人|人|自然人|个人客户|個人客戶|联系人|聯繫人|个体|散客',
  organisation:
    'organisation|organization|organisations|organizations|org|company|business|corporate|corporation|enterprise|firm|account|legal entity|legal person|b2b|' +
    'firma|unternehmen|organisation|societe|entreprise|empresa|organizacion|azienda|' +
    '公司|企业|企業|单位|單位|机构|機構|组织|組織|法人|团体|團體|商户|企业客户|企業客戶|公司客户|公司客戶|单位客户|机构客户',
});

/** Kind of customer: `person` or `organisation`, from English, Chinese and a few other words. */
export function normalizeKind(raw: string): Normalized {
  return lookup(raw);
}
