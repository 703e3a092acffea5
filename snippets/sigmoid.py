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
# # Sigmoid
# The curve and its slope, some of their values, and where rounding makes the
# output exactly 1.
# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from deeplearning.activations import sigmoid, sigmoid_slope


def rounded(number):
    return f"{number:.4f}".replace("-", "−")


# %% name="curve" alt="Over z from -6 to 6, a solid S-shaped curve rises from near 0 to near 1 and passes one half at z = 0. Below it a dashed hill, the slope, peaks at z = 0 with a dot marked 0.25 and is almost 0 beyond z = 5 on both sides."
z = np.linspace(-6, 6, 241)
figure, axes = plt.subplots(figsize=(5, 3.4), layout="constrained")
axes.plot(z, sigmoid(z), color="C0", linewidth=2.5)
axes.plot(z, sigmoid_slope(z), "--", color="C1", linewidth=2.5)
axes.plot(0, sigmoid_slope(0), "o", color="C1", markersize=8)
bold = {"fontsize": 12, "fontweight": "bold"}
axes.annotate("sigmoid σ", (1.9, 0.76), color="C0", **bold)
axes.annotate("slope σ′ (dashed)", (1.7, 0.17), color="C1", **bold)
axes.annotate(
    f"{sigmoid_slope(0):.2f}", (0, 0.28), color="C1", ha="center", **bold
)
axes.set(xlabel="pre-activation z", ylabel="σ(z) and σ′(z)")
axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])
axes.grid(alpha=0.25)
plt.show()
# %% name="values"
at = np.array([-5, -2, 0, 2, 5])
pd.DataFrame(
    {
        "z": [f"{number}".replace("-", "−") for number in at],
        "σ(z)": [rounded(number) for number in sigmoid(at)],
        "slope σ′(z)": [rounded(number) for number in sigmoid_slope(at)],
    }
)
# %% name="output-at-5"
rounded(sigmoid(5))
# %% name="slope-at-5"
rounded(sigmoid_slope(5))
# %% name="example-power"
rounded(np.exp(-0.55))
# %% name="example-output"
rounded(sigmoid(0.55))
# %% name="example-opposite"
rounded(1 - sigmoid(0.55))
# %% name="example-slope"
rounded(sigmoid_slope(0.55))
# %% name="full-double"


def first_full(kind):
    """The first whole number z at which the formula gives exactly 1."""
    numbers = np.arange(100, dtype=kind)
    outputs = 1 / (1 + np.exp(-numbers))
    assert outputs.dtype == kind
    return int(numbers[outputs == 1][0])


first_full(np.float64)
# %% name="full-single"
first_full(np.float32)
