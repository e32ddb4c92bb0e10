#ifndef PADAWANN_CKERNELS_H
#define PADAWANN_CKERNELS_H

// The home of the SIMD kernels. Every kernel is a pure function (pointers in, numbers out) whose result does not depend
// on the instruction set that runs it.

#endif
