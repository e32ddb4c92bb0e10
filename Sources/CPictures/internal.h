#ifndef PADAWANN_PICTURES_INTERNAL_H
#define PADAWANN_PICTURES_INTERNAL_H

#include "pictures.h"

/// Checks the sizes of a picture, and allocates its samples.
padawann_picture_status padawann_allocate_picture(padawann_picture *picture, padawann_picture_limits limits);

/// Ends reading without a picture: its samples are given back.
padawann_picture_status padawann_fail_picture(padawann_picture *picture, padawann_picture_status status);

#endif
