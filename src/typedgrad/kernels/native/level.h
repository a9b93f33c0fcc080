/* All kernels for one instruction set: `LEVEL` names it. Included by one file for each. */
#include <stdlib.h>

#include "maths.h"
#include "plan.h"

#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)
#define OF(name) PASTE(name, SUFFIX)

#define REAL float
#define SUFFIX _f32
#define LANES 16
#include "all.h"
#undef REAL
#undef SUFFIX
#undef LANES

#define REAL double
#define SUFFIX _f64
#define LANES 8
#include "all.h"

#define BOTH(name) {#name, kernel_##name##_f32, kernel_##name##_f64}

const Entry PASTE(kernels_, LEVEL)[] = {
#include "table.h"
    {0, 0, 0},
};
