"""Korean text that is the same on every machine: words from a fixed seed."""
import random


class Words:
    """The smaller the vocabulary, the better the text compresses."""

    def __init__(self, seed, vocabulary):
        self.rng = random.Random(seed)
        self.known = ["".join(chr(self.rng.randrange(0xAC00, 0xD7A4)) for _ in range(self.rng.randrange(1, 5)))
                      for _ in range(vocabulary)]

    def line(self, count):
        return " ".join(self.rng.choice(self.known) for _ in range(count))

    def html(self, paragraphs, words):
        return "\n".join(f"<p>{self.line(words)}</p>" for _ in range(paragraphs))
