# /// script
# dependencies = ["knapper", "matplotlib", "numpy", "pandas"]
#
# [tool.uv.sources]
# knapper = { path = "..", editable = true }
#
# [tool.knapper]
# timeout = 60
# ///
# %% [markdown]
# # Softmax
# Four scores become four shares: at three temperatures, beside sigmoids, and
# with scores so large that the plain formula fails.
# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from deeplearning.activations import sigmoid, softmax, softmax_slope

scores = np.array([2.0, 1.0, 0.0, -1.0])
small = np.array([1.0, 2.0, 3.0])


def rounded(number, digits=4):
    return f"{number:.{digits}f}".replace("-", "−")


def listed(numbers):
    return "(" + ", ".join(rounded(number) for number in numbers) + ")"


# %% name="temperature" alt="Three groups of four bars, the shares of the scores 2, 1, 0 and -1 at the temperatures 0.5, 1 and 2. Within each group the bars fall from left to right. The first bar is 0.86 at temperature 0.5, 0.64 at 1 and 0.46 at 2: the hotter, the more equal."
figure, axes = plt.subplots(figsize=(5, 3.4), layout="constrained")
temperatures = [0.5, 1.0, 2.0]
for number, score in enumerate(scores):
    shares = [softmax(scores / t)[number] for t in temperatures]
    places = np.arange(3) + 0.2 * (number - 1.5)
    axes.bar(places, shares, width=0.18, color=f"C{number}")
    axes.annotate(
        f"z = {score:.0f}".replace("-", "−"),
        (places[2] + 0.02, shares[2] + 0.03),
        color=f"C{number}",
        fontsize=12,
        fontweight="bold",
        rotation=60,
    )
axes.set(ylabel="share p", ylim=(0, 1), xlim=(-0.55, 2.7))
axes.set_xticks([0, 1, 2], ["T = 0.5\nsharper", "T = 1", "T = 2\nflatter"])
axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])
axes.grid(axis="y", alpha=0.25)
plt.show()
# %% name="by-hand"
shares, powers = softmax(scores), np.exp(scores)
pd.DataFrame(
    {
        "class": ["1", "2", "3", "4", "sum"],
        "score z": [*(rounded(score, 0) for score in scores), ""],
        "power e^z": [rounded(n, 3) for n in (*powers, powers.sum())],
        "share p": [rounded(n) for n in (*shares, shares.sum())],
    }
)
# %% name="first-share"
rounded(shares[0])
# %% name="second-share"
rounded(shares[1])
# %% name="ratio"
rounded(shares[0] / shares[1], 3)
# %% name="loss"
rounded(-np.log(shares[0]))
# %% name="slopes"
slopes = softmax_slope(scores)
pd.DataFrame(
    {"slope of": [f"p{n}" for n in "₁₂₃₄"]}
    | {
        f"by z{n}": [rounded(slope) for slope in column]
        for n, column in zip("₁₂₃₄", slopes.T, strict=True)
    }
)
# %% name="of-123"
listed(softmax(small))
# %% name="of-246"
listed(softmax(2 * small))
# %% name="of-shifted"
listed(softmax(small + 1000))
# %% name="naive"
with np.errstate(over="ignore", invalid="ignore"):
    powers = np.exp(small + 1000)
    naive = powers / powers.sum()
"(" + ", ".join(f"{number}" for number in naive) + ")"
# %% name="beside-sigmoids"
columns = {"three sigmoids": sigmoid(small), "softmax": softmax(small)}
pd.DataFrame(
    {"score": [*(f"{score:.0f}" for score in small), "sum"]}
    | {
        name: [rounded(number) for number in (*values, values.sum())]
        for name, values in columns.items()
    }
)
# %% name="two-classes"
assert np.isclose(softmax([2.0, 0.5])[0], sigmoid(1.5), rtol=1e-14)
rounded(softmax([2.0, 0.5])[0])
