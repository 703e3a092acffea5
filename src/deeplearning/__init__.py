"""Deep learning as tested code: NumPy from scratch, and Keras for networks."""
