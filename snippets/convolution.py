# /// script
# dependencies = [
#   "knapper",
#   "matplotlib",
#   "numpy",
#   "pandas",
#   "pillow",
#   "scikit-learn",
#   "scipy",
# ]
#
# [tool.uv.sources]
# knapper = { path = "..", editable = true }
#
# [tool.knapper]
# timeout = 60
# ///
# %% [markdown]
# # Convolution
# Small kernels slide over a photograph: two find edges, one blurs. The same
# numbers come out of a loop, of one product of matrices, and of SciPy.
# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.signal import convolve2d, correlate2d
from sklearn.datasets import load_sample_image

from deeplearning.convolution import (
    conv2d,
    conv2d_loop,
    convolve,
    cross_correlate,
    output_size,
    parameter_count,
    patches,
)

photograph = load_sample_image("china.jpg") / 255.0
grey = photograph.mean(axis=2)[::2, ::2]
vertical = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
# %% name="photograph" alt="Four grey pictures of a Chinese tower with four curved roofs, one above the other, among trees. First the photograph. Second, vertical edges: columns and the slopes of the roofs are bright on black. Third, horizontal edges: the rims of the roofs and the railings are bright on black. Fourth, a blur: the same tower, out of focus."
pictures = {
    "photograph": (grey, 1.0),
    "vertical edges": (np.abs(cross_correlate(grey, vertical)), 1.5),
    "horizontal edges": (np.abs(cross_correlate(grey, vertical.T)), 1.5),
    "blur": (cross_correlate(grey, np.full((9, 9), 1 / 81)), 1.0),
}
figure, panels = plt.subplots(2, 2, figsize=(5, 3.9), layout="constrained")
for axes, (name, (picture, brightest)) in zip(
    panels.flat, pictures.items(), strict=True
):
    axes.imshow(picture, cmap="gray", vmin=0, vmax=brightest)
    axes.set_title(name, fontsize=11)
    axes.axis("off")
plt.show()
# %% name="by-hand"
image = np.arange(9.0).reshape(3, 3)
kernel = np.array([[0.0, 1.0], [2.0, 3.0]])
same, turned = cross_correlate(image, kernel), convolve(image, kernel)
rows = []
for i, j in np.ndindex(2, 2):
    patch = image[i : i + 2, j : j + 2]
    products = [
        f"{k:g}·{x:g}" for k, x in zip(kernel.flat, patch.flat, strict=True)
    ]
    total, other = f"{same[i, j]:g}", f"{turned[i, j]:g}"
    rows.append((f"({i},{j})", " + ".join(products), total, other))
pd.DataFrame(rows, columns=["(i,j)", "products", "y", "turned"])
# %% name="turned" alt="The brightness along one row across the left edge of a bright square: 0 on the left, 1 on the right. The cross-correlation with the kernel (-1, 0, 1) is a peak upwards at the edge, the convolution a peak of the same height downwards."
edge = np.where(np.arange(24) < 12, 0.0, 1.0)[np.newaxis]
difference = np.array([[-1.0, 0.0, 1.0]])
up, down = cross_correlate(edge, difference), convolve(edge, difference)
figure, axes = plt.subplots(figsize=(5, 3.2), layout="constrained")
axes.step(np.arange(24), edge[0], where="mid", color="C7", linewidth=2)
axes.plot(np.arange(1, 23), up[0], "o-", color="C0", linewidth=2)
axes.plot(np.arange(1, 23), down[0], "s--", color="C1", linewidth=2)
bold = {"fontsize": 11, "fontweight": "bold"}
axes.annotate("brightness", (15.5, 1.08), color="C7", **bold)
axes.annotate("cross-correlation", (10.4, 0.6), color="C0", ha="right", **bold)
axes.annotate("convolution", (10.4, -0.7), color="C1", ha="right", **bold)
axes.set(xlabel="column", ylim=(-1.2, 1.35))
axes.set_yticks([-1, 0, 1], ["−1", "0", "1"])
plt.show()
# %% name="ways"
kernels = np.random.default_rng(0).normal(size=(5, 5, 3, 4))
crop = photograph[100:140, 100:150]
small = grey[60:100, 140:180]
pairs = {
    "loop, im2col": (
        conv2d_loop(crop, kernels, stride=2, padding=2),
        conv2d(crop, kernels, stride=2, padding=2),
    ),
    "ours, SciPy's correlate2d": (
        cross_correlate(small, vertical),
        correlate2d(small, vertical, mode="valid"),
    ),
    "turned, SciPy's convolve2d": (
        convolve(small, vertical),
        convolve2d(small, vertical, mode="valid"),
    ),
    "ours, turned": (
        cross_correlate(small, vertical),
        convolve(small, vertical),
    ),
}
differences = [np.abs(one - two).max() for one, two in pairs.values()]
pd.DataFrame(
    {
        "compared": pairs.keys(),
        "size": [" × ".join(map(str, one.shape)) for one, _ in pairs.values()],
        "largest difference": [
            "below 10⁻¹²" if value < 1e-12 else f"{value:.2f}"
            for value in differences
        ],
    }
)
# %% name="patches-size"
rows = patches(crop, (5, 5), stride=2, padding=2).reshape(-1, 5 * 5 * 3)
f"{rows.shape[0]} × {rows.shape[1]}"
# %% name="sizes"
cases = [
    ("AlexNet's", 227, 11, 4, 0, 1),
    ("no padding", 28, 3, 1, 0, 1),
    ("padding 1", 28, 3, 1, 1, 1),
    ("padding 2", 28, 5, 1, 2, 1),
    ("stride 2", 28, 3, 2, 1, 1),
    ("dilation 2", 28, 3, 1, 0, 2),
]
table = pd.DataFrame(cases, columns=["layer", "n", "f", "s", "p", "d"])
table["n′"] = [output_size(*numbers) for _, *numbers in cases]
table
# %% name="parameters"
dense = (28 * 28 + 1) * 26 * 26 * 16
counts = {
    "3 × 3, 1 channel, 16 kernels": parameter_count((3, 3), 1, 16),
    "3 × 3, 16 channels, 32 kernels": parameter_count((3, 3), 16, 32),
    "11 × 11, 3 channels, 96 kernels": parameter_count((11, 11), 3, 96),
    "dense, 28·28 to 26·26·16": dense,
}
shown = [f"{count:,}" for count in counts.values()]
pd.DataFrame({"layer": counts.keys(), "parameters": shown})
# %% name="alexnet"
f"{parameter_count((11, 11), 3, 96):,}"
# %% name="sharing"
f"{parameter_count((3, 3), 1, 16)}"
# %% name="dense-instead"
f"{dense:,}"
