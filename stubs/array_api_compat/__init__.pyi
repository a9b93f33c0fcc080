from array_api_compat import cupy as cupy
