# /// script
# dependencies = ["knapper", "matplotlib", "numpy", "pandas", "tensorflow"]
#
# [tool.uv.sources]
# knapper = { path = "..", editable = true }
#
# [tool.knapper]
# timeout = 120
# ///
# %% [markdown]
# # Adam
# Adam and plain gradient descent cross the same narrow valley; then Adam,
# AMSGrad and TensorFlow's kernel are compared number by number.
# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import tensorflow as tf

from deeplearning.optimizers import SGD, Adam, trajectory

curvature = np.array([1.0, 100.0])
start = np.array([-4.0, 0.9])
steps = 80


def loss(w):
    return 0.5 * np.sum(curvature * w**2, axis=-1)


def gradient(w):
    return curvature * w


def descend(optimizer):
    return trajectory(optimizer, gradient, start, steps)


def significant(value):
    """Three digits that count, as in 48.5 and 0.0148."""
    return np.format_float_positional(
        value, precision=3, fractional=False, unique=False
    )


paths = {"Adam": descend(Adam(0.2)), "gradient descent": descend(SGD(0.019))}
# %% name="trajectory" alt="Contour lines of a narrow valley that runs from left to right. Both paths start at the upper left. Plain gradient descent jumps from one steep side to the other and back while it creeps along the valley. Adam crosses the valley on a slant, swings over its middle line twice, runs a little past the minimum at the right and comes back to it."
x, y = np.linspace(-4.6, 1.6, 200), np.linspace(-1.15, 1.3, 160)
surface = loss(np.stack(np.meshgrid(x, y), axis=-1))
heights = [0.1, 0.5, 1.5, 4, 8, 15, 25]
figure, axes = plt.subplots(figsize=(5, 3.4), layout="constrained")
axes.contour(
    x, y, surface, levels=heights, colors="C7", linewidths=0.8, alpha=0.8
)
down, adam = paths["gradient descent"], paths["Adam"]
axes.plot(*down.T, "s-", color="C1", markersize=3.5, linewidth=1.2)
axes.plot(*adam.T, "o-", color="C0", markersize=4, linewidth=2)
axes.plot(0, 0, "*", color="C2", markersize=15)
bold = {"fontsize": 12, "fontweight": "bold"}
axes.annotate("minimum", (-0.05, -0.42), color="C2", **bold)
axes.annotate("Adam", (-1.9, 0.5), color="C0", **bold)
axes.annotate("gradient descent", (-3.75, -1.05), color="C1", **bold)
axes.set(xlabel="w₁ (flat)", ylabel="w₂ (steep)")
plt.show()
# %% name="losses"
marks = [0, 1, 5, 10, 20, 40, 60, 80]
losses = {
    name: [significant(loss(path[t])) for t in marks]
    for name, path in paths.items()
}
pd.DataFrame({"step": marks, **losses})
# %% name="final-loss"
significant(loss(adam[-1]))
# %% name="sgd-final-loss"
significant(loss(down[-1]))
# %% name="rates" alt="The loss after 80 steps over the learning rate from 0.001 to 2, on logarithmic axes. Gradient descent falls until just below 0.02 and beyond that shoots up off the picture. Adam falls until about 0.1 and stays low, with ripples, up to the rate 2."
rates = np.geomspace(1e-3, 2, 45)
figure, axes = plt.subplots(figsize=(5, 3.4), layout="constrained")
below = rates[rates < 0.05]  # where gradient descent still gives numbers
final = [loss(descend(SGD(float(rate)))[-1]) for rate in below]
axes.loglog(below, final, color="C1", linewidth=2.5)
final = [loss(descend(Adam(float(rate)))[-1]) for rate in rates]
axes.loglog(rates, final, color="C0", linewidth=2.5)
axes.annotate("gradient descent", (1.1e-3, 0.15), color="C1", **bold)
axes.annotate("Adam", (1.1e-3, 90), color="C0", **bold)
axes.set(xlabel="learning rate", ylabel="loss after 80 steps")
axes.set_xticks([0.001, 0.01, 0.1, 1], ["0.001", "0.01", "0.1", "1"])
axes.set_yticks(
    [1e-4, 0.01, 1, 100, 1e4], ["0.0001", "0.01", "1", "100", "10,000"]
)
axes.set_ylim(1e-4, 1e4)
axes.minorticks_off()
axes.grid(alpha=0.25)
plt.show()
# %% name="by-hand"
optimizer, w = Adam(learning_rate=0.1), np.array([1.0])
state = optimizer.init(w)
columns = {"after step": ["g", "m", "v", "m̂", "v̂", "w"]}
for t, g in enumerate([4.0, -2.0], start=1):
    w, state = optimizer.update([g], state, w)
    m, v = state.momentum[0], state.velocity[0]
    columns[f"t = {t}"] = [
        f"{g:g}".replace("-", "−"),
        f"{m:.2f}",
        f"{v:.6f}",
        f"{m / (1 - 0.9**t):.3f}",
        f"{v / (1 - 0.999**t):.3f}",
        f"{w[0]:.4f}",
    ]
