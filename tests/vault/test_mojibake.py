"""Mis-decoded text is reported; ordinary text in any language is not."""

import pytest

from knapper.syntax import parse
from knapper.vault.mojibake import find_mojibake

ORDINARY = """\
English – “quotes”, ‘single’, dashes — and ellipsis… © ® ™ € £ ¥ § ¶ † ‡ • ‰
Deutsch: „Größe“, ‚Ärger‘, Straße, Übergröße, ÄÖÜ, »Äh«
Français : « Où est l’été ? » Çà et là, Œuvre, À l’île, ÊTRE, NOËL
Español: ¿Qué? ¡Ñandú! ªº Ibáñez
Português: São João, ações, ÂNGULO, à
Polski: zażółć gęślą jaźń. Čeština: Příliš žluťoučký kůň. Magyar: Árvíztűrő tükörfúrógép
Türkçe: İstanbul’da ığdır ŞĞÜÖÇ. Română: țară, Știință. Íslenska: Þór ær ðóð. Lietuvių: Ąžuolas
Tiếng Việt có dấu, ĐẸP LẮM. Ελληνικά κείμενα, Ἀρχὴ. Русский «текст» — №5, Ёлка, Ўзбек. Українська: її їжак
עברית “טקסט”. العربية، نصّ؟ فارسی «متن». हिन्दी पाठ। ไทยภาษา 日本語の「テキスト」。中文“文本”——测试。한국어 ‘글’
Mathematics: α ≤ β, √2 ≠ π, ∑ ∏ ∫ ∂ƒ/∂x ≈ Δy ∞ ∈ ℝ² ‖x‖₂ ± × ÷ ¬p ∧ ∨ √π √∂ √∞ Ω≈√Ω °C µm ½ ¼ ¾ ¹ ² ³
Emoji 🎉 ❤️ ✅ ❌ ⚠️ 👩‍💻 🇩🇪 → ← ↑ ⇒ ■ □ ▲ ★
"""


@pytest.mark.parametrize("line", ORDINARY.splitlines())
def test_ordinary_text(line: str) -> None:
    assert find_mojibake("a.md", parse(line)) is None


def test_ordinary_text_in_one_paragraph() -> None:
    assert find_mojibake("a.md", parse(ORDINARY.replace("\n", " "))) is None


@pytest.mark.parametrize("encoding", ["mac_roman", "cp1252"])
@pytest.mark.parametrize("text", ["a dash — here", "it’s so", "• bullet", "über ‘alles’", "✓ done", "wait…"])
def test_mis_decoded(text: str, encoding: str) -> None:
    damaged = text.encode().decode(encoding, "replace")
    found = find_mojibake("a.md", parse(f"# Fine\n\nok\n\n{damaged}"))
    assert found is not None
    assert found.line == 5


@pytest.mark.parametrize("text", ["‚úÖ Excellent", "z ‚àí e", "中文 ‚Äî 中文", "\uf8ffüî• hot", "Привет â€” да"])
def test_what_ftfy_alone_leaves(text: str) -> None:
    assert find_mojibake("a.md", parse(text)) is not None


def test_column_of_the_first_sure_sign() -> None:
    found = find_mojibake("a.md", parse("Good: …“ü”. Bad: ‚Äî"))
    assert found is not None
    assert found.column == 18


def test_once_per_note_with_a_count() -> None:
    found = find_mojibake("a.md", parse("ok\n‚Ä¢ one\n‚Ä¢ two ‚Äî three\n"))
    assert str(found) == (
        "a.md:2:1: [mojibake] mis-decoded text in 2 lines, such as `‚Ä¢` (`knapper repair` shows how to undo it)"
    )
