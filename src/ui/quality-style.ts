/**
 * The style of the page: system fonts, light and dark by the reader's system, narrow screens, paper. Texts in two languages
 * stand side by side in the page; the switch hides one of them, and browsers without `:has` show both.
 */
export const QUALITY_STYLE = `
:root{color-scheme:light dark;--bg:#f4f6f9;--card:#fff;--text:#1b2430;--muted:#566272;--line:#dfe4eb;--accent:#2459c9;
--good:#2c9467;--fair:#d9a021;--bad:#cf4440;--none:#dfe4eb;--old:#a9b4c3;--good-text:#176b47;--fair-text:#7d5a00;--bad-text:#b02c28;--code:#eef1f6}
@media (prefers-color-scheme:dark){:root{--bg:#11161d;--card:#1a212b;--text:#e6ebf2;--muted:#9ba8b8;--line:#2d3744;--accent:#7aa7ff;
--good:#3fb583;--fair:#e0b040;--bad:#ee716b;--none:#333f4e;--old:#5d6b7d;--good-text:#63d3a3;--fair-text:#f0c766;--bad-text:#ff938d;--code:#242d39}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif}
body:has(#lang-en:checked) [lang=zh],body:has(#lang-zh:checked) [lang=en]{display:none}
main,header,footer{max-width:1080px;margin:0 auto;padding:0 20px}
header{display:flex;flex-wrap:wrap;gap:4px 24px;align-items:baseline;padding-top:28px}
h1{font-size:1.6rem;margin:0;line-height:1.25}
h2{font-size:1.1rem;margin:0 0 12px}
h2 small{font-weight:400;color:var(--muted);font-size:.85rem;margin-left:8px}
.meta{color:var(--muted);margin:0}
.switch{margin-left:auto;display:flex;gap:4px;font-size:.9rem}
.switch input{position:absolute;opacity:0}
.switch label{padding:2px 10px;border-radius:99px;cursor:pointer;color:var(--muted)}
.switch input:checked+label{background:var(--card);color:var(--text);box-shadow:0 0 0 1px var(--line)}
.switch input:focus-visible+label{outline:2px solid var(--accent)}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:20px;margin:16px 0;min-width:0}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,380px),1fr));gap:16px}
.pair{margin:16px 0}.pair section{margin:0}
.hero{display:grid;grid-template-columns:200px 1fr;gap:12px 36px;align-items:center}
.ring{width:100%;max-width:200px;display:block;margin:auto}
.change{text-align:center;margin:6px 0 0;font-size:.9rem;color:var(--muted)}
.dimensions{display:grid;grid-template-columns:repeat(auto-fit,minmax(250px,1fr));gap:14px 28px;margin:0;padding:0;list-style:none}
.dimensions .name{display:flex;justify-content:space-between;font-weight:600;margin-bottom:4px}
.dimensions .name b{font-variant-numeric:tabular-nums}
.dimensions small{color:var(--muted)}
.bar{display:block;width:100%;height:10px;border-radius:5px;background:var(--none);overflow:hidden}
.chart{display:block;width:100%;max-width:620px;height:auto;overflow:visible}
svg text{fill:var(--muted);font-size:12px;font-family:inherit}
svg text.tick{font-size:11px}
svg text.value{fill:var(--text);font-weight:600}
svg text.big{fill:var(--text);font-size:42px;font-weight:700;font-variant-numeric:tabular-nums}
svg text.small{font-size:14px}
.track,.empty{fill:var(--none)}.good{fill:var(--good)}.fair{fill:var(--fair)}.bad{fill:var(--bad)}.old{fill:var(--old)}
.grid{stroke:var(--line)}.axis{stroke:var(--old)}.line{fill:none;stroke:var(--accent);stroke-width:2.5}.area{fill:var(--accent);opacity:.12}
.dot{fill:var(--card);stroke:var(--accent);stroke-width:2}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.93rem}
th{text-align:left;font-weight:600;color:var(--muted);font-size:.82rem;white-space:nowrap}
th,td{padding:7px 12px 7px 0;border-bottom:1px solid var(--line);vertical-align:top}
tbody th{color:var(--text);font-size:inherit}
tbody tr:last-child>*{border-bottom:0}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.t-good{color:var(--good-text)}.t-fair{color:var(--fair-text)}.t-bad{color:var(--bad-text)}.t-none{color:var(--muted)}
.fields td.parts{min-width:150px;width:34%;padding-top:13px}
.fields th small{display:block;font-weight:400;color:var(--muted);font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.78rem}
.badge{display:inline-block;border-radius:99px;padding:0 9px;font-size:.82rem;font-weight:600;white-space:nowrap;border:1px solid currentColor}
h2::first-letter,th::first-letter,.what::first-letter,.name>span::first-letter,.legend li::first-letter{text-transform:uppercase}
.findings tbody th{width:100%;white-space:normal}.findings .what{display:block;margin-bottom:3px}.findings code{font-weight:400}.n small{display:block;color:var(--muted)}
.ids{min-width:13.5em;max-width:17em;color:var(--muted);font-variant-numeric:tabular-nums}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.84rem;background:var(--code);border-radius:5px;padding:2px 6px;overflow-wrap:anywhere;-webkit-box-decoration-break:clone;box-decoration-break:clone}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin:0 0 10px;padding:0;list-style:none;font-size:.85rem;color:var(--muted)}
.legend svg{width:11px;height:11px;margin-right:6px;vertical-align:-1px}
.note{color:var(--muted);font-size:.9rem;margin:10px 0 0}
footer{color:var(--muted);font-size:.88rem;padding-bottom:40px}
footer h2{color:var(--text)}
@media (max-width:640px){
header,main,footer{padding-left:12px;padding-right:12px}section{padding:14px}
.hero{grid-template-columns:1fr}.switch{margin-left:0}
.findings thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden;white-space:nowrap}
.findings tr{display:grid;grid-template-columns:auto 1fr auto;gap:2px 10px;padding:10px 0;border-bottom:1px solid var(--line)}
.findings tr:last-child{border-bottom:0}.findings tr>*{border:0;padding:0}
.findings td.ids{grid-column:2/-1;max-width:none}.findings tbody th{width:auto}
}
@page{margin:14mm}
@media print{
:root{color-scheme:light;--bg:#fff;--card:#fff;--text:#000;--muted:#444;--line:#bbb;--accent:#1d4fbf;--good:#2c9467;--fair:#d9a021;--bad:#cf4440;--none:#e3e6ea;--old:#9aa5b3;
--good-text:#10512f;--fair-text:#5c4200;--bad-text:#8d1f1c;--code:#f3f4f6}
body{font-size:10.5pt}.fields{font-size:9pt}.fields td.parts{min-width:90px}header{padding-top:0}.switch{display:none}section{break-inside:avoid;border-color:#ccc;margin:10px 0}section.long{break-inside:auto}
tr,li,svg{break-inside:avoid}thead{display:table-header-group}.scroll{overflow:visible}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}main,header,footer{max-width:none;padding:0}
}
`;
