#include "internal.h"

#include <png.h>
#include <setjmp.h>
#include <string.h>

/// Where reading is, and how it ends.
typedef struct {
  const uint8_t *bytes;
  size_t count;
  size_t position;
  padawann_picture_status status;
  char *reason;
  size_t reason_size;
} png_progress;

static void read_bytes(png_structp png, png_bytep target, png_size_t count) {
  png_progress *progress = png_get_io_ptr(png);
  if (count > progress->count - progress->position) {
    progress->status = padawann_picture_truncated;
    png_error(png, "the file ends too early");
  }
  memcpy(target, progress->bytes + progress->position, count);
  progress->position += count;
}

static void fail(png_structp png, png_const_charp message) {
  png_progress *progress = png_get_error_ptr(png);
  if (progress->status == padawann_picture_read) progress->status = padawann_picture_damaged;
  strncpy(progress->reason, message, progress->reason_size - 1);
  png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

/// Lets nothing of a file pass that is damaged, and skips everything but what makes the pixels.
static void set_strictness(png_structp png) {
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_set_benign_errors(png, 0);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
#ifdef PNG_SET_UNKNOWN_CHUNKS_SUPPORTED
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
#endif
}

/// Asks for 8 bits of grey, red, green, blue and opacity.
static void set_transformations(png_structp png, png_infop info) {
  int colour = png_get_color_type(png, info);
  if (colour == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (colour == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
  if (png_get_valid(png, info, PNG_INFO_tRNS)) png_set_tRNS_to_alpha(png);
  png_set_strip_16(png);
}

padawann_picture_status padawann_read_png(const uint8_t *bytes, size_t count, padawann_picture_limits limits,
                                          padawann_picture *picture) {
  memset(picture, 0, sizeof *picture);
  png_progress progress = {bytes, count, 0, padawann_picture_read, picture->reason, sizeof picture->reason};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &progress, fail, ignore);
  if (!png) return padawann_picture_no_memory;
  png_infop info = png_create_info_struct(png);
  if (!info) {
    png_destroy_read_struct(&png, NULL, NULL);
    return padawann_picture_no_memory;
  }
  // What changes between here and a longjmp is reached by pointers, so that it is in memory and not in a register.
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return padawann_fail_picture(picture, progress.status);
  }
  set_strictness(png);
  png_set_read_fn(png, &progress, read_bytes);
  png_read_info(png, info);
  picture->width = png_get_image_width(png, info);
  picture->height = png_get_image_height(png, info);
  // The most that it can become, before libpng allocates a row.
  picture->channels = 4;
  if ((uint64_t)picture->width * picture->height > limits.pixels) {
    progress.status = padawann_picture_too_large;
    png_error(png, "it has too many pixels");
  }
  set_transformations(png, info);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  picture->channels = png_get_channels(png, info);
  if (png_get_bit_depth(png, info) != 8 || picture->channels < 1 || picture->channels > 4
      || png_get_rowbytes(png, info) != (png_size_t)picture->width * picture->channels) {
    progress.status = padawann_picture_unsupported;
    png_error(png, "its pixels cannot be brought to 8 bits");
  }
  progress.status = padawann_allocate_picture(picture, limits);
  if (progress.status != padawann_picture_read) png_error(png, "its pixels take too much memory");
  for (int pass = 0; pass < passes; pass++) {
    for (uint32_t row = 0; row < picture->height; row++) {
      png_read_row(png, picture->samples + (size_t)row * picture->width * picture->channels, NULL);
    }
  }
  png_read_end(png, NULL);
  png_destroy_read_struct(&png, &info, NULL);
  return padawann_picture_read;
}
