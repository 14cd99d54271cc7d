import { type Field, type FieldType, fieldByHeader, headerKey } from './fields.ts';

/** Kinds of related data, as `--type` names them. */
export const RELATED_TYPES = ['interactions', 'products', 'orders', 'order-items', 'consents'] as const;

/** One of `RELATED_TYPES`. */
export type RelatedType = (typeof RELATED_TYPES)[number];

/** Whether the text is one of `RELATED_TYPES`. */
export function isRelatedType(text: string): text is RelatedType {
  return (RELATED_TYPES as readonly string[]).includes(text);
}

/** How the text of a cell becomes a value. */
export type RelatedReading =
  | 'text'
  | 'key'
  | 'instant'
  | 'money'
  | 'currency'
  | 'integer'
  | 'interaction_kind'
  | 'direction'
  | 'consent_status'
  | 'consent_channel';

/** One column of a file of related data; described like a field of a customer. */
export interface RelatedField extends Field {
  readonly reads: RelatedReading;
  /** A file without such a column cannot be used. */
  readonly required: boolean;
}

/** Fit of a header that is found by the catalogue of customers. */
const WEAKEST = 1000;
const TYPES: Readonly<Partial<Record<RelatedReading, FieldType>>> = { instant: 'instant', integer: 'integer' };

const column = (name: string, reads: RelatedReading, en: string, zh: string, aliases: string, required = false): RelatedField => ({
  ...{ name, reads, required, type: TYPES[reads] ?? 'text', label: { en, zh }, aliases: aliases.split('|') },
  ...{ personal: false, writable: true, searchable: false },
});

/** Columns that say whom a row is about, in order of authority. */
export const LINK_FIELDS: readonly RelatedField[] = [
  column('customer.id', 'key', 'CRM ID', '系统客户编号', 'crm customer id|crm id'),
  column('customer.external_id', 'key', 'Customer ID', '客户编号', 'customer external id|customer number|customer no|customer key|client id|client number|contact id|account id|lead id|person id|company id|user id|member id|buyer id|客户id|客户代码|客户代号|客户号|会员编号|会员id|会员号|用户id|联系人编号|买家id|kundennummer|kunden nr|kd nr|id client|numéro client|id cliente'),
  column('customer.email', 'key', 'Customer e-mail', '客户邮箱', 'customer email|customer email address|buyer email|contact email|billing email|client email|account email|recipient|email|客户邮件|买家邮箱|会员邮箱|联系人邮箱'),
  column('customer.phone', 'key', 'Customer phone', '客户电话', 'customer phone number|customer mobile|buyer phone|contact phone|billing phone|client phone|phone|客户手机|客户手机号|客户联系电话|会员手机|会员手机号|买家手机|买家电话|联系人电话|联系人手机'),
];

const currency = column('currency', 'currency', 'Currency', '币种', 'currency code|price currency|order currency|total currency|货币|币别|货币代码|währung|waehrung|devise|moneda|valuta|通貨');
const sku = (aliases: string): RelatedField => column('sku', 'key', 'SKU', '商品编码', `product sku|item sku|variant sku|lineitem sku|product code|article number|article no|item code|item number|part number|stock code|货号|商品货号|商品编号|商品代码|产品编号|产品编码|产品代码|sku编码|规格编码|artikelnummer|référence|referencia${aliases}`);
const orderNumber = (aliases: string): RelatedField => column('number', 'key', 'Order number', '订单号', `order no|order id|order|order name|order ref|order reference|invoice number|invoice no|sales order|订单编号|订单id|订单|单号|销售单号|bestellnummer|auftragsnummer|rechnungsnummer|numéro de commande|número de pedido|注文番号${aliases}`);

