import { QUALITY_STYLE } from './quality-style.ts';

/** The style of the report of duplicates: that of the quality report, and what only this page has. */
export const DEDUPE_STYLE = `${QUALITY_STYLE}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,150px),1fr));gap:16px 28px;margin:0;padding:0;list-style:none}
.facts b{display:block;font-size:1.7rem;line-height:1.2;font-variant-numeric:tabular-nums}
.facts small{color:var(--muted);display:block}
.chart.wide{max-width:none}
.v-auto{fill:var(--good)}.v-review{fill:var(--fair)}.v-distinct{fill:var(--old)}.accent{fill:var(--accent)}
.cut{stroke:var(--text);stroke-width:1.5;stroke-dasharray:4 3}
.legend.under{margin:10px 0 0}
.levels th[scope=rowgroup]{color:var(--text);font-size:inherit;white-space:normal;min-width:7em}
.levels tbody tr:not(:last-child) td{border-bottom-color:transparent}.levels tbody tr:last-child>*{border-bottom:1px solid var(--line)}
.levels td,.levels th{padding-top:4px;padding-bottom:4px}
.levels tbody:last-child tr:last-child>*,.levels tbody:last-child th{border-bottom:0}
.chartcell{width:32%;min-width:150px}
.odds,.fall{display:block;width:100%;height:auto}
.span{stroke-width:3}.s-good{stroke:var(--good)}.s-bad{stroke:var(--bad)}.hollow{fill:var(--card);stroke-width:2.5}
.clusters{columns:320px;column-gap:28px;margin:0;padding:0;list-style:none}
.clusters>li{break-inside:avoid;padding-bottom:16px}
.clusters .head{margin:0 0 4px}.clusters ul{margin:0;padding:0;list-style:none;font-size:.92rem}
.clusters ul li{padding:3px 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
.clusters small{color:var(--muted);display:block}
.id{color:var(--muted);font-weight:400;font-variant-numeric:tabular-nums}
h3{font-size:.95rem;margin:22px 0 8px;color:var(--muted);font-variant-numeric:tabular-nums}
h2+h3{margin-top:0}
.sample{border:1px solid var(--line);border-radius:10px;padding:10px 14px;margin:0 0 12px}
.sample .head{margin:0 0 6px}.sample .sum{color:var(--muted);font-variant-numeric:tabular-nums;white-space:nowrap}
.evidence th{color:var(--muted);font-weight:400;white-space:normal}
.evidence td,.evidence th{padding:4px 10px 4px 0;border-bottom-color:var(--line)}
.evidence tbody th{color:var(--muted);font-size:.86rem;min-width:6.5em}
.evidence .v{overflow-wrap:anywhere;min-width:8em;width:22%}.evidence .l{min-width:7em}.evidence .l small{display:block;color:var(--muted)}
.evidence .chartcell{width:24%;min-width:110px;padding-right:0;padding-top:8px}
.evidence .total>*{border-bottom:0;font-weight:600;border-top:2px solid var(--line)}
mark{background:color-mix(in srgb,var(--fair) 38%,transparent);color:inherit;border-radius:3px;padding:0 1px;text-decoration:underline;text-underline-offset:3px}
.guards{margin:8px 0 0;padding-left:1.2em;color:var(--fair-text);font-size:.9rem}
.asis::first-letter{text-transform:none}
.levels .m-u::before{content:attr(data-name) " ";color:var(--muted);display:none}
.chart.wide{min-width:600px}
.note code{white-space:nowrap}
@media (max-width:640px){
.evidence,.evidence tbody,.levels,.levels tbody{display:block}.levels thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
.evidence tr{display:grid;grid-template-columns:1fr 1fr auto;gap:2px 10px;padding:6px 0;border-bottom:1px solid var(--line)}
.evidence tr>*,.levels tr>*{border:0!important;padding:0!important;width:auto!important;min-width:0!important}
.evidence td:empty{display:none}.evidence .l{grid-area:1/2}.evidence .n{grid-area:1/3}.evidence .v{grid-row:2}.evidence .chartcell{grid-column:1/-1}
.evidence tr:last-child{border-bottom:0}.evidence .total{border-top:2px solid var(--line)}
.levels tr{display:grid;grid-template-columns:1fr auto auto 3.6em;gap:0 10px;padding:4px 0}.levels th{grid-column:1/-1}
.levels tbody{border-bottom:1px solid var(--line);padding:6px 0}.levels tbody:last-child{border-bottom:0}
.levels .chartcell{grid-column:1/-1;grid-row:2}.levels tr:has(th) .chartcell{grid-row:3}.levels .m-u{font-size:.85rem}.levels .m-u::before{display:inline}
.rules .parts{display:none}
}
@media print{
.chart.wide{min-width:0}.facts b{font-size:1.3rem}.facts{grid-template-columns:repeat(5,1fr)}h2,h3{break-after:avoid}
.sample,.levels tbody,.clusters ul li{break-inside:avoid}.clusters{columns:240px}.clusters>li{break-inside:auto}
.evidence,.levels,.clusters{font-size:8.5pt}.evidence td,.evidence th{padding-top:2px;padding-bottom:2px}.sample{padding:6px 10px}
.evidence .chartcell,.chartcell{min-width:80px}.evidence .v{min-width:5em}.evidence .l{min-width:5em}.evidence tbody th{min-width:7em}
}
`;
