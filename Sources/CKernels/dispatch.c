#include "CKernels.h"

// The run-time choice of an instruction set stands here, beside the kernels that need one.
typedef int padawann_translation_unit_is_not_empty;
