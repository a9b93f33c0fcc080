/* Elementary functions as plain code without branches, so that loops over them become vector code. Errors are a few units
   in the last place (tested); NaN and infinities behave as in C. Polynomials: S. Moshier, Cephes library. */
#ifndef TYPEDGRAD_MATHS_H
#define TYPEDGRAD_MATHS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

INLINE float power_of_two_f32(int32_t k) {
    uint32_t bits = ((uint32_t)k + 127u) << 23;
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

INLINE double power_of_two_f64(int64_t k) {
    uint64_t bits = ((uint64_t)k + 1023u) << 52;
    double value;
    memcpy(&value, &bits, 8);
    return value;
}

/* The nearest integer. Adding 1.5 times 2^23 (2^52) leaves it in the low bits of the sum; unlike a conversion this is
   vector code everywhere, and harmless for NaN. */
INLINE float nearest_f32(float x, int32_t *k) {
    const float shift = 12582912.0f;
    float sum = x + shift;
    uint32_t bits;
    memcpy(&bits, &sum, 4);
    *k = (int32_t)(bits - 0x4B400000u);
    return sum - shift;
}

INLINE double nearest_f64(double x, int64_t *k) {
    const double shift = 6755399441055744.0;
    double sum = x + shift;
    uint64_t bits;
    memcpy(&bits, &sum, 8);
    *k = (int64_t)(bits - 0x4338000000000000u);
    return sum - shift;
}

/* exp(x) = 2^k exp(r), the power in two steps so that neither leaves the range of the exponent. */
INLINE float exp_f32(float x) {
    float c = x < -104.0f ? -104.0f : x;
    c = c > 89.0f ? 89.0f : c;
    int32_t n;
    float k = nearest_f32(c * 1.44269504088896341f, &n);
    float r = c - k * 0.693359375f;
    r = r + k * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    int32_t half = n >> 1;
    return p * power_of_two_f32(half) * power_of_two_f32((int32_t)((uint32_t)n - (uint32_t)half));
}

INLINE double exp_f64(double x) {
    double c = x < -746.0 ? -746.0 : x;
    c = c > 710.0 ? 710.0 : c;
    int64_t n;
    double k = nearest_f64(c * 1.4426950408889634073599, &n);
    double r = c - k * 6.93145751953125e-1;
    r = r - k * 1.42860682030941723212e-6;
    double z = r * r;
    double p = r * ((1.26177193074810590878e-4 * z + 3.02994407707441961300e-2) * z + 9.99999999999999999910e-1);
    double q = ((3.00198505138664455042e-6 * z + 2.52448340349684104192e-3) * z + 2.27265548208155028766e-1) * z +
               2.00000000000000000005e0;
    double v = 1.0 + 2.0 * (p / (q - p));
    int64_t half = (int64_t)(((uint64_t)n + 4096u) >> 1) - 2048;
    return v * power_of_two_f64(half) * power_of_two_f64((int64_t)((uint64_t)n - (uint64_t)half));
}

INLINE float sigmoid_f32(float x) {
    float e = exp_f32(-__builtin_fabsf(x));
    return (x >= 0.0f ? 1.0f : e) / (1.0f + e);
}

INLINE double sigmoid_f64(double x) {
    double e = exp_f64(-__builtin_fabs(x));
    return (x >= 0.0 ? 1.0 : e) / (1.0 + e);
}

INLINE float tanh_f32(float x) {
    float a = __builtin_fabsf(x), z = x * x;
    float p = -5.70498872745e-3f;
    p = p * z + 2.06390887954e-2f;
    p = p * z - 5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z - 3.33332819422e-1f;
    float small = p * z * x + x;
    float large = 1.0f - 2.0f / (exp_f32(2.0f * a) + 1.0f);
    return __builtin_copysignf(a < 0.625f ? small : large, x); /* minus zero as well */
}

INLINE double tanh_f64(double x) {
    double a = __builtin_fabs(x), z = x * x;
    double p = (-9.64399179425052238628e-1 * z - 9.92877231001918586564e1) * z - 1.61468768441708447952e3;
    double q = ((z + 1.12811678491632931402e2) * z + 2.23548839060100448583e3) * z + 4.84406305325125486048e3;
    double small = x + x * z * (p / q);
    double large = 1.0 - 2.0 / (exp_f64(2.0 * a) + 1.0);
    return __builtin_copysign(a < 0.625 ? small : large, x);
}

INLINE float log_f32(float x) { return logf(x); }
INLINE double log_f64(double x) { return log(x); }
INLINE float sqrt_f32(float x) { return sqrtf(x); }
INLINE double sqrt_f64(double x) { return sqrt(x); }

#endif
