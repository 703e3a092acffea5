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
# # Activation functions
# The functions, their slopes, and what is left of a learning signal after
# many layers of them.
# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from deeplearning.activations import (
    relu,
    relu_slope,
    sigmoid,
    sigmoid_slope,
    softmax,
    step,
    step_slope,
    tanh,
    tanh_slope,
)

functions = {
    "step": (step, step_slope),
    "sigmoid": (sigmoid, sigmoid_slope),
    "tanh": (tanh, tanh_slope),
    "ReLU": (relu, relu_slope),
}
z = np.linspace(-4, 4, 801)
# %% name="gallery" alt="Four small panels, each with a function as a solid line and its slope as a dashed one, for z from -4 to 4. Step jumps from 0 to 1 at zero and has slope 0. Sigmoid rises smoothly from 0 to 1 with a low hill of slope, at most 0.25. Tanh rises from -1 to 1 with a hill of height 1. ReLU is 0 on the left and the diagonal on the right, with slope 0 and then 1."
figure, panels = plt.subplots(
    2, 2, figsize=(5, 4.4), sharex=True, sharey=True, layout="constrained"
)
for axes, (name, (function, slope)) in zip(
    panels.flat, functions.items(), strict=True
):
    # Where a line jumps it is drawn in two pieces.
    pieces = [z[z < 0], z[z > 0]] if name in ("step", "ReLU") else [z]
    for piece in pieces:
        axes.plot(piece, function(piece), color="C0", linewidth=2.5)
        axes.plot(piece, slope(piece), "--", color="C1", linewidth=2)
    axes.set_title(name, fontsize=12)
    axes.set(ylim=(-1.25, 2.1), xticks=[-4, -2, 0, 2, 4], yticks=[-1, 0, 1, 2])
    axes.grid(alpha=0.25)
bold = {"fontsize": 11, "fontweight": "bold"}
panels[0, 1].annotate("function", (-3.8, 1.5), color="C0", **bold)
panels[0, 1].annotate("slope (dashed)", (-3.8, 1.05), color="C1", **bold)
figure.supxlabel("pre-activation z", fontsize=11)
plt.show()
# %% name="values"
at = 0.55
pd.DataFrame(
    {
        "activation": functions.keys(),
        "φ(0.55)": [
            f"{function(at):.4f}" for function, _ in functions.values()
        ],
        "slope at 0.55": [
            f"{slope(at):.4f}" for _, slope in functions.values()
        ],
        "slope at 5": [f"{slope(5):.4f}" for _, slope in functions.values()],
    }
)
# %% name="ten-sigmoids"
f"{sigmoid_slope(0.0) ** 10 * 1e7:.1f} · 10⁻⁷"
# %% name="signal" alt="The factor left of a learning signal after 0 to 20 layers, on a logarithmic axis. ReLU stays at 1. Tanh at z = 0.55 falls to about 0.003, sigmoid at its best point to about one in a trillion."
layers = np.arange(21)
kept = {
    "ReLU, z > 0": (relu_slope(1.0), "C2"),
    "tanh, z = 0.55": (tanh_slope(0.55), "C0"),
    "sigmoid, z = 0": (sigmoid_slope(0.0), "C1"),
}
figure, axes = plt.subplots(figsize=(5, 3.4), layout="constrained")
for name, (factor, color) in kept.items():
    axes.semilogy(layers, factor**layers, "o-", color=color, markersize=4)
    end = (20.8, factor**20)
    axes.annotate(name, end, color=color, va="center", **bold)
axes.set(
    xlabel="layers passed on the way back",
    ylabel="factor of the slopes",
    xlim=(0, 32),
    xticks=[0, 5, 10, 15, 20],
    yticks=[1e-12, 1e-9, 1e-6, 1e-3, 1],
)
axes.tick_params("y", labelsize=13)
axes.minorticks_off()
axes.grid(alpha=0.25)
plt.show()
# %% name="softmax"
scores = np.array([2.0, 1.0, 0.0, -1.0])
pd.DataFrame(
    {
        "class": ["1", "2", "3", "4"],
        "score": [f"{score:.0f}".replace("-", "−") for score in scores],
        "softmax": [f"{share:.4f}" for share in softmax(scores)],
        "scores + 1000": [f"{share:.4f}" for share in softmax(scores + 1000)],
    }
)
