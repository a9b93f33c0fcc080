"""A row of the catalogue: what six systems call a thing, and where it is here."""

from __future__ import annotations

from typing import Literal, NamedTuple

SYSTEMS = ("caffe", "torch", "theano", "lasagne", "keras", "tf", "dl4j")
TITLES = {
    "caffe": "Caffe",
    "torch": "Torch7",
    "theano": "Theano",
    "lasagne": "Lasagne",
    "keras": "Keras",
    "tf": "TensorFlow",
    "dl4j": "Deeplearning4j",
}


class Row(NamedTuple):
    """What six systems call a thing (separated by commas), and the names here that provide it (separated by spaces).

    `ours` leaves out `tg.`; an option may stand behind a name: `nn.GlobalPool(kind="max")`. `note` says where the
    mathematics differs. A row without a name of ours says `why`, and is no must.
    """

    what: str
    ours: str
    caffe: str = ""
    torch: str = ""
    theano: str = ""
    lasagne: str = ""
    keras: str = ""
    tf: str = ""
    dl4j: str = ""
    note: str = ""
    want: Literal["must", "should", "could"] = "must"
    why: str = ""

    def theirs(self, system: str) -> list[str]:
        """What a system calls it."""
        found: str = getattr(self, system)
        return [name.strip() for name in found.split(",") if name.strip()]

    def names(self) -> list[str]:
        """Our names, with their options."""
        return self.ours.split()
