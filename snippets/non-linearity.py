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
# # Non-linearity
# Two layers collapse into one, and a bend between them solves XOR.
# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from deeplearning.activations import relu
from deeplearning.linearity import best_line
from deeplearning.network import Dense, affine, collapse, forward


def identity(z):
    return z


# %% name="by-hand"
layers = [Dense([[1, 2], [0, -1]], [1, 0]), Dense([[2, 1]], [-1])]
points = np.array([[1, 1], [0, 0], [2, -1], [-3, 1]])
pd.DataFrame(
    {
        "x₁": points[:, 0],
        "x₂": points[:, 1],
        "two layers": forward(points, layers, [identity] * 2)[-1][:, 0],
        "collapsed": affine(points, collapse(layers))[:, 0],
        "ReLU between": forward(points, layers, [relu, identity])[-1][:, 0],
    }
).map(lambda number: f"{number:.0f}".replace("-", "−"))
# %% name="collapsed"
(weights, bias) = collapse(layers)
f"y = {weights[0, 0]:.0f} x₁ + {weights[0, 1]:.0f} x₂ + {bias[0]:.0f}"
# %% name="deep-collapse"
# Ten random layers of 20 neurons, against the one layer that they collapse to.
random = np.random.default_rng(0)
deep = [
    Dense(random.normal(0, 20**-0.5, (20, 20)), random.normal(size=20))
    for _ in range(10)
]
examples = random.normal(size=(1000, 20))
stacked = forward(examples, deep, [identity] * 10)[-1]
largest = np.abs(stacked - affine(examples, collapse(deep))).max()
"below 10⁻¹²" if largest < 1e-12 else f"{largest:.0e}"
# %% name="xor"
corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
labels = np.array([0, 1, 1, 0])
network = [Dense([[1, 1], [1, 1]], [0, -1]), Dense([[1, -2]], [0])]
_, hidden, output = forward(corners, network, [relu, identity])
line = best_line(corners, labels)
sides = corners @ line.weights + line.bias > 0
pd.DataFrame(
    {
        "x₁": corners[:, 0],
        "x₂": corners[:, 1],
        "best line": sides.astype(int),
        "h₁": hidden[:, 0].astype(int),
        "h₂": hidden[:, 1].astype(int),
        "y": output[:, 0].astype(int),
        "XOR": labels,
    }
)
# %% name="line-correct"
f"{100 * line.correct / len(corners):.0f} %"
# %% name="network-correct"
f"{100 * np.mean(output[:, 0] == labels):.0f} %"
# %% name="regions" alt="Two pictures of the square with the four points of XOR. Left: one straight line cuts off the point (0, 0); the other point whose class is 0, (1, 1), lies on the wrong side. Right: two parallel lines enclose a band with both points of class 1, (0, 1) and (1, 0), and leave both points of class 0 outside."
grid = np.linspace(-0.4, 1.4, 181)
plane = np.stack(np.meshgrid(grid, grid), axis=-1)
panels = {
    "one line: 3 of 4": plane @ line.weights + line.bias,
    "two ReLUs: 4 of 4": forward(plane, network, [relu, identity])[-1][..., 0]
    - 0.5,
}
figure, both = plt.subplots(
    1, 2, figsize=(5, 3), layout="constrained", sharey=True
)
for axes, (title, score) in zip(both, panels.items(), strict=True):
    axes.contourf(grid, grid, score, levels=[0, 9], colors="C1", alpha=0.25)
    axes.contour(grid, grid, score, levels=[0], colors="C1", linewidths=2.5)
    for (x1, x2), label in zip(corners, labels, strict=True):
        axes.text(
            *(x1, x2, label),
            color=["C0", "C1"][label],
            fontsize=17,
            fontweight="bold",
            ha="center",
            va="center",
        )
    axes.set_title(title, fontsize=12)
    axes.set(xlabel="x₁", xticks=[0, 1], yticks=[0, 1], aspect="equal")
both[0].set_ylabel("x₂")
plt.show()
