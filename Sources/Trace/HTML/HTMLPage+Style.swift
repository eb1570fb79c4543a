extension HTMLPage {
    /// Two columns where there is room; on a phone the lanes become one list and the panel stands at the bottom.
    static let style = """
        :root { --back: #fbfbf9; --panel: #ffffff; --text: #1c1d1f; --soft: #6b6f76; --line: #d9dade; --mark: #fff3c4;
          --bad: #b3261e; --badback: #fdecea; --good: #1b6e3c; --link: #1a56b0; --here: #e6effc;
          --c0: #2f6fd0; --c1: #c2571a; --c2: #2d8a57; --c3: #9a46b5; --c4: #b08a00; --c5: #0f8a93; --c6: #c0397a; --c7: #666a73; }
        @media (prefers-color-scheme: dark) { :root:not([data-theme=light]) { --back: #17181b; --panel: #1e2024;
          --text: #e4e5e8; --soft: #9a9fa8; --line: #34373d; --mark: #4a3f14; --bad: #ff8a80; --badback: #3b1f1e;
          --good: #7fd39b; --link: #8ab4f8; --here: #22324a;
          --c0: #6ea2f0; --c1: #ee9560; --c2: #6cc593; --c3: #cf8ee6; --c4: #dfbf4d; --c5: #5ec5cd; --c6: #ee82b4; --c7: #a3a8b1; } }
        :root[data-theme=dark] { --back: #17181b; --panel: #1e2024; --text: #e4e5e8; --soft: #9a9fa8; --line: #34373d;
          --mark: #4a3f14; --bad: #ff8a80; --badback: #3b1f1e; --good: #7fd39b; --link: #8ab4f8; --here: #22324a;
          --c0: #6ea2f0; --c1: #ee9560; --c2: #6cc593; --c3: #cf8ee6; --c4: #dfbf4d; --c5: #5ec5cd; --c6: #ee82b4; --c7: #a3a8b1; }
        * { box-sizing: border-box; }
        html { color-scheme: light dark; }
        :root[data-theme=dark] { color-scheme: dark; }
        :root[data-theme=light] { color-scheme: light; }
        body { margin: 0; height: 100vh; height: 100dvh; display: flex; gap: 16px; padding: 0 16px; overflow: hidden;
          background: var(--back); color: var(--text); font: 15px/1.45 system-ui, "DejaVu Sans", sans-serif; }
        code, .code { font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
        a { color: var(--link); text-decoration: none; }
        a:hover { text-decoration: underline; }
        #runs { flex: 1 1 0; min-width: 0; overflow: auto; padding-bottom: 16px; }
        header { padding: 14px 0 8px; }
        h1 { font-size: 20px; margin: 0; overflow-wrap: anywhere; }
        h2 { font-size: 16px; margin: 24px 0 6px; }
        h3 { font-size: 13px; margin: 10px 0 4px; color: var(--soft); font-weight: 600; overflow-wrap: anywhere; }
        .verdict { color: var(--bad); }
        .open { color: var(--good); }
        .model { font-weight: 400; color: var(--soft); }
        .sub { margin: 4px 0 0; color: var(--soft); font-size: 13px; overflow-wrap: anywhere; }
        .why { margin: 8px 0 4px; padding-left: 18px; overflow-wrap: anywhere; }
        .run { border: 1px solid var(--line); border-radius: 6px; background: var(--panel);
          min-width: calc(2.7rem + var(--lanes) * 9.5rem); }
        .row { display: grid; grid-template-columns: 2.6rem repeat(var(--lanes), minmax(9.5rem, 1fr)); }
        .row.head { position: sticky; top: 0; z-index: 1; border-bottom: 1px solid var(--line); background: var(--panel); }
        .row.head .lane { padding: 6px 8px; }
        .row.head small { color: var(--soft); }
        .number { text-align: right; padding: 3px 8px 3px 0; font-size: 13px; }
        .number a { color: var(--soft); }
        .label { grid-column: 2 / -1; color: var(--soft); padding: 3px 8px; font-size: 13px; }
        .lane { border-left: 1px solid var(--line); display: flex; gap: 6px; min-width: 0; }
        .what { padding: 3px 8px 3px 2px; min-width: 0; overflow-wrap: anywhere; }
        .lane > .what:first-child { padding-left: 8px; }
        .who { display: none; font-size: 12px; font-weight: 600; }
        .arrow { white-space: nowrap; }
        .function { color: var(--soft); font-size: 13px; }
        .remark { color: var(--good); font: 13px/1.4 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
        .bad, .remark.bad { color: var(--bad); font-weight: 600; display: block; }
        .row.fails .own, .row.pending .own { background: var(--badback); }
        .row.aside .what { opacity: .5; }
        .row[id] { cursor: pointer; scroll-margin: 60px; outline: none; }
        .row.here { background: var(--here); }
        .row.here .number a { color: var(--text); font-weight: 700; }
        .bars { display: flex; gap: 2px; padding-left: 4px; }
        .bar { width: 4px; background: currentColor; }
        .bar.shared { background: repeating-linear-gradient(currentColor 0 3px, transparent 3px 6px); }
        .c0, .lane0 b, .lane0 .who { color: var(--c0); } .c1, .lane1 b, .lane1 .who { color: var(--c1); }
        .c2, .lane2 b, .lane2 .who { color: var(--c2); } .c3, .lane3 b, .lane3 .who { color: var(--c3); }
        .c4, .lane4 b, .lane4 .who { color: var(--c4); } .c5, .lane5 b, .lane5 .who { color: var(--c5); }
        .c6, .lane6 b, .lane6 .who { color: var(--c6); } .c7, .lane7 b, .lane7 .who { color: var(--c7); }
        #panel { flex: 0 0 40%; margin: 12px 0; display: flex; flex-direction: column; min-height: 0;
          border: 1px solid var(--line); border-radius: 6px; background: var(--panel); min-width: 0; }
        #panel nav { display: flex; align-items: center; gap: 8px; padding: 6px 8px; border-bottom: 1px solid var(--line); }
        #where { font-weight: 600; }
        #theme { margin-left: auto; }
        .tabs { display: none; }
        button { font: inherit; color: var(--text); background: var(--back); border: 1px solid var(--line); border-radius: 5px;
          padding: 3px 10px; cursor: pointer; min-height: 30px; }
        button:disabled { color: var(--line); cursor: default; }
        button.on { background: var(--here); }
        .tab { overflow: auto; padding: 4px 10px 8px; flex: 0 1 auto; min-height: 60px; }
        #source { flex: 1 1 0; border-top: 1px solid var(--line); }
        #state { border-top: 1px solid var(--line); max-height: 34%; }
        #threads { max-height: 38%; }
        .thread { margin: 3px 0; overflow-wrap: anywhere; }
        .thread small, .var small { color: var(--soft); }
        .soft { color: var(--soft); font-size: 13px; }
        .waits { color: var(--c1); }
        table { border-collapse: collapse; width: 100%; }
        td { padding: 1px 8px 1px 0; vertical-align: top; overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
        td:first-child { width: 50%; }
        .changed { background: var(--mark); }
        .code { list-style: none; margin: 0; padding: 0; counter-reset: line; tab-size: 4; }
        .code li { display: flex; counter-increment: line; }
        .code li::before { content: counter(line); flex: 0 0 3em; text-align: right; padding-right: 10px; color: var(--soft);
          user-select: none; }
        .code code { white-space: pre-wrap; overflow-wrap: anywhere; flex: 1; }
        .code li.stands { background: var(--here); }
        .code li.now { background: var(--mark); }
        .code li .tag { color: var(--soft); font-size: 12px; padding: 0 4px; }
        @media (max-width: 820px) {
          body { flex-direction: column; gap: 0; padding: 0; }
          #runs { padding: 0 10px; }
          header { padding: 10px 2px 6px; }
          h1 { font-size: 17px; }
          .run { min-width: 0; margin-bottom: 10px; }
          .row { grid-template-columns: 2.2rem minmax(0, 1fr); }
          .row.head { display: none; }
          .lane { display: none; border-left: 0; }
          .lane.own { display: flex; grid-column: 2; }
          .row.pending .lane.own { margin-bottom: 4px; }
          .who { display: block; }
          #panel { flex: 0 0 46%; margin: 0; border-width: 1px 0 0; border-radius: 0; }
          #panel nav { flex-wrap: wrap; gap: 6px; }
          .tabs { display: inline-flex; gap: 4px; }
          .tab { display: none; max-height: none !important; flex: 1 1 0; border-top: 0 !important; }
          .tab.shown { display: block; }
          .row[id] { scroll-margin: 12px; }
          button { min-height: 36px; padding: 3px 8px; }
        }
        @media print { #panel { display: none; } body { display: block; height: auto; overflow: visible; } .row.here { background: none; } }

        """
}
