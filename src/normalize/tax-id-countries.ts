/**
 * Validators of tax and company identifiers by country: companies' first, because customers' records hold more of them.
 * Where two have the same form, the first that finds the number right says what it is.
 */
const VALIDATORS =
  'AD:nrt|AL:nipt|AO:nif|AR:cuit|AT:uid tin businessid|AU:abn acn tfn|AZ:tin|BE:vat nn bis|BG:vat egn pnf|BR:cnpj cpf|BY:unp|' +
  'CA:bn gst qst sin|CH:vat uid ssn|CL:rut|CO:nit|CR:cpj cpf|CY:vat|CZ:dic ico rc|DE:vat idnr stnr|DK:cvr cpr|DO:rnc cedula|EC:ruc ci|' +
  'EE:kmkr registrikood ik|ES:nif cif dni nie|FI:alv ytunnus hetu|FR:tva siret siren nif|GB:vat utr|GR:vat amka|GT:nit|HK:hkid|HR:oib|' +
  'HU:anum|ID:npwp|IE:vat pps|IL:hp idnr|IN:gstin pan|IS:kennitala vsk|IT:iva codicefiscale|JP:cn|KR:brn rrn|LT:pvm asmens|LU:tva|' +
  'LV:pvn|MC:tva|MD:idno|MA:ice|MT:vat|MX:rfc curp|NL:btw bsn|NO:mva orgnr fodselsnummer|NZ:ird|PE:ruc|PK:ntn|PL:nip regon pesel|' +
  'PT:nif|PY:ruc|RO:cif cui cnp|RS:pib|RU:inn|SE:vat orgnr personnummer|SG:uen|SI:ddv|SK:dph|SM:coe|SV:nit|TH:tin|TR:vkn tckimlik|' +
  'TW:ubn|UA:edrpou rntrc|US:ein ssn|UY:rut|VE:rif|VN:mst|ZA:vat tin';

/** VAT numbers with the country before them: prefix, country of the rules, validator, pattern of what follows the prefix. */
const VAT =
  'AT AT uid U\\d{8}|BE BE vat [01]?\\d{9}|BG BG vat \\d{9,10}|CY CY vat \\d{8}[A-Z]|CZ CZ dic \\d{8,10}|DE DE vat \\d{9}|DK DK cvr \\d{8}|' +
  'EE EE kmkr \\d{9}|EL GR vat \\d{9}|ES ES nif [A-Z0-9]\\d{7}[A-Z0-9]|FI FI alv \\d{8}|FR FR tva [A-Z0-9]{2}\\d{9}|' +
  'GB GB vat (?:\\d{9}|\\d{12})|HR HR oib \\d{11}|HU HU anum \\d{8}|IE IE vat \\d[A-Z0-9+*]\\d{5}[A-Z]{1,2}|IT IT iva \\d{11}|' +
  'LT LT pvm (?:\\d{9}|\\d{12})|LU LU tva \\d{8}|LV LV pvn \\d{11}|MT MT vat \\d{8}|NL NL btw \\d{9}B\\d{2}|PL PL nip \\d{10}|' +
  'PT PT nif \\d{9}|RO RO cif \\d{2,10}|SE SE vat \\d{12}|SI SI ddv \\d{8}|SK SK dph \\d{10}|XI GB vat (?:\\d{9}|\\d{12})';

/** A VAT number's rules. */
export interface VatRules {
  /** ISO 3166-1 alpha-2 code of the country whose rules they are. */
  readonly country: string;
  readonly validator: string;
  /** What follows the prefix, as a whole. */
  readonly body: RegExp;
}

/** Rules by the two letters before a VAT number (Council Directive 2006/112/EC, article 215; `XI` Northern Ireland). */
export const VAT_RULES: ReadonlyMap<string, VatRules> = new Map(
  VAT.split(/\|(?=[A-Z]{2} )/).map((line) => {
    const [prefix, country, validator, body] = line.split(' ') as [string, string, string, string];
    return [prefix, { country, validator, body: new RegExp(`^${body}$`) }];
  }),
);

/** Names of a country's validators (ISO 3166-1 alpha-2), in the order they are asked. */
export const TAX_ID_VALIDATORS: ReadonlyMap<string, readonly string[]> = new Map(
  VALIDATORS.split('|').map((line) => {
    const [country, names] = line.split(':') as [string, string];
    return [country, names.split(' ')];
  }),
);
