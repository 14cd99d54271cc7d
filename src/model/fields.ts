/**
 * The field catalogue: everything the program knows about each field of a customer, in one table. Import mapping,
 * filters, normalising, search, export and the documentation read it. A new field = one entry here + one migration.
 */

/** How a field is stored and compared. */
export type FieldType = 'integer' | 'text' | 'email' | 'phone' | 'country' | 'date' | 'instant' | 'json';

/** What brings the values of a field to canonical form (src/normalize/index.ts). */
export type NormalizerName =
  | 'line' | 'notes' | 'name' | 'given_name' | 'family_name' | 'organisation' | 'email' | 'phone' | 'website' | 'street' | 'place' | 'region'
  | 'postal_code' | 'country' | 'date' | 'instant' | 'kind' | 'gender' | 'language' | 'tax_id';

/** One field of a customer. */
export interface Field {
  /** Column name, JSON key, flag value: the same word everywhere. */
  readonly name: string;
  readonly type: FieldType;
  /** Labels shown to people; the Chinese one is also accepted in filters. */
  readonly label: { readonly en: string; readonly zh: string };
  /** Further headers that mean this field, as `headerKey` folds them. English, Chinese and a few other languages. */
  readonly aliases: readonly string[];
  /** Name in the table of normalisers (src/normalize/index.ts). */
  readonly normalizer?: NormalizerName;
  /** Says something about a person: masked in shared reports. */
  readonly personal: boolean;
  /** A file column may fill it, `crm edit` may change it. */
  readonly writable: boolean;
  /** Its words are found by `--search`. */
  readonly searchable: boolean;
}

const field = (
  name: string,
  type: FieldType,
  en: string,
  zh: string,
  aliases: string,
  flags: string,
  normalizer?: Field['normalizer'],
): Field => ({
  name,
  type,
  label: { en, zh },
  aliases: aliases === '' ? [] : aliases.split('|'),
  ...(normalizer === undefined ? {} : { normalizer }),
  personal: flags.includes('p'),
  writable: flags.includes('w'),
  searchable: flags.includes('s'),
});

/**
 * Every field, in the order of export columns. Flags: p personal, w writable, s searchable.
 * Aliases are compared after `headerKey`, so case, spaces, `_`, `-` and a trailing `(…)` do not matter.
 */
export const FIELDS: readonly Field[] = [
  field('id', 'integer', 'ID', '编号', '', ''),
  field('kind', 'text', 'Kind', '类型', 'customer type|record type|客户性质|对象类型', 'w', 'kind'),
  field('name', 'text', 'Name', '姓名', 'full name|display name|customer name|contact name|client name|contact|客户姓名|客户名称|名称|名字|全名|联系人|联系人姓名|联系人名称|客戶姓名|客戶名稱|名稱|聯絡人|聯絡人姓名|name completo|nombre completo|nom complet|vollständiger name|氏名|お名前|nome completo', 'pws', 'name'),
  field('given_name', 'text', 'Given name', '名', 'first name|firstname|fname|forename|given|vorname|prénom|prenom|nombre|nome|名前|имя', 'pws', 'given_name'),
  field('family_name', 'text', 'Family name', '姓', 'last name|lastname|lname|surname|family|nachname|nom|nom de famille|apellido|apellidos|cognome|sobrenome|姓氏|фамилия', 'pws', 'family_name'),
  field('company_name', 'text', 'Company', '公司', 'company name|organisation|organization|organization name|organisation name|account|account name|employer|business name|firma|unternehmen|société|entreprise|empresa|azienda|公司名称|企业名称|公司名稱|企業名稱|單位|单位|单位名称|所属公司|会社名|компания', 'ws', 'organisation'),
  field('job_title', 'text', 'Job title', '职位', 'title|position|role|job|occupation|职务|岗位|头衔|职业|職稱|職務|titel|funktion|fonction|puesto|cargo', 'ws', 'line'),
  field('email', 'email', 'E-mail', '邮箱', 'e mail|mail|email address|e mail address|primary email|work email|mail address|email 1|e mail 1|电子邮件|电子邮箱|邮件|邮箱地址|邮件地址|電子郵件|電子信箱|信箱|郵箱|e mail adresse|courriel|correo|correo electrónico|correo electronico|メール|メールアドレス|почта', 'pws', 'email'),
  field('phone', 'phone', 'Phone', '电话', 'phone number|mobile|mobile phone|mobile number|cell|cell phone|telephone|telephone number|tel|phone 1|primary phone|work phone|手机|手机号|手机号码|联系电话|电话号码|联系方式|移动电话|手機|手機號碼|行動電話|聯絡電話|telefon|telefonnummer|handy|téléphone|portable|teléfono|telefono|móvil|celular|電話|電話番号|телефон', 'pws', 'phone'),
  field('phone_ext', 'text', 'Phone extension', '分机', 'extension|ext|phone ext|分机号', 'pw', 'line'),
  field('website', 'text', 'Website', '网址', 'web site|url|web|homepage|home page|web page|website url|网站|主页|官网|webseite|site web|sitio web', 'ws', 'website'),
  field('street', 'text', 'Street', '街道地址', 'address|address street|street address|address 1|address line 1|address1|mailing street|home address|地址|详细地址|联系地址|公司地址|住址|街道|straße|strasse|anschrift|adresse|rue|dirección|direccion|calle|indirizzo|住所', 'pws', 'street'),
  field('city', 'text', 'City', '城市', 'address city|town|city town|locality|mailing city|市|所在城市|縣市|stadt|ort|ville|ciudad|città|citta|cidade|город', 'ws', 'place'),
  field('region', 'text', 'Region', '省份', 'address region|address state|state|province|state province|county|state region|mailing state|省|省市|所在省份|bundesland|région|provincia|estado', 'ws', 'region'),
  field('postal_code', 'text', 'Postal code', '邮编', 'address zip|address postal code|postcode|post code|zip|zip code|zipcode|zip postal code|mailing zip|邮政编码|邮政|郵遞區號|郵編|plz|postleitzahl|code postal|código postal|codigo postal|cap|cep', 'w', 'postal_code'),
  field('country', 'country', 'Country', '国家', 'address country|country region|country code|nation|mailing country|国家地区|国家代码|国籍|land|pays|país|pais|paese|国', 'w', 'country'),
  field('birthday', 'date', 'Birthday', '生日', 'birth date|birthdate|date of birth|dob|born|出生日期|出生年月|geburtstag|geburtsdatum|date de naissance|fecha de nacimiento|data di nascita|生年月日', 'pw', 'date'),
  field('gender', 'text', 'Gender', '性别', 'sex|geschlecht|sexe|género|sesso', 'pw', 'gender'),
  field('language', 'text', 'Language', '语言', 'preferred language|locale|语种|sprache|langue|idioma', 'w', 'language'),
  field('tax_id', 'text', 'Tax ID', '税号', 'vat|vat number|vat id|tax number|tax identification number|统一社会信用代码|社会信用代码|纳税人识别号|信用代码|ust id|ustid', 'pw', 'tax_id'),
  field('lifecycle_stage', 'text', 'Lifecycle stage', '客户状态', 'stage|status|lead status|customer status|生命周期|客户阶段|线索状态|状态|跟进状态', 'w', 'line'),
  field('tier', 'text', 'Tier', '客户等级', 'level|customer level|grade|rating|等级|客户级别|级别|会员等级', 'w', 'line'),
  field('owner', 'text', 'Owner', '负责人', 'account owner|contact owner|lead owner|record owner|assigned to|sales rep|归属人|所有者|跟进人|业务员|业务负责人|客户经理', 'w', 'line'),
  field('notes', 'text', 'Notes', '备注', 'note|comment|comments|description|remark|remarks|memo|说明|描述|附注|備註|說明|bemerkung|notizen|remarques|notas', 'pws', 'notes'),
  field('first_contacted_at', 'instant', 'First contacted', '首次联系时间', 'first contact|first contacted|first contact date|first seen|首次联系|首次沟通时间', 'w', 'instant'),
  field('last_contacted_at', 'instant', 'Last contacted', '最近联系时间', 'last contact|last contacted|last contact date|last activity|last activity date|last seen|最近联系|最后联系时间|最近沟通时间|最近跟进时间', 'w', 'instant'),
  field('accessed_at', 'instant', 'Last accessed', '最近查看时间', '', ''),
  field('created_at', 'instant', 'Created', '创建时间', 'created|created date|create date|created on|created time|date created|date added|创建日期|添加时间|录入时间', 'w', 'instant'),
  field('updated_at', 'instant', 'Updated', '更新时间', '', ''),
  field('attributes', 'json', 'Custom fields', '自定义字段', '', ''),
  field('version', 'integer', 'Version', '版本', '', ''),
];

