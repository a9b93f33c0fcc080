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

/* erf(a) for a < 1/2, and exp(a^2) erfc(a) above: polynomials as in `typedgrad.ops.special`, which says where from. */
INLINE float erf_near_f32(float a) {
    float z = a * a;
    float p = 0.0047190827f;
    p = p * z - 0.026757732f;
    p = p * z + 0.112828314f;
    p = p * z - 0.37612608f;
    p = p * z + 1.1283791f;
    return a * p;
}

INLINE float erf_tail_f32(float a) {
    float t = (a - 3.0f) / (a + 3.0f);
    float p = -0.00027974052f;
    p = p * t + 0.00063382904f;
    p = p * t + 0.0015737643f;
    p = p * t - 0.009748213f;
    p = p * t + 0.021967214f;
    p = p * t - 0.023804188f;
    p = p * t - 0.01023618f;
    p = p * t + 0.09902077f;
    p = p * t - 0.23092732f;
    p = p * t + 0.7160046f;
    return p / (1.0f + a);
}

INLINE float erf_f32(float x) {
    float a = __builtin_fabsf(x), least = a > 27.5f ? 27.5f : a;
    float far = 1.0f - exp_f32(-least * least) * erf_tail_f32(least);
    return __builtin_copysignf(a < 0.5f ? erf_near_f32(a) : a == a ? far : a, x);
}

/* With c near a and c^2 exact, exp(-a^2) = exp(-c^2) exp((c - a)(c + a)). */
INLINE float erfc_f32(float x) {
    float a = __builtin_fabsf(x), least = a > 27.5f ? 27.5f : a;
    int32_t unused;
    float c = nearest_f32(least * 16.0f, &unused) * 0.0625f;
    float far = exp_f32(-c * c) * exp_f32((c - least) * (c + least)) * erf_tail_f32(least);
    float near = erf_near_f32(a);
    return a < 0.5f ? 1.0f - (x < 0.0f ? -near : near) : a != a ? a : x < 0.0f ? 2.0f - far : far;
}

/* erf(a) for a < 1/2, and exp(a^2) erfc(a) above: polynomials as in `typedgrad.ops.special`, which says where from. */
INLINE double erf_near_f64(double a) {
    double z = a * a;
    double p = 1.4725865480556744e-06;
    p = p * z - 1.4845849259707869e-05;
    p = p * z + 0.00012053335124353741;
    p = p * z - 0.0008548297753674966;
    p = p * z + 0.00522397737302147;
    p = p * z - 0.026866170632887928;
    p = p * z + 0.11283791670925353;
    p = p * z - 0.37612638903183476;
    p = p * z + 1.1283791670955126;
    return a * p;
}

INLINE double erf_tail_f64(double a) {
    double t = (a - 3.0) / (a + 3.0);
    double p = 1.8781063583379586e-09;
    p = p * t + 3.478747340542979e-08;
    p = p * t - 2.1541171439563472e-08;
    p = p * t - 2.761833421032368e-07;
    p = p * t + 3.660591129240259e-08;
    p = p * t + 1.5781887981135973e-06;
    p = p * t + 2.743602735032848e-07;
    p = p * t - 8.986024601647052e-06;
    p = p * t - 1.5192349220579907e-06;
    p = p * t + 5.61183758215556e-05;
    p = p * t - 2.0550524908429166e-05;
    p = p * t - 0.00036728832057461943;
    p = p * t + 0.0006458140542803691;
    p = p * t + 0.0016185691113093225;
    p = p * t - 0.009750689280863485;
    p = p * t + 0.021957764013545263;
    p = p * t - 0.023803913109155007;
    p = p * t - 0.010235388899031592;
    p = p * t + 0.0990207536794478;
    p = p * t - 0.23092733308380903;
    p = p * t + 0.7160046047255598;
    return p / (1.0 + a);
}

INLINE double erf_f64(double x) {
    double a = __builtin_fabs(x), least = a > 27.5 ? 27.5 : a;
    double far = 1.0 - exp_f64(-least * least) * erf_tail_f64(least);
    return __builtin_copysign(a < 0.5 ? erf_near_f64(a) : a == a ? far : a, x);
}

/* With c near a and c^2 exact, exp(-a^2) = exp(-c^2) exp((c - a)(c + a)). */
INLINE double erfc_f64(double x) {
    double a = __builtin_fabs(x), least = a > 27.5 ? 27.5 : a;
    int64_t unused;
    double c = nearest_f64(least * 16.0, &unused) * 0.0625;
    double far = exp_f64(-c * c) * exp_f64((c - least) * (c + least)) * erf_tail_f64(least);
    double near = erf_near_f64(a);
    return a < 0.5 ? 1.0 - (x < 0.0 ? -near : near) : a != a ? a : x < 0.0 ? 2.0 - far : far;
}

INLINE float log_f32(float x) { return logf(x); }
INLINE double log_f64(double x) { return log(x); }
INLINE float sqrt_f32(float x) { return sqrtf(x); }
INLINE double sqrt_f64(double x) { return sqrt(x); }

#endif
