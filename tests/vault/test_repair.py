import pytest

from knapper.vault.repair import repaired


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a ‚Äî b", "a — b", id="dash read as Mac Roman"),
        pytest.param("donâ€™t", "don’t", id="apostrophe read as Windows-1252"),
        pytest.param("cafÃ©", "café", id="accent read as Latin-1"),
        pytest.param("X‚ÇÅ ‚Üí y", "X₁ → y", id="signs that only their neighbours give away"),
        pytest.param("3√ó3, √Ö ‚Äî", "3×3, Å —", id="short ones of a text that is mis-decoded as a whole"),
        pytest.param("√π, 3√ó3 ‚Äî ∑", "√π, 3√ó3 — ∑", id="short ones that may be meant"),
        pytest.param("cafÃ© — “été” ‚Äî ∑", "café — “été” — ∑", id="mixed with sound text"),
        pytest.param("\"quotes\" 'stay' … – ﬁ ² Ⅳ", "\"quotes\" 'stay' … – ﬁ ² Ⅳ", id="nothing else is changed"),
        pytest.param(
            "“été”, «déjà», Ø, Å, π≈3, 日本語, Привет", "“été”, «déjà», Ø, Å, π≈3, 日本語, Привет", id="sound text"
        ),
    ],
)
def test_repaired(text: str, expected: str) -> None:
    assert repaired(text) == expected
