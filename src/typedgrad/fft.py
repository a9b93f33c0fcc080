"""Fourier transforms: the standard's names."""

from __future__ import annotations

from typedgrad.ops.fourier import fft as fft
from typedgrad.ops.fourier import hfft as hfft
from typedgrad.ops.fourier import ifft as ifft
from typedgrad.ops.fourier import ihfft as ihfft
from typedgrad.ops.fourier import irfft as irfft
from typedgrad.ops.fourier import rfft as rfft
from typedgrad.ops.fourier_axes import fftfreq as fftfreq
from typedgrad.ops.fourier_axes import fftn as fftn
from typedgrad.ops.fourier_axes import fftshift as fftshift
from typedgrad.ops.fourier_axes import ifftn as ifftn
from typedgrad.ops.fourier_axes import ifftshift as ifftshift
from typedgrad.ops.fourier_axes import irfftn as irfftn
from typedgrad.ops.fourier_axes import rfftfreq as rfftfreq
from typedgrad.ops.fourier_axes import rfftn as rfftn
