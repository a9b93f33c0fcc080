/* What a kernel is: a function that does a range of its work on the arrays of one call. */
#ifndef TYPEDGRAD_PLAN_H
#define TYPEDGRAD_PLAN_H

#include <stdint.h>

#define MOST_ARRAYS 12
#define MOST_SIZES 24
#define MOST_SETTINGS 8
#define MOST_AXES 16

typedef struct {
    void *at[MOST_ARRAYS];       /* inputs, then outputs; null for one that is absent */
    int64_t stride[MOST_ARRAYS][4]; /* of inputs taken as they lie, in elements */
    int64_t size[MOST_SIZES];    /* sizes, as the kernel numbers them */
    double setting[MOST_SETTINGS];
    char *scratch;               /* memory for this call, if the plan asks for it */
    int *trouble;                /* set to 1 for input that the kernel cannot do: the numpy body decides then */
} Call;

typedef void (*Kernel)(const Call *call, int64_t begin, int64_t end);

typedef struct {
    const char *name;
    Kernel f32, f64;
} Entry;

#endif
