/** Parameters that advertising and mailing programs add to an address to follow the visitor; they name no page. */
const TRACKING: ReadonlySet<string> = new Set(
  'gclid|gclsrc|dclid|gbraid|wbraid|srsltid|_ga|_gl|fbclid|msclkid|yclid|ysclid|twclid|ttclid|igshid|igsh|li_fat_id|mc_cid|mc_eid|_hsenc|_hsmi|hsctatracking|mkt_tok|vero_id|vero_conv|oly_anon_id|oly_enc_id|_openstat|wickedid|spm|scm|bd_vid|qhclickid|hmsr|hmpl|hmcu|hmkw|hmci|share_source|share_medium|spm_id_from|vd_source|from_source'.split(
    '|',
  ),
);

/** Whether a parameter of a query (its name as written) only follows the visitor: `utm_*`, `gclid`, `spm`. */
export function isTrackingParameter(name: string): boolean {
  const lower = name.toLowerCase();
  return lower.startsWith('utm_') || TRACKING.has(lower);
}
