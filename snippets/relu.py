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
# # ReLU
# The function and its slope, how much of a layer is zero before any training,
# what becomes of a signal in a deep stack, and how a neuron dies.
# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from deeplearning.activations import relu, relu_slope

bold = {"fontsize": 12, "fontweight": "bold"}
# %% name="curve" alt="Over z from -3 to 3, ReLU as a solid line is 0 up to z = 0 and then the diagonal. Its slope as a dashed line is 0 on the left and jumps to 1 at z = 0; open circles mark both ends of the jump."
z = np.linspace(-3, 3, 121)
figure, axes = plt.subplots(figsize=(5, 3.4), layout="constrained")
axes.plot(z, relu(z), color="C0", linewidth=3)
for piece in (z[z < 0], z[z > 0]):  # the slope jumps: two pieces
    axes.plot(piece, relu_slope(piece), "--", color="C1", linewidth=2.5)
axes.plot([0, 0], [0, 1], "o", color="C1", markersize=8, fillstyle="none")
axes.annotate("ReLU", (1.9, 2.2), color="C0", ha="right", **bold)
axes.annotate("slope (dashed): 0", (-3, 0.16), color="C1", **bold)
axes.annotate("slope: 1", (1.7, 0.72), color="C1", **bold)
axes.set(xlabel="pre-activation z", ylabel="ReLU(z) and its slope")
axes.set_yticks([0, 1, 2, 3])
axes.grid(alpha=0.25)
plt.show()
# %%
width, depth, networks, examples = 200, 20, 20, 50


def layers(gain):
    """Outputs of each layer before training: (networks, depth, ...)."""
    rng = np.random.default_rng(0)  # the same draws for each gain
    outputs = []
    for _ in range(networks):
        a = rng.uniform(0, 1, (examples, width))  # inputs all positive
        outputs.append([a])
        for _ in range(depth):
            w = rng.normal(0, np.sqrt(gain / width), (width, width))
            a = relu(a @ w)
            outputs[-1].append(a)
    return np.array(outputs)


he, plain = layers(2), layers(1)


def size(outputs):
    """The root of the mean square, layer by layer."""
    return np.sqrt(np.mean(outputs**2, axis=(0, 2, 3)))


# %% name="zeros"
share = np.mean(he == 0, axis=(0, 2, 3))
marks = [1, 2, 5, 10, 20]
pd.DataFrame(
    {
        "layer": marks,
        "zeros in its output": [f"{100 * share[n]:.1f} %" for n in marks],
    }
)
# %% name="signal" alt="Typical size of the outputs of layers 0 to 20, on a logarithmic axis. With weights of variance 2 / n it stays at about one half throughout. With variance 1 / n it falls on a straight line to less than a thousandth."
figure, axes = plt.subplots(figsize=(5, 3.4), layout="constrained")
count = np.arange(depth + 1)
axes.semilogy(count, size(he), "o-", color="C0", markersize=5)
axes.semilogy(count, size(plain), "s-", color="C1", markersize=5)
axes.annotate("variance 2/n (He)", (9, 0.8), color="C0", **bold)
axes.annotate("variance 1/n", (2.5, 0.008), color="C1", **bold)
axes.set(xlabel="layer", ylabel="size of its outputs")
axes.set_ylim(2e-4, 2)
axes.set_xticks([0, 5, 10, 15, 20])
axes.set_yticks([0.001, 0.01, 0.1, 1], ["0.001", "0.01", "0.1", "1"])
axes.minorticks_off()
axes.grid(alpha=0.25)
plt.show()
# %% name="signal-lost"
f"{size(he)[-1] / size(plain)[-1]:.0f}"
# %% name="death"


def signed(number):
    return f"{number:.2f}".replace("-", "−")


rows = []
for rate in (0.1, 1.0, 2.0):
    w, b, x, y = 0.5, 0.1, 1.0, 0.0
    pre_activation = w * x + b
    delta = (relu(pre_activation) - y) * relu_slope(pre_activation)
    w, b = w - rate * delta * x, b - rate * delta
    ends = b, w + b  # z is linear in x: its extremes are at x = 0 and x = 1
    rows.append(
        {
            "learning rate": f"{rate:g}",
            "new w": signed(w),
            "new b": signed(b),
            "z at x = 0": signed(ends[0]),
            "z at x = 1": signed(ends[1]),
            "state": "dead" if max(ends) < 0 else "alive",
        }
    )
pd.DataFrame(rows)
