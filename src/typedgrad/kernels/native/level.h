/* All kernels for one instruction set, included by one file for each: `LEVEL` names it, `VECTOR_BYTES` is the size of a
   register, `ACCUMULATORS` how many of them may hold sums. */
#include <stdlib.h>

#include "maths.h"
#include <string.h>

#include "plan.h"
#include "pool.h"

#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)
#define OF(name) PASTE(name, SUFFIX)

#define LANES ((int)(VECTOR_BYTES / sizeof(REAL)))

/* What numbers the lanes of a vector. */
#define LANE_f32 int32_t
#define LANE_f64 int64_t

#define REAL float
#define SUFFIX _f32
#include "all.h"
#undef REAL
#undef SUFFIX

#define REAL double
#define SUFFIX _f64
#include "all.h"

#define BOTH(name) {#name, kernel_##name##_f32, kernel_##name##_f64}

const Entry PASTE(kernels_, LEVEL)[] = {
#include "table.h"
    {0, 0, 0},
};
