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
# Adam and plain gradient descent cross the same narrow valley; then Adam, AMSGrad and TensorFlow's kernel are compared
# number by number.
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


paths = {"Adam": trajectory(Adam(0.2), gradient, start, steps), "SGD": trajectory(SGD(0.019), gradient, start, steps)}
# %% name="trajectory" alt="Contour lines of a narrow valley that runs from left to right. Both paths start at the upper left. Plain gradient descent jumps from one steep side to the other and back while it creeps along the valley. Adam crosses the valley on a slant, swings over its middle line twice, runs a little past the minimum at the right and comes back to it."
x, y = np.linspace(-4.6, 1.6, 200), np.linspace(-1.15, 1.3, 160)
surface = loss(np.stack(np.meshgrid(x, y), axis=-1))
figure, axes = plt.subplots(figsize=(6, 3.7), layout="constrained")
axes.contour(x, y, surface, levels=[0.1, 0.5, 1.5, 4, 8, 15, 25], colors="C7", linewidths=0.8, alpha=0.8)
axes.plot(*paths["SGD"].T, "s-", color="C1", markersize=3.5, linewidth=1.2)
axes.plot(*paths["Adam"].T, "o-", color="C0", markersize=4, linewidth=2)
axes.plot(0, 0, "*", color="C2", markersize=15)
axes.annotate("minimum", (0.15, -0.42), color="C2", fontsize=11, fontweight="bold")
axes.annotate("Adam", (-1.9, 0.55), color="C0", fontsize=12, fontweight="bold")
axes.annotate("gradient descent", (-3.9, -1.05), color="C1", fontsize=12, fontweight="bold")
axes.set(xlabel="w₁ (flat)", ylabel="w₂ (steep)")
plt.show()
# %% name="losses"
marks = [0, 1, 5, 10, 20, 40, 60, 80]
pd.DataFrame({"step": marks} | {name: [f"{loss(path[t]):.4f}" for t in marks] for name, path in paths.items()})
# %% name="final-loss"
f"{loss(paths['Adam'][-1]):.4f}"
# %% name="sgd-final-loss"
f"{loss(paths['SGD'][-1]):.4f}"
# %% name="rates" alt="The loss after 80 steps over the learning rate from 0.001 to 2, on logarithmic axes. Gradient descent falls until just below 0.02 and beyond that shoots up off the picture. Adam falls until about 0.1 and stays low, with ripples, up to the rate 2."
rates = np.geomspace(1e-3, 2, 45)
figure, axes = plt.subplots(figsize=(6, 3.7), layout="constrained")
for name, build, color in (("gradient descent", SGD, "C1"), ("Adam", Adam, "C0")):
    tried = rates[rates < 0.05] if build is SGD else rates
    final = [loss(trajectory(build(float(rate)), gradient, start, steps)[-1]) for rate in tried]
    axes.loglog(tried, final, color=color, linewidth=2.5)
    axes.annotate(
        name, (1.1e-3, 0.2 if name == "gradient descent" else 90), color=color, fontsize=12, fontweight="bold"
    )
axes.set(xlabel="learning rate", ylabel=f"loss after {steps} steps", ylim=(1e-4, 1e4))
axes.grid(alpha=0.25)
plt.show()
# %% name="by-hand"
optimizer, w, rows = Adam(learning_rate=0.1), np.array([1.0]), []
state = optimizer.init(w)
for t, g in enumerate([4.0, -2.0], start=1):
    w, state = optimizer.update([g], state, w)
    rows.append(
        {
            "t": t,
            "g": f"{g:g}",
            "m": f"{state.momentum[0]:.4f}",
            "v": f"{state.velocity[0]:.6f}",
            "m̂ = m / (1 − β₁ᵗ)": f"{state.momentum[0] / (1 - 0.9**t):.4f}",
            "v̂ = v / (1 − β₂ᵗ)": f"{state.velocity[0] / (1 - 0.999**t):.4f}",
            "w": f"{w[0]:.4f}",
        }
    )
pd.DataFrame(rows).replace("-", "−", regex=True)
# %% name="without-correction"
# The first step divided by the learning rate, if nobody corrected the averages: (1 - beta_1) / sqrt(1 - beta_2).
f"{(1 - 0.9) / np.sqrt(1 - 0.999):.2f}"
# %% name="kernel"
spikes = np.where(np.arange(40) % 10 == 0, 10.0, 0.1) * np.where(np.arange(40) % 3 == 0, -1.0, 1.0)


def ours(amsgrad, epsilon=1e-7):
    given = iter(spikes)
    return trajectory(Adam(0.1, epsilon=epsilon, amsgrad=amsgrad), lambda _: next(given), 0.0, len(spikes))[1:]


def kernel(amsgrad):
    names = ["var", "m", "v"] + ["vhat"] * amsgrad
    variables = {name: tf.Variable(0.0, dtype=tf.float64) for name in names}
    apply = tf.raw_ops.ResourceApplyAdamWithAmsgrad if amsgrad else tf.raw_ops.ResourceApplyAdam
    rest = {"lr": np.float64(0.1), "beta1": np.float64(0.9), "beta2": np.float64(0.999), "epsilon": np.float64(1e-7)}
    path = []
    for t, g in enumerate(spikes, start=1):
        powers = {"beta1_power": np.float64(0.9**t), "beta2_power": np.float64(0.999**t)}
        apply(**{name: variable.handle for name, variable in variables.items()}, **powers, **rest, grad=g)
        path.append(variables["var"].numpy())
    return np.array(path)


def scientific(value):
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa} · 10" + str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


differences = {
    "ours and TensorFlow's kernel": np.abs(ours(False) - kernel(False)).max(),
    "ours and the kernel, with AMSGrad": np.abs(ours(True) - kernel(True)).max(),
    "with AMSGrad and without": np.abs(ours(True) - ours(False)).max(),
    "epsilon 10⁻⁷ and 10⁻³": np.abs(ours(False, 1e-3) - ours(False)).max(),
}
pd.DataFrame(
    {
        "compared over 40 steps": differences.keys(),
        "largest difference": ["below 10⁻¹²" if value < 1e-12 else scientific(value) for value in differences.values()],
    }
)
# %% name="library-defaults"
config = tf.keras.optimizers.Adam().get_config()
asked = ["learning_rate", "beta_1", "beta_2", "epsilon", "amsgrad", "weight_decay"]
shown = [f"{config[name]:g}" if type(config[name]) is float else str(config[name]) for name in asked]
pd.DataFrame({"argument of Adam": asked, "default": shown})
# %% name="library-version"
tf.keras.__version__
