#include "internal.h"

#include <stdlib.h>

padawann_picture_status padawann_allocate_picture(padawann_picture *picture, padawann_picture_limits limits) {
  // Both sizes are below 2^31 and there are at most four channels, so that nothing overflows.
  uint64_t pixels = (uint64_t)picture->width * picture->height;
  uint64_t bytes = pixels > UINT64_MAX / 4 ? UINT64_MAX : pixels * picture->channels;
  if (pixels > limits.pixels || bytes > limits.bytes || bytes > SIZE_MAX / 2) return padawann_picture_too_large;
  picture->samples = malloc((size_t)bytes);
  return picture->samples ? padawann_picture_read : padawann_picture_no_memory;
}

padawann_picture_status padawann_fail_picture(padawann_picture *picture, padawann_picture_status status) {
  free(picture->samples);
  picture->samples = NULL;
  return status;
}