const COLUMNS: Readonly<Record<RelatedType, readonly RelatedField[]>> = {
  interactions: [
    column('external_id', 'key', 'Interaction ID', '互动编号', 'id|external id|activity id|engagement id|event id|call id|ticket id|ticket number|case number|message id|record id|task id|编号|记录编号|跟进编号|工单编号|工单号|流水号'),
    column('kind', 'interaction_kind', 'Kind', '类型', 'type|interaction type|interaction kind|activity|activity type|engagement type|event|event type|record type|互动类型|跟进类型|跟进方式|沟通方式|联系方式类型|活动类型|拜访方式|art|typ|tipo'),
    column('channel', 'text', 'Channel', '渠道', 'via|medium|沟通渠道|来源渠道|kanal|canal'),
    column('direction', 'direction', 'Direction', '方向', 'call direction|inbound outbound|in out|呼叫方向|通话方向|呼叫类型|richtung'),
    column('subject', 'text', 'Subject', '主题', 'title|topic|summary|headline|标题|事由|活动主题|跟进主题|betreff|asunto|objet|件名'),
    column('body', 'text', 'Body', '内容', 'text|content|contents|note|notes|comment|comments|description|message|details|transcript|answer|跟进内容|沟通内容|互动内容|跟进记录|沟通记录|备注|详情|正文|描述|通话内容|inhalt|bemerkung|contenu|mensaje|内容詳細'),
    column('occurred_at', 'instant', 'Time', '时间', 'occurred|occurred at|occurred on|date|datetime|date time|timestamp|when|activity date|activity time|interaction date|event date|event time|call date|call time|start|start time|started at|sent at|received at|created|created at|created date|create date|日期|发生时间|发生日期|跟进时间|跟进日期|沟通时间|联系时间|通话时间|拜访时间|活动时间|互动时间|创建时间|datum|zeitpunkt|fecha|日時', true),
  ],
  products: [
    sku('|id|product id|item id|variant id|编号|产品id|商品id|编码|代码'),
    column('name', 'text', 'Name', '名称', 'product|product name|product title|title|item|item name|article|description|产品|产品名称|商品|商品名称|品名|货品名称|artikel|bezeichnung|produkt|produit|producto|nombre|nom|商品名'),
    column('price', 'money', 'Price', '价格', 'unit price|list price|retail price|sales price|sale price|standard price|variant price|amount|单价|售价|标价|标准价格|零售价|销售价|定价|preis|prix|precio|prezzo'),
    currency,
  ],
  orders: [
    orderNumber('|number|no|id|transaction id|transaction number|deal id|external id|编号|交易号|交易编号|合同编号|流水号'),
    column('status', 'text', 'Status', '状态', 'order status|state|financial status|payment status|stage|订单状态|交易状态|付款状态|支付状态|estado|statut'),
    column('ordered_at', 'instant', 'Order date', '下单时间', 'ordered|ordered at|ordered on|order time|order datetime|date|datetime|timestamp|placed at|purchased at|purchase date|sale date|invoice date|transaction date|paid at|closed at|close date|created|created at|created date|create date|下单日期|订单日期|订单时间|成交时间|成交日期|购买时间|付款时间|支付时间|创建时间|日期|时间|bestelldatum|auftragsdatum|datum|fecha|fecha de pedido|date de commande|注文日|注文日時', true),
    column('total', 'money', 'Total', '订单金额', 'order total|total amount|total price|grand total|amount|order amount|order value|value|sum|revenue|net total|gross total|price|paid|金额|总额|总金额|总价|合计|订单总额|订单总金额|实付金额|应付金额|成交金额|支付金额|交易金额|gesamt|gesamtbetrag|gesamtsumme|betrag|summe|montant|montant total|importe|importe total|totale|合計', true),
    currency,
  ],
  'order-items': [
    orderNumber('|order external id|parent order'),
    column('line', 'integer', 'Line', '行号', 'line number|line no|item no|position|pos|row number|序号|明细行号|明细序号|项次|positionsnummer|posición'),
    sku('|product id|item id|variant id|产品id|商品id'),
    column('description', 'text', 'Description', '商品名称', 'product|product name|product title|item|item name|lineitem name|title|name|article|variant|产品|产品名称|商品|品名|名称|货品名称|bezeichnung|artikel|produkt|produit|producto|descripción|商品名'),
    column('quantity', 'integer', 'Quantity', '数量', 'qty|count|pieces|pcs|units|lineitem quantity|ordered quantity|件数|购买数量|menge|anzahl|stück|quantité|cantidad|quantità|個数', true),
    column('price', 'money', 'Unit price', '单价', 'price|item price|price each|lineitem price|selling price|价格|售价|成交单价|成交价|preis|einzelpreis|stückpreis|prix|prix unitaire|precio|precio unitario', true),
    currency,
  ],
  consents: [
    column('channel', 'consent_channel', 'Channel', '渠道', 'consent channel|medium|contact channel|via|type|kind|授权渠道|联系渠道|方式|联系方式|订阅类型|kanal|canal', true),
    column('status', 'consent_status', 'Status', '状态', 'consent|consent status|opt in|opted in|optin|subscribed|subscription|subscription status|marketing consent|permission|decision|同意状态|订阅状态|授权状态|是否同意|是否订阅|是否授权|同意|einwilligung|consentement|consentimiento', true),
    column('ground', 'text', 'Ground', '依据', 'reason|legal basis|lawful basis|basis|source|origin|consent source|consent text|evidence|comment|note|notes|法律依据|同意依据|授权依据|来源|同意来源|授权来源|原因|说明|备注|grund|rechtsgrundlage'),
    column('decided_at', 'instant', 'Decided', '决定时间', 'decided at|decided on|date|datetime|time|timestamp|consent date|consent time|consented at|given at|opt in date|opt in time|opt out date|opted in at|opted out at|changed at|updated at|last changed|created at|同意时间|同意日期|授权时间|授权日期|订阅时间|退订时间|日期|时间|datum|fecha'),
  ],
};

/** Columns of files of that type: what links a row to its customer first. */
export function relatedFields(type: RelatedType): readonly RelatedField[] {
  return type === 'products' ? COLUMNS.products : [...LINK_FIELDS, ...COLUMNS[type]];
}

/**
 * How well a header fits a column: 0 is its name, then its labels, then its aliases in their order; null where it does not.
 * E-mail and phone of a customer go by the catalogue of customers too.
 */
export function relatedFit(field: RelatedField, header: string): number | null {
  // `customer.id`, the id here, is not the `Customer ID` of the system that the file comes from.
  if (header.trim() === field.name) return 0;
  const key = headerKey(header);
  const words = [...(field.name.includes('.') ? [] : [field.name]), field.label.en, field.label.zh, ...field.aliases];
  const fit = words.findIndex((word) => headerKey(word) === key);
  if (fit >= 0) return fit + 1;
  return field.name.startsWith('customer.') && field.name === `customer.${fieldByHeader(header)?.name}` ? WEAKEST : null;
}