pd.DataFrame(columns)
# %% name="without-correction"
# The first step divided by the learning rate, if nobody corrected the
# averages: (1 - beta_1) / sqrt(1 - beta_2).
f"{(1 - 0.9) / np.sqrt(1 - 0.999):.2f}"
# %% name="kernel"
count = np.arange(40)
spikes = np.where(count % 10 == 0, 10.0, 0.1)
spikes *= np.where(count % 3 == 0, -1.0, 1.0)


def ours(amsgrad, epsilon=1e-7):
    given = iter(spikes)
    optimizer = Adam(0.1, epsilon=epsilon, amsgrad=amsgrad)
    return trajectory(optimizer, lambda _: next(given), 0.0, len(spikes))[1:]


def kernel(amsgrad):
    """What TensorFlow's own code does, in double precision."""
    apply = tf.raw_ops.ResourceApplyAdam
    names = ["var", "m", "v"]
    if amsgrad:
        apply = tf.raw_ops.ResourceApplyAdamWithAmsgrad
        names.append("vhat")
    variables = {name: tf.Variable(0.0, dtype=tf.float64) for name in names}
    handles = {name: variables[name].handle for name in names}
    settings = {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7}
    path = []
    for t, g in enumerate(spikes, start=1):
        numbers = settings | {"beta1_power": 0.9**t, "beta2_power": 0.999**t}
        exact = {name: np.float64(value) for name, value in numbers.items()}
        apply(**handles, **exact, grad=g)
        path.append(variables["var"].numpy())
    return np.array(path)


def scientific(value):
    mantissa, exponent = f"{value:.1e}".split("e")
    raised = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    return f"{mantissa} · 10{str(int(exponent)).translate(raised)}"


pairs = {
    "ours, TensorFlow's": (ours(False), kernel(False)),
    "both with AMSGrad": (ours(True), kernel(True)),
    "with and without AMSGrad": (ours(True), ours(False)),
    "ε = 10⁻⁷ and 10⁻³": (ours(False), ours(False, 1e-3)),
}
differences = [np.abs(one - two).max() for one, two in pairs.values()]
pd.DataFrame(
    {
        "compared": pairs.keys(),
        "largest difference": [
            "below 10⁻¹²" if value < 1e-12 else scientific(value)
            for value in differences
        ],
    }
)
# %% name="library-defaults"
config = tf.keras.optimizers.Adam().get_config()
asked = [
    "learning_rate",
    "beta_1",
    "beta_2",
    "epsilon",
    "amsgrad",
    "weight_decay",
]
shown = [
    f"{config[name]:g}".replace("1e-07", "10⁻⁷")
    if isinstance(config[name], float)
    else str(config[name])
    for name in asked
]
pd.DataFrame({"argument": asked, "default": shown})
# %% name="library-version"
tf.keras.__version__
