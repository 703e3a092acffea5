# /// script
# dependencies = ["knapper", "matplotlib", "numpy", "pandas", "pillow", "scikit-learn"]
#
# [tool.uv.sources]
# knapper = { path = "..", editable = true }
#
# [tool.knapper]
# timeout = 60
# ///
# %% [markdown]
# # Convolution
# Three small kernels slide over a photograph: one finds edges, one blurs, one sharpens. The same numbers come out of
# four loops, of one product of matrices, and of SciPy.
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
kernels = {"vertical edges": vertical, "horizontal edges": vertical.T, "blur": np.full((9, 9), 1 / 81)}
# %% name="photograph" alt="Four grey pictures of a Chinese tower with four curved roofs, one above the other, among trees. First the photograph. Second, vertical edges: columns and the slopes of the roofs are bright on black. Third, horizontal edges: the rims of the roofs and the railings are bright on black. Fourth, a blur: the same tower, out of focus."
figure, panels = plt.subplots(2, 2, figsize=(6, 4.6), layout="constrained")
shown = {"photograph": grey}
for name, kernel in kernels.items():
    result = conv2d(grey[..., np.newaxis], kernel[..., np.newaxis, np.newaxis])[..., 0]
    shown[name] = np.abs(result) if "edges" in name else result
for axes, (name, picture) in zip(panels.flat, shown.items(), strict=True):
    axes.imshow(picture, cmap="gray", vmin=0, vmax=1.5 if "edges" in name else 1)
    axes.set_title(name, fontsize=12)
    axes.axis("off")
plt.show()
# %% name="by-hand"
image = np.arange(9.0).reshape(3, 3)
kernel = np.array([[0.0, 1.0], [2.0, 3.0]])
rows = [
    (
        f"({i}, {j})",
        " + ".join(f"{k:g}·{x:g}" for k, x in zip(kernel.flat, image[i : i + 2, j : j + 2].flat, strict=True)),
        f"{cross_correlate(image, kernel)[i, j]:g}",
        f"{convolve(image, kernel)[i, j]:g}",
    )
    for i in range(2)
    for j in range(2)
]
pd.DataFrame(rows, columns=["place", "products", "cross-correlation", "with the kernel turned"])
# %% name="turned" alt="The brightness along one row across the left edge of a bright square: 0 on the left, 1 on the right. The cross-correlation with the kernel (-1, 0, 1) is a peak upwards at the edge, the convolution a peak of the same height downwards."
edge = np.where(np.arange(24) < 12, 0.0, 1.0)[np.newaxis]
difference = np.array([[-1.0, 0.0, 1.0]])
inner = np.arange(1, 23)
figure, axes = plt.subplots(figsize=(6, 3.4), layout="constrained")
axes.step(np.arange(24), edge[0], where="mid", color="C7", linewidth=2)
axes.plot(inner, cross_correlate(edge, difference)[0], "o-", color="C0", linewidth=2)
axes.plot(inner, convolve(edge, difference)[0], "s--", color="C1", linewidth=2)
axes.annotate("brightness", (16.5, 1.07), color="C7", fontsize=11, fontweight="bold")
axes.annotate("cross-correlation", (10.4, 0.6), color="C0", fontsize=11, fontweight="bold", ha="right")
axes.annotate("convolution", (10.4, -0.7), color="C1", fontsize=11, fontweight="bold", ha="right")
axes.set(xlabel="column", ylim=(-1.2, 1.3), yticks=[-1, 0, 1])
plt.show()
# %% name="ways"
rng = np.random.default_rng(0)
layer = rng.normal(size=(5, 5, 3, 4))
crop = photograph[100:140, 100:150]
loop, product = conv2d_loop(crop, layer, stride=2, padding=2), conv2d(crop, layer, stride=2, padding=2)
ours, small = cross_correlate(grey, vertical), grey[:40, :40]
pairs = {
    "loop and im2col, 4 kernels 5×5×3": (loop, product),
    "ours and SciPy's correlate2d": (ours, correlate2d(grey, vertical, mode="valid")),
    "turned kernel and SciPy's convolve2d": (convolve(small, vertical), convolve2d(small, vertical, mode="valid")),
    "cross-correlation and convolution": (cross_correlate(small, vertical), convolve(small, vertical)),
}
largest = {name: np.abs(one - two).max() for name, (one, two) in pairs.items()}
pd.DataFrame(
    {
        "compared": pairs.keys(),
        "size of the result": [" × ".join(map(str, one.shape)) for one, _ in pairs.values()],
        "largest difference": ["below 10⁻¹²" if value < 1e-12 else f"{value:.2f}" for value in largest.values()],
    }
)
# %% name="patches-size"
"{} × {}".format(*patches(crop, (5, 5), stride=2, padding=2).reshape(-1, 75).shape)
# %% name="sizes"
cases = [
    ("AlexNet, first layer", 227, 11, 4, 0, 1),
    ("3 × 3, no padding", 28, 3, 1, 0, 1),
    ("3 × 3, padding 1 (same)", 28, 3, 1, 1, 1),
    ("5 × 5, padding 2 (same)", 28, 5, 1, 2, 1),
    ("3 × 3, stride 2", 28, 3, 2, 1, 1),
    ("3 × 3, dilation 2", 28, 3, 1, 0, 2),
]
table = pd.DataFrame(cases, columns=["layer", "size n", "kernel f", "stride s", "padding p", "dilation d"])
table["result"] = [output_size(*case[1:]) for case in cases]
table
# %% name="parameters"
counts = [
    ("3 × 3, 1 channel, 16 kernels", parameter_count((3, 3), 1, 16)),
    ("3 × 3, 16 channels, 32 kernels", parameter_count((3, 3), 16, 32)),
    ("AlexNet's first: 11 × 11, 3 channels, 96 kernels", parameter_count((11, 11), 3, 96)),
    ("dense, 28·28 inputs to 26·26·16 neurons", (28 * 28 + 1) * 26 * 26 * 16),
]
pd.DataFrame([(name, f"{count:,}") for name, count in counts], columns=["layer", "parameters"])
# %% name="alexnet"
f"{parameter_count((11, 11), 3, 96):,}"
# %% name="sharing"
f"{parameter_count((3, 3), 1, 16)}"
# %% name="dense-instead"
f"{(28 * 28 + 1) * 26 * 26 * 16:,}"
