#ifndef PADAWANN_CPNG_SHIM_H
#define PADAWANN_CPNG_SHIM_H

#include <png.h>

#endif
