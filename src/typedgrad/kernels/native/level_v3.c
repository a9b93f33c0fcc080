/* x86-64 with AVX2 and FMA. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC target("avx2,fma,bmi,bmi2,f16c,lzcnt,movbe")
#define LEVEL v3
#define VECTOR_BYTES 32
#define ACCUMULATORS 12
#include "level.h"
#endif
