"""Writes the fixtures of this folder: `python make-fixtures.py`, needs numpy, safetensors, ml_dtypes."""
import numpy as np
import ml_dtypes
from safetensors.numpy import save_file

ramp = np.arange(24).reshape(2, 3, 4)
halves = np.array([0.0, -0.0, 1.5, -2.25, 65504.0, 6e-08, 6.1e-05, np.inf, -np.inf, np.nan], np.float16)
arrays = {
    "f64": (ramp / 7).astype("<f8"),
    "f32": (ramp / 7).astype("<f4"),
    "f16": halves,
    "bool": ramp % 3 == 0,
    "scalar": np.array(2.5, np.float32),
    "empty": np.zeros((3, 0, 2), np.float32),
    "i64": np.array([-(2**63), -1, 0, 2**63 - 1], np.int64),
    "i32": np.array([-(2**31), -1, 0, 2**31 - 1], np.int32),
    "i16": np.array([-(2**15), -1, 0, 2**15 - 1], np.int16),
    "i8": np.array([-128, -1, 0, 127], np.int8),
    "u64": np.array([0, 1, 2**63 - 1], np.uint64),
    "u32": np.array([0, 1, 2**32 - 1], np.uint32),
    "u16": np.array([0, 1, 2**16 - 1], np.uint16),
    "u8": np.array([0, 1, 255], np.uint8),
}
numpy_only = {
    "fortran": np.asfortranarray((ramp / 7).astype("<f4")),
    "fortran matrix": np.asfortranarray(ramp[0].astype("<i2")),
    "big-endian": (ramp / 7).astype(">f8"),
    "big-endian fortran": np.asfortranarray(ramp.astype(">i4")),
    "größe": np.full((40, 50), 3, np.int16),
}
np.savez("numpy-stored.npz", **arrays, **{k: v for k, v in numpy_only.items() if k != "größe"})
np.savez_compressed("numpy-compressed.npz", **arrays, **numpy_only)

brain = np.array([0.0, -1.0, 3.140625, 1e38, -np.inf], ml_dtypes.bfloat16)
save_file(
    {**arrays, "bf16": brain, "größe": np.full((2, 1), 3, np.int16)}, "reference.safetensors",
    metadata={"quote\"d": "line\nbreak \\ tab\t", "größe": "é 🙂"})
