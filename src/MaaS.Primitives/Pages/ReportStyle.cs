namespace MaaS.Primitives.Pages;

/// <summary>How MaaS's pages look: one column on a phone, several where there is room, on light and on dark
/// ground.</summary>
internal static class ReportStyle
{
    /// <summary>The style sheet of every page. Pictures take their colours from its variables, and have their own where
    /// they stand alone.</summary>
    public const string Sheet = """
        :root { color-scheme: light dark; --ground: #fff; --ink: #1a1a1a; --soft: #555; --rule: #ddd; --card: #f6f7f9;
          --grid: #e4e4e4; --axis: #444; --pen1: #0072b2; --pen2: #d55e00; --pen3: #009e73;
          --pen4: #cc79a7; --pen5: #8a6d00; --pen6: #555; --mark: #e8f3fb; }
        @media (prefers-color-scheme: dark) { :root { --ground: #14171a; --ink: #e8e8e6; --soft: #a9adb2;
          --rule: #3a3f45; --card: #1e2226; --grid: #2e3338; --axis: #b4b8bd; --pen1: #56b4e9; --pen2: #f0945a;
          --pen3: #3fcfa0; --pen4: #e3a4c8; --pen5: #d9b83c; --pen6: #b0b0b0; --mark: #1d3443; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 70rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif;
          color: var(--ink); background: var(--ground); overflow-wrap: anywhere; }
        h1 { font-size: 1.4rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
        p { margin: .5rem 0; max-width: 46rem; } .note { color: var(--soft); font-size: .9rem; }
        .charts { display: grid; gap: 1.5rem; margin: 1rem 0; align-items: start;
          grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
        figure { margin: 0; min-width: 0; max-width: 34rem; }
        figcaption { font-weight: 600; margin-bottom: .25rem; }
        figcaption small { font-weight: 400; color: var(--soft); }
        svg { display: block; width: 100%; height: auto; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
        .scores { width: 100%; }
        th, td { padding: .3rem .6rem; text-align: right; border-bottom: 1px solid var(--rule); }
        .scores th, .scores td { white-space: nowrap; }
        .scores th:first-child, .scores td:first-child { text-align: left; white-space: normal; min-width: 8rem; }
        tr.network, tr.front { font-weight: 600; } tr.chosen td { background: var(--mark); }
        .points { width: 100%; } .points th, .points td { white-space: nowrap; }
        .points th:nth-child(2), .points td:nth-child(2) { text-align: left; }
        figure td { min-width: 3rem; border: 1px solid var(--ground); } figure th { border: 0; font-weight: 400; }
        .bars { width: 100%; table-layout: fixed; font-size: .85rem; } .bars th { text-align: left; width: 45%;
          overflow-wrap: anywhere; } .bars td { border: 0; min-width: 0; } .bars svg { height: .7rem; }
        .bars td:nth-child(3), .bars td:nth-child(4) { width: 4.5rem; }
        .cards { display: grid; gap: .75rem; margin: 1rem 0;
          grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); }
        .cards.pictures { grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr)); }
        .card { background: var(--card); border-radius: .4rem; padding: .6rem .75rem; font-size: .9rem; min-width: 0; }
        .card b { display: block; } .card p { margin: .35rem 0 0; color: var(--soft); }
        .card img { display: block; width: 100%; max-width: 8rem; margin: 0 auto .4rem; image-rendering: pixelated; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0; }
        dt { color: var(--soft); } dd { margin: 0; min-width: 0; }
        .broad { grid-column: 1 / -1; max-width: none; }
        @media (max-width: 30rem) { .scores, figure table { font-size: .72rem; } figure td { min-width: 0; }
          th, td { padding: .2rem; } .scores th:first-child, .scores td:first-child { min-width: 4rem; } }
        @media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .4rem; } }
        pre { background: var(--card); border-radius: .4rem; padding: .6rem .75rem; white-space: pre-wrap; }
        """;
}
