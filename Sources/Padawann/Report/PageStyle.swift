/// The style sheet of a report's page.
enum PageStyle {
  /// Light on paper and bright screens, dark where the reader has asked for it.
  static let sheet = """
    :root{color-scheme:light dark}
    \(colours(.light))
    @media screen and (prefers-color-scheme:dark){
    \(colours(.dark))
    }
    *{box-sizing:border-box}
    body{margin:0;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif}
    header,main,footer{max-width:88rem;margin:0 auto;padding:0 1.25rem}
    h1{font-size:1.75rem;line-height:1.2;margin:2rem 0 .5rem;overflow-wrap:anywhere}
    h2{font-size:1.3rem;margin:2.5rem 0 .75rem;padding-top:.75rem;border-top:1px solid var(--rule)}
    h3{font-size:1.05rem;margin:1.75rem 0 .5rem;overflow-wrap:anywhere}
    .about{margin:.25rem 0;padding:0;list-style:none;color:var(--muted)}
    nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:0;margin:1rem 0 0;list-style:none}
    a{color:var(--link)}
    a:focus-visible,.wide:focus-visible,pre:focus-visible{outline:2px solid var(--link);outline-offset:2px}
    .missing{border-left:4px solid var(--link);padding:.1rem 1rem;margin:1.25rem 0}
    .missing h2{border:0;margin:.5rem 0;padding:0;font-size:1rem}
    .missing ul{margin:.25rem 0;padding-left:1.1rem}
    .figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,26rem),1fr));gap:1.5rem;align-items:start;margin:1rem 0}
    figure{margin:0;min-width:0}
    figcaption,.note{font-size:.85rem;color:var(--muted);margin:.35rem 0 0;max-width:38rem}
    .drawing{display:block;width:100%;height:auto}
    .wide{overflow-x:auto;margin:1rem 0 .25rem}
    table{width:max-content;border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums}
    caption{text-align:left;font-weight:600;padding-bottom:.4rem}
    th,td{padding:.3rem .75rem;border-bottom:1px solid var(--rule);vertical-align:top}
    thead th{border-bottom:2px solid var(--muted);vertical-align:bottom;max-width:12rem;overflow-wrap:anywhere}
    tbody th{font-weight:400}
    .n{text-align:right;white-space:nowrap}
    thead .n{white-space:normal}
    .w{text-align:left;max-width:26rem;overflow-wrap:anywhere}
    .best{font-weight:700}
    pre{overflow-x:auto;padding:.75rem 1rem;border:1px solid var(--rule);border-radius:4px;font-size:.85rem}
    footer{color:var(--muted);font-size:.85rem;padding-bottom:2rem;margin-top:2rem}
    @media print{
    body{font-size:10pt}
    nav{display:none}
    h2{break-after:avoid}
    .figures{grid-template-columns:1fr 1fr;gap:.5cm}
    figure,tr{break-inside:avoid}
    .wide,pre{overflow:visible}
    table{width:auto;font-size:8pt}
    .w{overflow-wrap:break-word}
    section>p{break-after:avoid}
    th,td{padding:.1rem .3rem}
    }
    """

  private static func colours(_ palette: Palette) -> String {
    let page =
      "body{background:\(palette.ground);color:\(palette.ink)}\n"
      + ":root{--muted:\(palette.muted);--rule:\(palette.grid);--link:\(palette.series[0])}\n"
    return page + palette.rules(under: ".drawing ")
  }
}
