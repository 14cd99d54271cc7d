import type { ImportType } from '../import/related-request.ts';
import { headerKey } from '../model/fields.ts';

/** What a table seems to hold: rows that can be brought in, people of the house, or something else. */
export type TableKind = ImportType | 'staff' | null;

const word = (words: string): RegExp => new RegExp(`(?:^| )(?:${words})s?$`);

/** By the last words of a name, the more special first; Chinese names are compared as they end. */
const KINDS: readonly (readonly [Exclude<TableKind, null>, RegExp, RegExp])[] = [
  [
    'staff',
    word('employee|staff|user|admin|agent|rep|salesperson|operator|mitarbeiter|empleado'),
    /(?:员工|职员|雇员|用户|管理员|业务员|員工)表?$/,
  ],
  [
    'order-items',
    word(
      '(?:order|invoice|sale|sales|line|purchase|basket) ?(?:item|line|detail|position|row)|line item|bestellposition|rechnungsposition',
    ),
    /(?:订单|发票|销售|訂單)(?:明细|项|行|详情|商品|項|明細)表?$/,
  ],
  [
    'consents',
    word('consent|opt in|permission|marketing permission|einwilligung|consentimiento|consentement'),
    /(?:同意|授权|许可|订阅)(?:记录)?表?$/,
  ],
  [
    'interactions',
    word('interaction|activit(?:y|ie)|call|visit|contact log|note|ticket|communication|engagement|meeting|touchpoint|kontaktverlauf'),
    /(?:跟进|沟通|互动|拜访|通话|联系|工单|活动)(?:记录|表)*$/,
  ],
  [
    'orders',
    word('order|invoice|sale|purchase|transaction|bestellung(?:en)?|rechnung(?:en)?|auftr(?:ag|äge)|pedido|commande'),
    /(?:订单|发票|销售单|交易|訂單|合同)(?:信息|主)?表?$/,
  ],
  ['products', word('product|article|item|good|sku|produkt|artikel|producto|produit'), /(?:产品|商品|货品|產品)(?:信息)?表?$/],
  [
    'companies',
    word('compan(?:y|ie)|organi[sz]ation|account|business(?:e)?|firm|firma|firmen|unternehmen|empresa|entreprise'),
    /(?:公司|企业|单位|企業)(?:信息)?表?$/,
  ],
  [
    'customers',
    word('customer|client|contact|person|people|lead|member|subscriber|buyer|cust|kunden?|kontakte?|cliente|personne'),
    /(?:客户|会员|联系人|顾客|客戶|買家|买家|潜在客户)(?:信息|资料|档案)?表?$/,
  ],
];

/** `tblCustomerAddress` → `customer address` */
export function plainName(name: string): string {
  return headerKey(splitWords(name)).replace(/^(?:tbl|tb|t|dbo|crm|dim|fact|public) /, '');
}

/** What a table seems to hold, by its name. */
export function tableKind(name: string): TableKind {
  const plain = plainName(name);
  return KINDS.find(([, latin, chinese]) => latin.test(plain) || chinese.test(plain))?.[0] ?? null;
}

/** Ways to read the name of a column, the likeliest first: as it is, in words, and without the name of its table. */
export function headersOf(column: string, table: string): readonly string[] {
  const words = splitWords(column);
  const key = headerKey(words);
  const owner = plainName(table).replace(/(?<=[a-z]{3})s$/, '');
  const short = key.startsWith(`${owner} `) ? key.slice(owner.length + 1) : null;
  return [...new Set([column, words, ...(short === null ? [] : [short])])];
}

/** Whether a column points to a table by its name alone: `customer_id`, `CustomerId` to `customers`. */
export function pointsTo(column: string, table: string): boolean {
  const owner = plainName(table)
    .replace(/(?<=[a-z]{3})s$/, '')
    .replace(/ie$/, 'y');
  const key = headerKey(splitWords(column));
  return ['id', 'no', 'nr', 'key', 'code', 'number'].some((end) => key === `${owner} ${end}`);
}

/** Columns that nobody should carry elsewhere. */
export function isSecret(column: string): boolean {
  return /(?:^| )(?:password|passwd|pwd|hash|salt|token|secret|密码|口令)(?: |$)/.test(headerKey(splitWords(column)));
}

function splitWords(name: string): string {
  return name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replace(/_+/g, ' ')
    .trim();
}
