from typing import Any

import numpy as np
from cupy import ndarray

def asarray(obj: object, /, *, dtype: str | np.dtype[Any] | None = None, copy: bool | None = None) -> ndarray: ...
