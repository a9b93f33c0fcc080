"""The look of the pages: one style sheet, with colours for light and for dark rooms."""

from __future__ import annotations

from typing import Final

# How many colours there are for lines; further ones repeat them with dashes.
COLOURS: Final = 8
# Contrast with the background is at least 4.5 to 1 for text and 3 to 1 for lines, in both.
_LIGHT: Final = """
  --back: #f6f7f9; --card: #ffffff; --ink: #0f172a; --faint: #526077; --line: #d5dbe4; --grid: #e6eaf0;
  --accent: #1d4ed8; --heat: 29, 78, 216; --wrong: 190, 40, 32; --strong: #ffffff; --bar: #3b6fe0; --bad: #b42318;
  --good: #15703c;
  --c0: #1d5fd6; --c1: #c2410c; --c2: #15803d; --c3: #7c3aed; --c4: #be185d; --c5: #0e7490; --c6: #976105;
  --c7: #475569;
"""
_DARK: Final = """
  --back: #0d1117; --card: #161b22; --ink: #e6edf3; --faint: #9aa7b7; --line: #30363d; --grid: #262c36;
  --accent: #7cb0ff; --heat: 88, 150, 255; --wrong: 255, 105, 97; --strong: #0d1117; --bar: #4f8cf5; --bad: #ff8a80;
  --good: #5fd38d;
  --c0: #6ea8fe; --c1: #fb923c; --c2: #4ade80; --c3: #c4a7ff; --c4: #f472b6; --c5: #22d3ee; --c6: #facc15;
  --c7: #a3b1c2;
"""
_REST: Final = """
* { box-sizing: border-box; }
html { scroll-padding-top: 4rem; }
body { margin: 0; background: var(--back); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
.top { position: sticky; top: 0; z-index: 2; background: var(--card); border-bottom: 1px solid var(--line); }
.top > div, main { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
.top > div { display: flex; flex-wrap: wrap; align-items: center; gap: .2rem 1.5rem; min-height: 3.25rem; }
.top .name { font-weight: 650; font-size: 1.05rem; }
nav { display: flex; flex-wrap: wrap; gap: .2rem; margin-left: auto; }
nav a { color: var(--faint); text-decoration: none; padding: .25rem .6rem; border-radius: 6px; }
nav a:hover, nav a:focus-visible { color: var(--ink); background: var(--back); }
main { padding-bottom: 3rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 1.75rem 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .75rem; }
h3 { font-size: .95rem; margin: 0 0 .5rem; font-weight: 600; overflow-wrap: anywhere; }
p { margin: .25rem 0 .75rem; } .faint { color: var(--faint); } a { color: var(--accent); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1rem 0; }
.card, figure, .panel { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.card { padding: .7rem .9rem; } .card .what { color: var(--faint); font-size: .82rem; }
.card .value { font-size: 1.4rem; font-weight: 620; font-variant-numeric: tabular-nums; line-height: 1.3; }
.card .more { color: var(--faint); font-size: .8rem; }
.row { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: .9rem;
  margin: .9rem 0; align-items: start; }
.small { grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); }
figure { margin: 0; padding: .9rem 1rem .8rem; min-width: 0; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { font-weight: 600; font-size: .95rem; margin-bottom: .4rem; overflow-wrap: anywhere; }
figcaption .faint { font-weight: 400; font-size: .85rem; }
.panel { padding: .9rem 1rem; margin: .9rem 0; } .scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { text-align: right; padding: .32rem .7rem; border-bottom: 1px solid var(--grid); white-space: nowrap; }
.left2 th:nth-child(2), .left2 td:nth-child(2) { text-align: left; white-space: normal; overflow-wrap: anywhere; }
th:first-child, td:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 7rem; }
.key th, .key td { text-align: left; } .key th { width: 14rem; color: var(--faint); font-weight: 500; }
.key td { white-space: normal; overflow-wrap: anywhere; }
thead th { color: var(--faint); font-weight: 550; font-size: .82rem; border-bottom: 1px solid var(--line); }
tbody th { font-weight: 500; } tfoot th, tfoot td { font-weight: 600; border-bottom: 0; }
tbody tr:hover { background: var(--back); }
.meter { display: inline-block; width: 4.5rem; height: .5rem; border-radius: 4px; background: var(--grid);
  margin-left: .6rem; overflow: hidden; vertical-align: middle; }
.meter i { display: block; height: 100%; background: var(--bar); }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1rem; font-size: .84rem; margin: .35rem 0 0; padding: 0;
  list-style: none; }
.legend li { display: inline-flex; align-items: center; gap: .4rem; overflow-wrap: anywhere; min-width: 0; }
.legend svg { width: 22px; height: 10px; flex: none; }
details { margin: .6rem 0; } summary { cursor: pointer; font-weight: 550; padding: .2rem 0; overflow-wrap: anywhere; }
.choices { display: flex; flex-wrap: wrap; gap: .25rem; align-items: center; font-size: .85rem; margin-bottom: .3rem; }
.choices label { padding: .1rem .55rem; border: 1px solid var(--line); border-radius: 999px; cursor: pointer; }
.pick { position: absolute; opacity: 0; pointer-events: none; }
.smooth { display: none; }
.pick:focus-visible ~ .choices { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 999px; }
.bad { color: var(--bad); } .good { color: var(--good); }
.graph { background: #ffffff; border-radius: 8px; padding: .5rem; overflow: auto; max-height: 44rem; }
.graph svg, .graph img { display: block; margin: 0 auto; max-width: 100%; height: auto; }
.plot text { fill: var(--faint); font: 12px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
.plot .axis { stroke: var(--faint); stroke-width: 1; } .plot .grid { stroke: var(--grid); stroke-width: 1; }
.plot .guide { stroke: var(--faint); stroke-width: 1; stroke-dasharray: 4 4; fill: none; }
.plot .bar { fill: var(--bar); } .plot .gap { fill: rgba(var(--wrong), .22); stroke: rgb(var(--wrong)); }
.plot .line, .legend .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.plot .faded, .legend .faded { stroke-opacity: .28; stroke-width: 1.2; }
.plot .dot { stroke: var(--card); stroke-width: 1.2; }
.plot .cell text { fill: var(--ink); } .plot .cell.deep text { fill: var(--strong); }
.plot .right { fill: rgb(var(--heat)); } .plot .wrong { fill: rgb(var(--wrong)); }
.plot .frame { fill: none; stroke: var(--line); }
footer { color: var(--faint); font-size: .82rem; margin-top: 2.5rem; }
@media print { .top { position: static; } figure, .panel, .card { break-inside: avoid; } }
"""
_SERIES: Final = "".join(f".c{i} {{ stroke: var(--c{i}); }} .f{i} {{ fill: var(--c{i}); }} " for i in range(COLOURS))
# Which of the choices is picked decides what is seen, without a script.
_CHOICES: Final = "".join(
    f"#smooth-{i}:checked ~ svg .smooth-{i} {{ display: inline; }} "
    f'#smooth-{i}:checked ~ .choices label[for="smooth-{i}"] {{ background: var(--ink); color: var(--card); }} '
    for i in range(4)
)
STYLE: Final = (
    f":root {{ color-scheme: light dark; {_LIGHT} }} @media (prefers-color-scheme: dark) {{ :root {{ {_DARK} }} }} "
    f"{_REST} {_SERIES} {_CHOICES}"
)
