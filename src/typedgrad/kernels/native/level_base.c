#define LEVEL base
#define VECTOR_BYTES 16
#define ACCUMULATORS 12
#include "level.h"
