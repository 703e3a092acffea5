import pytest

from tests.markdown.html import normalise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('<a href="x" title="&quot;">y</a>', "<a title='\"' href=x>y</a>"),
        ("<p>a<br />\nb</p>\n<hr />", "<p>a<br>b</p><hr>"),
        ("<ul>\n<li>\n<p>a\n b</p>\n</li>\n</ul>\n", "<ul><li><p>a b</p></li></ul>"),
        ("<h1>A\t \n B</h1>\n", "<h1>A B</h1>"),
        ("&amp;lt; &copy;", "&amp;lt; ©"),
    ],
)
def test_what_a_browser_shows_alike_is_equal(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>a</p>", "<p>b</p>"),
        ("<em>a</em> b", "<em>a</em>b"),
        ("<pre><code>a\n\nb</code></pre>", "<pre><code>a\nb</code></pre>"),
        ("<pre> a</pre>", "<pre>a</pre>"),
        ("a\u00a0b", "a b"),
        ("&lt;b&gt;", "<b>"),
        ('<a href="x">y</a>', '<a href="z">y</a>'),
        ('<p id="a">b</p>', "<p>b</p>"),
        ("<p>a</p>", "<p>a</p></p>"),
        ("<ul><li>a</li></ul>", "<ul><li><p>a</p></li></ul>"),
        ("<!-- a -->", "<!-- b -->"),
    ],
)
def test_what_a_browser_shows_differently_is_not_equal(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)
