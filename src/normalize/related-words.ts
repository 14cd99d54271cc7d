import type { Normalized } from './normalizer.ts';
import { wordLookup } from './word-lookup.ts';

const INTERACTION_KINDS = {
  call: 'calls|phone|phone call|telephone|telephone call|outgoing call|incoming call|outbound call|inbound call|missed call|dial|voice|anruf|telefonat|appel|llamada|电话|来电|去电|通话|打电话|电话沟通|电话联系|电话拜访|电话跟进|呼叫|電話|通話',
  email:
    'e mail|emails|mail|mails|letter|outgoing email|incoming email|email sent|email received|邮件|电子邮件|发邮件|邮件沟通|邮件跟进|邮箱|邮件往来|電子郵件|郵件|メール|correo|courriel',
  meeting:
    'meetings|appointment|demo|presentation|video call|video meeting|online meeting|conference|zoom|teams|lunch|dinner|breakfast|termin|besprechung|reunion|cita|会议|会面|见面|面谈|线上会议|视频会议|约见|演示|商务洽谈|會議|会議',
  visit:
    'visits|on site|onsite|on site visit|site visit|field visit|besuch|visite|visita|拜访|上门|上门拜访|走访|到访|实地拜访|客户拜访|外勤|拜訪|訪問',
  ticket:
    'tickets|support|support ticket|support case|case|issue|incident|service request|request|service|anfrage|工单|服务请求|售后|售后服务|报修|咨询|服务|客服工单|技术支持',
  complaint:
    'complaints|claim|grievance|escalation|reclamation|beschwerde|reklamation|reclamo|queja|投诉|客诉|抱怨|客户投诉|投訴|クレーム|苦情',
  campaign:
    'campaigns|marketing|marketing email|marketing campaign|newsletter|mailing|mass email|event|webinar|advertisement|ad|promotion|kampagne|campagne|campana|活动|营销|营销活动|市场活动|群发|推广|促销|キャンペーン',
  survey:
    'surveys|survey answer|survey response|questionnaire|feedback|nps|csat|rating|review|poll|umfrage|enquete|encuesta|问卷|调查|问卷调查|满意度|满意度调查|回访|评价|反馈|アンケート',
  message:
    'messages|chat|sms|text|text message|im|dm|whatsapp|wechat|messenger|telegram|line|live chat|social|linkedin message|nachricht|mensaje|微信|企业微信|企微|短信|消息|在线聊天|聊天|私信|qq|留言|微信沟通|钉钉|訊息|メッセージ',
  note: 'notes|comment|remark|memo|activity|task|to do|todo|deadline|other|log|general|notiz|sonstiges|nota|备注|记录|跟进|其他|其它|笔记|任务|跟进记录|メモ',
};

/** Kind of an interaction, as table `interactions` has them, from English, Chinese and a few other words. */
export const normalizeInteractionKind: (raw: string) => Normalized = wordLookup(INTERACTION_KINDS);

/** Direction of an interaction: `in` came from the customer, `out` went to the customer. */
export const normalizeDirection: (raw: string) => Normalized = wordLookup({
  in: 'inbound|incoming|received|from customer|in bound|inwards|eingehend|entrant|entrante|呼入|来电|进|入|接收|收到|接听|客户发起|被动|来',
  out: 'outbound|outgoing|sent|to customer|out bound|outwards|ausgehend|sortant|saliente|呼出|去电|出|外呼|发出|发送|拨打|主动|我方发起|去',
});

/** Channel of a consent, as table `consents` has them. */
export const normalizeConsentChannel: (raw: string) => Normalized = wordLookup({
  email: 'e mail|mail|emails|email marketing|newsletter|marketing email|邮件|邮箱|电子邮件|邮件营销|电子邮箱',
  phone: 'call|calls|phone call|telephone|voice|telefon|mobile|电话|手机|致电|来电|电话营销|語音',
  sms: 'text|text message|text messages|sms marketing|mms|短信|手机短信|短信营销|彩信',
  post: 'letter|postal|postal mail|direct mail|mail post|brief|courrier|correo postal|信件|邮寄|邮政|书信|直邮',
  messenger: 'im|chat|whatsapp|wechat|telegram|line|messaging|push|微信|企业微信|qq|即时通讯|公众号|私信|在线聊天',
  any: 'all|all channels|any channel|every|everything|general|marketing|gdpr|alle|tous|todos|全部|所有|所有渠道|全渠道|通用|任意|营销',
});

/** Status of a consent: `in` or `out`. */
export const normalizeConsentStatus: (raw: string) => Normalized = wordLookup({
  in: 'opt in|opted in|optin|optedin|yes|y|true|1|x|on|subscribed|subscribe|subscriber|active|granted|given|agreed|agree|accepted|accept|consented|consent|allowed|allow|permitted|confirmed|single opt in|double opt in|ja|oui|si|是|同意|已同意|订阅|已订阅|允许|接受|已接受|授权|已授权|愿意|开启|有',
  out: 'opt out|opted out|optout|optedout|no|n|false|0|off|unsubscribed|unsubscribe|withdrawn|withdraw|revoked|revoke|refused|rejected|declined|denied|objected|blocked|blacklisted|cleaned|suppressed|do not contact|not subscribed|non subscribed|inactive|nein|non|否|不同意|退订|已退订|拒绝|已拒绝|撤回|已撤回|撤销|取消|取消订阅|已取消|禁止|不允许|不愿意|关闭|拒收|无',
});

/** The words that mean something in a closed set, for messages. */
export const INTERACTION_KIND_NAMES: readonly string[] = Object.keys(INTERACTION_KINDS);
