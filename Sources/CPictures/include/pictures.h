#ifndef PADAWANN_PICTURES_H
#define PADAWANN_PICTURES_H

#include <stddef.h>
#include <stdint.h>

/// libpng and libjpeg report an error by `longjmp`. It must not pass a frame of Swift, which would not clean up after
/// itself, so that every function here catches it: it returns a status, and whatever it allocated is free again.

/// How reading a picture ended.
typedef enum {
  padawann_picture_read,
  /// The bytes end before the picture does.
  padawann_picture_truncated,
  /// The bytes are not what the format allows.
  padawann_picture_damaged,
  /// The picture is larger than the limits allow; nothing was allocated for it.
  padawann_picture_too_large,
  /// The picture is of a kind of its format that is not read.
  padawann_picture_unsupported,
  padawann_picture_no_memory
} padawann_picture_status;

/// What a picture may take.
typedef struct {
  /// The most pixels.
  uint64_t pixels;
  /// The most bytes of decoded samples; the libraries' own memory is a small multiple of that.
  uint64_t bytes;
} padawann_picture_limits;

/// A decoded picture, and what was wrong if there is none.
typedef struct {
  uint32_t width;
  uint32_t height;
  /// 1: grey, 2: grey and opacity, 3: red, green and blue, 4: those and opacity.
  uint32_t channels;
  /// Rows of pixels, whose channels are side by side; `NULL` when the status is not `padawann_picture_read`. The caller
  /// frees it with `free`.
  uint8_t *samples;
  /// Why there is no picture, in the library's words; ends with a zero.
  char reason[200];
} padawann_picture;

/// Decodes a PNG file. Samples of fewer than 8 bits are scaled to 8, of 16 bits the upper 8 are kept, palettes become red,
/// green and blue, and transparent colours become opacity. Gamma and colour profiles change nothing.
padawann_picture_status padawann_read_png(const uint8_t *bytes, size_t count, padawann_picture_limits limits,
                                          padawann_picture *picture);

/// Decodes a JPEG file (baseline or progressive, grey or colour) by the accurate integer transform and with smooth
/// upsampling of the colours, which are the library's defaults.
padawann_picture_status padawann_read_jpeg(const uint8_t *bytes, size_t count, padawann_picture_limits limits,
                                           padawann_picture *picture);

#endif
