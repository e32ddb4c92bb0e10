#ifndef PADAWANN_CZLIB_SHIM_H
#define PADAWANN_CZLIB_SHIM_H

#include <zlib.h>

/// `inflateInit2` and `deflateInit2` are macros (they pass zlib's version and the size of `z_stream`), which Swift
/// cannot import.
static inline int padawann_inflate_init(z_streamp stream, int window_bits) {
  return inflateInit2(stream, window_bits);
}

static inline int padawann_deflate_init(z_streamp stream, int level, int window_bits) {
  return deflateInit2(stream, level, Z_DEFLATED, window_bits, 9, Z_DEFAULT_STRATEGY);
}

#endif
