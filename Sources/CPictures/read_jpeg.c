#include "internal.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

/// libjpeg calls `error_exit` of this with the decoder, whose first field leads back here.
typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf escape;
  padawann_picture_status status;
  char *reason;
  size_t reason_size;
} jpeg_errors;

/// A progressive file has about ten scans. Each goes through all pixels, so that thousands of empty ones are an attack.
enum { most_scans = 200 };

static void give_up(j_common_ptr decoder, padawann_picture_status status) {
  jpeg_errors *errors = (jpeg_errors *)decoder->err;
  char text[JMSG_LENGTH_MAX];
  decoder->err->format_message(decoder, text);
  strncpy(errors->reason, text, errors->reason_size - 1);
  errors->status = status;
  longjmp(errors->escape, 1);
}

static void fail(j_common_ptr decoder) {
  switch (decoder->err->msg_code) {
    case JERR_OUT_OF_MEMORY: give_up(decoder, padawann_picture_no_memory);
    case JERR_NO_BACKING_STORE: give_up(decoder, padawann_picture_too_large);
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF: give_up(decoder, padawann_picture_truncated);
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_ARITH_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL: give_up(decoder, padawann_picture_unsupported);
    default: give_up(decoder, padawann_picture_damaged);
  }
}

/// The library goes on after what it calls a warning, with grey where pixels are missing. Only what is harmless passes: bytes
/// between two segments, more data than the header says, and markers of a version that is not known.
static void weigh(j_common_ptr decoder, int level) {
  if (level >= 0) return;
  switch (decoder->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    case JWRN_TOO_MUCH_DATA: return;
    case JWRN_JPEG_EOF: give_up(decoder, padawann_picture_truncated);
    default: give_up(decoder, padawann_picture_damaged);
  }
}

static void stay_silent(j_common_ptr decoder) { (void)decoder; }

static void count_scans(j_common_ptr decoder) {
  jpeg_errors *errors = (jpeg_errors *)decoder->err;
  if (((j_decompress_ptr)decoder)->input_scan_number <= most_scans) return;
  strncpy(errors->reason, "it has too many scans", errors->reason_size - 1);
  errors->status = padawann_picture_damaged;
  longjmp(errors->escape, 1);
}

/// Grey stays grey, and everything else becomes red, green and blue.
static padawann_picture_status set_colours(struct jpeg_decompress_struct *decoder, padawann_picture *picture) {
  switch (decoder->jpeg_color_space) {
    case JCS_GRAYSCALE: decoder->out_color_space = JCS_GRAYSCALE; picture->channels = 1; break;
    case JCS_YCbCr:
    case JCS_RGB: decoder->out_color_space = JCS_RGB; picture->channels = 3; break;
    case JCS_CMYK:
    case JCS_YCCK:
      strncpy(picture->reason, "its colours are for printing (CMYK)", sizeof picture->reason - 1);
      return padawann_picture_unsupported;
    default:
      snprintf(picture->reason, sizeof picture->reason, "its %d components are no colours that are known",
               decoder->num_components);
      return padawann_picture_unsupported;
  }
  return padawann_picture_read;
}

padawann_picture_status padawann_read_jpeg(const uint8_t *bytes, size_t count, padawann_picture_limits limits,
                                           padawann_picture *picture) {
  memset(picture, 0, sizeof *picture);
  struct jpeg_decompress_struct decoder;
  jpeg_errors errors = {.status = padawann_picture_read, .reason = picture->reason, .reason_size = sizeof picture->reason};
  struct jpeg_progress_mgr progress = {.progress_monitor = count_scans};
  memset(&decoder, 0, sizeof decoder);
  decoder.err = jpeg_std_error(&errors.base);
  errors.base.error_exit = fail;
  errors.base.emit_message = weigh;
  errors.base.output_message = stay_silent;
  // What changes between here and a longjmp is reached by pointers, so that it is in memory and not in a register.
  if (setjmp(errors.escape)) {
    jpeg_destroy_decompress(&decoder);
    return padawann_fail_picture(picture, errors.status);
  }
  jpeg_create_decompress(&decoder);
  decoder.progress = &progress;
  jpeg_mem_src(&decoder, bytes, count);
  jpeg_read_header(&decoder, TRUE);
  picture->width = decoder.image_width;
  picture->height = decoder.image_height;
  padawann_picture_status status = set_colours(&decoder, picture);
  if (status == padawann_picture_read) status = padawann_allocate_picture(picture, limits);
  if (status != padawann_picture_read) {
    jpeg_destroy_decompress(&decoder);
    return padawann_fail_picture(picture, status);
  }
  jpeg_start_decompress(&decoder);
  size_t row_size = (size_t)picture->width * picture->channels;
  while (decoder.output_scanline < decoder.output_height) {
    JSAMPROW row = picture->samples + decoder.output_scanline * row_size;
    jpeg_read_scanlines(&decoder, &row, 1);
  }
  jpeg_finish_decompress(&decoder);
  jpeg_destroy_decompress(&decoder);
  return padawann_picture_read;
}
