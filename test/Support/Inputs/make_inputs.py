# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes the files of this folder: what other programs write. Needs numpy, torch, safetensors, Pillow."""
import pathlib
import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file

here = pathlib.Path(__file__).parent
matrix = np.arange(6, dtype=np.float32).reshape(2, 3) / 4
np.save(here / "fortran.npy", np.asfortranarray(np.arange(24, dtype=np.float32).reshape(2, 3, 4)))
np.savez(here / "stored.npz", matrix=matrix, scalar=np.float64(0.5), bytes=np.array([1, 255], dtype=np.uint8))
np.savez_compressed(here / "deflated.npz", matrix=matrix, zeros=np.zeros((100, 100), dtype=np.float16))
save_file({"f32": torch.tensor([[1.5, -2.0]]), "f16": torch.tensor([1.5, 6e-8, 65504.0, float("inf")]).half(),
           "bf16": torch.tensor([1.0, -3.140625]).bfloat16(), "i64": torch.tensor([-1, 2**40]),
           "bool": torch.tensor([True, False])}, here / "types.safetensors", metadata={"format": "pt"})
picture = np.zeros((2, 3, 3), dtype=np.uint8)
picture[0, 0] = [255, 0, 0]
picture[1, 2] = [0, 128, 255]
Image.fromarray(picture).save(here / "colour.png")
Image.fromarray(np.array([[0, 128, 255]], dtype=np.uint8)).save(here / "grey.png")
Image.fromarray(np.full((8, 8), 77, dtype=np.uint8)).save(here / "grey.jpg", quality=95)
blocks = np.zeros((16, 32, 3), dtype=np.uint8)
blocks[:, :16] = [200, 40, 40]
blocks[:, 16:] = [40, 40, 200]
Image.fromarray(blocks).save(here / "colour.jpg", quality=95)
