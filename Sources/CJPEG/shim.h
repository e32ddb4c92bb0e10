#ifndef PADAWANN_CJPEG_SHIM_H
#define PADAWANN_CJPEG_SHIM_H

/// The library's header uses `FILE` and `size_t` without declaring them.
#include <stddef.h>
#include <stdio.h>

#include <jpeglib.h>

#endif
