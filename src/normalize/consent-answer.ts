import { wordLookup } from './word-lookup.ts';

/** What a cell about a consent says: `in` and `out` by themselves, `yes` and `no` to the question of its column. */
export type ConsentAnswer = 'in' | 'out' | 'yes' | 'no';

const lookup = wordLookup({
  in:
    'opt in|opted in|optin|optedin|subscribed|subscriber|active|consented|granted|accepted|agreed|allowed|confirmed|enabled|explicit opt in|' +
    'abonniert|angemeldet|eingewilligt|abonne|inscrit|suscrito|iscritto|' +
    '同意|已同意|订阅|已订阅|訂閱|已訂閱|接受|允许|允許|購読中',
  out:
    'opt out|opted out|optout|optedout|has opted out|unsubscribed|unsubscribe|unsub|cleaned|bounced|hard bounced|blacklisted|blocklisted|blocked|' +
    'suppressed|revoked|withdrawn|refused|rejected|declined|denied|removed|complained|disabled|dnc|do not contact|do not call|do not email|do not mail|' +
    'abgemeldet|widerrufen|abbestellt|gesperrt|desabonne|desinscrit|dado de baja|baja|disiscritto|' +
    '退订|已退订|退訂|已退訂|取消订阅|已取消订阅|已取消|拒绝|已拒绝|拒收|不同意|不接受|不允许|黑名单|已拉黑|拉黑|勿扰|請勿聯絡|配信停止',
  yes: 'y|true|t|1|1 0|on|x|checked|ja|j|oui|si|sim|wahr|vrai|verdadero|verdadeiro|vero|是|有|对|真|是的|愿意|はい|да|tak',
  no:
    'n|false|f|0|0 0|off|unchecked|none|never|not subscribed|non subscribed|nonsubscribed|never subscribed|not opted in|not opted out|' +
    'nein|non|nao|falsch|faux|falso|否|无|沒有|没有|不|不是|假|未订阅|未退订|いいえ|нет|nie',
});
/** Marks that people tick boxes with. */
const TICKS: Readonly<Record<string, ConsentAnswer>> = { '✓': 'yes', '✔': 'yes', '√': 'yes', '☑': 'yes', '✗': 'no', '✘': 'no', '☐': 'no' };

/** The answer in a cell about a consent, in English, Chinese and a few other languages; null where it is none of the known words. */
export function consentAnswer(raw: string): ConsentAnswer | null {
  const { value, understood } = lookup(raw);
  return understood ? (value as ConsentAnswer) : (TICKS[value] ?? null);
}
