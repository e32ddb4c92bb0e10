#ifndef PADAWANN_CHDF5_SHIM_H
#define PADAWANN_CHDF5_SHIM_H

#include <hdf5.h>

#endif
