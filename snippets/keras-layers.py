# /// script
# dependencies = ["knapper", "numpy", "pandas", "tensorflow"]
#
# [tool.uv.sources]
# knapper = { path = "..", editable = true }
#
# [tool.knapper]
# timeout = 120
# ///
# %% [markdown]
# # Layers of Keras
# What a layer does if you say nothing, and what activations and a loss give:
# read from the installed Keras.
# %%
import inspect

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

layers = {
    "Dense": keras.layers.Dense(1),
    "Conv2D": keras.layers.Conv2D(1, 3),
    "MaxPooling2D": keras.layers.MaxPooling2D(),
}


def default(layer, argument):
    value = layer.get_config().get(argument, "–")
    return value["class_name"] if isinstance(value, dict) else str(value)


def defaults(arguments, kinds):
    columns = {
        kind: [default(layers[kind], argument) for argument in arguments]
        for kind in kinds
    }
    return pd.DataFrame({"argument": arguments, **columns})


# %% name="neurons"
with_weights = [
    "activation",
    "use_bias",
    "kernel_initializer",
    "bias_initializer",
]
defaults(with_weights, ["Dense", "Conv2D"])
# %% name="sliding"
of_places = ["strides", "padding", "dilation_rate"]
defaults(of_places, ["Conv2D", "MaxPooling2D"])
# %% name="version"
keras.__version__
# %% name="activations"
z = np.array([-1.0, 0.0, 1.0, 2.0, 3.0])


def rounded(numbers):
    return [
        (f"{n:.0f}" if n == np.round(n) else f"{n:.4f}").replace("-", "−")
        for n in np.array(numbers)
    ]


functions = ["sigmoid", "tanh", "relu"]
pd.DataFrame(
    {"z": rounded(z)}
    | {name: rounded(getattr(keras.activations, name)(z)) for name in functions}
)
# %% name="softmax-of-123"
"(" + ", ".join(rounded(keras.activations.softmax(z[None, 2:])[0])) + ")"
# %% name="relu-slope-at-zero"
at_zero = tf.constant(0.0)
with tf.GradientTape() as tape:
    tape.watch(at_zero)
    output = keras.activations.relu(at_zero)
f"{tape.gradient(output, at_zero).numpy():g}"
# %% name="leaky-function"
leaky_relu = inspect.signature(keras.activations.leaky_relu)
f"{leaky_relu.parameters['negative_slope'].default:g}"
# %% name="leaky-layer"
f"{keras.layers.LeakyReLU().negative_slope:g}"
# %% name="loss-of-halves"
# The outputs (0.2, 0.2) do not add up to 1; class 1 is the truth.
loss = keras.losses.CategoricalCrossentropy()
f"{float(loss([[1.0, 0.0]], [[0.2, 0.2]])):.4f}"
# %% name="textbook-loss-of-halves"
f"{-np.log(0.2):.4f}"