/** Headers that name a row's key in the system it came from (the external id). */
export const EXTERNAL_ID_ALIASES: readonly string[] = [
  'external id', 'id', 'record id', 'customer id', 'contact id', 'client id', 'user id', 'account id', 'lead id', 'external key',
  'uid', 'uuid', 'unique id', 'rec id', 'member id', 'person id', '编号', '客户编号', '編號', '客戶編號', '客户id', '客户代码', '客户代号', '会员编号', '外部编号', '唯一id', '唯一标识', '记录编号', '记录id', '記錄編號',
];

/** Headers that name a row of the file: an external id where no other column is one. */
export const ROW_ID_ALIASES: readonly string[] = [
  'row id', 'row number', 'row no', 'record number', 'record no', 'record key', 'rec no', 'rec number', '行号', '行號', '记录号', '記錄號',
];

/** Headers that hold tags, several in one cell separated by `;` or `,`. */
export const TAG_ALIASES: readonly string[] = ['tags', 'tag', 'labels', 'label', 'categories', '标签', '客户标签', '標籤'];

const byName = new Map(FIELDS.map((f) => [f.name, f]));
const byLabel = new Map(FIELDS.flatMap((f) => [[f.label.zh, f] as const, [headerKey(f.label.en), f] as const]));
const byAlias = new Map(
  FIELDS.filter((f) => f.writable).flatMap((f) =>
    [f.name, f.label.en, f.label.zh, ...f.aliases].map((alias) => [headerKey(alias), f] as const),
  ),
);

/** The field of that name, or undefined. */
export function fieldByName(name: string): Field | undefined {
  return byName.get(name);
}

/** The field that a person means in a filter: its name, its English or its Chinese label. */
export function fieldByNameOrLabel(text: string): Field | undefined {
  return byName.get(text) ?? byLabel.get(text) ?? byLabel.get(headerKey(text));
}

/** The writable field that a file's header means, by name, label or alias. */
export function fieldByHeader(header: string): Field | undefined {
  return byAlias.get(headerKey(header));
}

/** Folds a header for comparison: NFKC, lower case, a trailing bracket or `*` removed, separators as one space. */
export function headerKey(header: string): string {
  return header
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\s*[(（[【][^)）\]】]*[)）\]】]\s*$/, '')
    .replace(/[\s_\-./:*#]+/g, ' ')
    .trim();
}

