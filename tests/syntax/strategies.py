"""Hypothesis strategies that write Markdown, sound and broken."""

from hypothesis import strategies as st

INLINE = """
* ** _ __ == ~~ ` `` $ $$ %% [[ ]] [[a]] [[a|b]] ![[a.png|100]] | [ ] ( ) ! # #tag #1 ^id ^[ [^1] [x](y) <b> </b>
<!-- --> <i &amp; & : {.x} {#y} https://e.org/a www.e.org word é 日本 🎉 e\u0301 \u202e שלום \\ ++a++ :smile: - \x1a
\x02 \x03 \x00
""".split()
STARTS = """
‖‖> ‖>‖- ‖* ‖1. ‖  ‖    ‖\t‖# ‖###### ‖- [ ] ‖- [x] ‖> [!note]- ‖> [!a|b] ‖> > ‖| ‖|--|--|‖```‖```py‖~~~‖$$‖%%‖---‖
===‖***‖^id‖[^1]: ‖[x]: ‖*[a]: ‖!!! note‖!!!‖??? note‖/// note | T‖///‖=== "t"‖<div>‖</div>‖<div markdown>‖<script>‖<!--
""".replace("\n", "").split("‖")

inlines = st.lists(st.sampled_from([*INLINE, " ", " ", "  "]), max_size=8).map("".join)
lines = st.tuples(st.lists(st.sampled_from(STARTS), max_size=3).map("".join), inlines).map("".join)
bodies = st.lists(lines, max_size=12).map("\n".join)

NAMES = "‖tags: ‖aliases: ‖a: ‖  - ‖- ‖? ‖date: ‖{‖}‖publish: ".split("‖")
VALUES = "[a, b]‖'[[A|b]]'‖[[A]]‖'[x](y)'‖2020-13-45‖&a‖*a‖!!x y‖<<: *a‖|‖null‖1e9‖#".split("‖")
yaml_lines = st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES) | st.text(max_size=8)).map("".join)
properties = st.lists(yaml_lines, max_size=6).map("\n".join).map("---\n{}\n---\n".format)

notes = st.one_of(bodies, st.tuples(properties, bodies).map("".join), st.text())
