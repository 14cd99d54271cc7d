/** Local parts that stand for a task and not for a person (RFC 2142, and what companies write), Chinese ones in pinyin. */
const ROLES: ReadonlySet<string> = new Set(
  (
    'info|information|contact|contacts|contactus|hello|hi|office|mail|email|enquiries|enquiry|inquiries|inquiry|reception|welcome|' +
    'sales|sale|marketing|business|biz|bd|partners|partner|partnership|partnerships|export|import|trade|orders|order|shop|store|' +
    'purchase|purchasing|procurement|buyer|logistics|shipping|booking|bookings|reservation|reservations|' +
    'support|help|helpdesk|service|services|customerservice|customer.service|customer-service|customercare|care|feedback|cs|kf|' +
    'complaints|returns|warranty|aftersales|after-sales|techsupport|tech|it|' +
    'admin|administrator|administration|root|system|sysadmin|postmaster|hostmaster|webmaster|abuse|noc|security|ftp|www|usenet|' +
    'news|uucp|ssl|dns|devnull|null|mailer-daemon|mailerdaemon|bounce|bounces|daemon|' +
    'noreply|no-reply|no.reply|no_reply|donotreply|do-not-reply|do.not.reply|notification|notifications|notify|alerts|alert|auto|' +
    'billing|invoice|invoices|accounts|account|accounting|finance|payments|payment|payroll|treasury|tax|legal|compliance|privacy|' +
    'gdpr|dpo|datenschutz|hr|jobs|job|career|careers|recruitment|recruiting|recruit|resume|cv|press|media|pr|newsletter|subscribe|' +
    'unsubscribe|events|team|staff|all|everyone|board|management|secretary|secretariat|' +
    'kontakt|vertrieb|verkauf|buchhaltung|rechnung|rechnungen|bewerbung|zentrale|empfang|einkauf|contacto|ventas|compras|' +
    'administracion|facturas|contato|vendas|comercial|commercial|facturation|comptabilite|accueil|vendite|amministrazione|' +
    'kefu|kehu|xiaoshou|caiwu|renshi|hrbp|zhaopin|jianli|bangongshi|shichang|shichangbu|xiaoshoubu|caiwubu|renshibu|caigou|' +
    'caigoubu|yewu|jishu|jishubu|fuwu|shouhou|xingzheng|zongjingban|shangwu|hezuo|tousu|fapiao|wuliu|gongying|yunying|qiantai'
  ).split('|'),
);
/** `sales2`, `info-01`: a task too. */
const NUMBER = /[-_.]?\d{1,2}$/;

/** Whether a canonical address is that of a task and not of a person: `info@`, `no-reply@`, `kefu@`, `sales2@`, `hr+x@`. */
export function isRoleAddress(address: string): boolean {
  const at = address.lastIndexOf('@');
  if (at < 1) return false;
  const plus = address.indexOf('+');
  const local = address.slice(0, plus > 0 && plus < at ? plus : at).toLowerCase();
  return ROLES.has(local) || ROLES.has(local.replace(NUMBER, ''));
}
