#ifndef PADAWANN_CHDF5_SHIM_H
#define PADAWANN_CHDF5_SHIM_H

// Only what Swift cannot import from <hdf5.h>. Constants that are macros with a function call inside (they open the
// library before they read a global variable) become functions; so do calls whose signature depends on the version.

#include <hdf5.h>

/// `H5T_STD_U8LE` is a macro that reads a global variable.
static inline hid_t padawann_file_uint8(void) { return H5T_STD_U8LE; }
/// `H5T_STD_I32LE` is a macro that reads a global variable.
static inline hid_t padawann_file_int32(void) { return H5T_STD_I32LE; }
/// `H5T_STD_I64LE` is a macro that reads a global variable.
static inline hid_t padawann_file_int64(void) { return H5T_STD_I64LE; }
/// `H5T_IEEE_F32LE` is a macro that reads a global variable.
static inline hid_t padawann_file_float32(void) { return H5T_IEEE_F32LE; }
/// `H5T_IEEE_F64LE` is a macro that reads a global variable.
static inline hid_t padawann_file_float64(void) { return H5T_IEEE_F64LE; }

/// `H5T_NATIVE_UINT8` is a macro that reads a global variable.
static inline hid_t padawann_memory_uint8(void) { return H5T_NATIVE_UINT8; }
/// `H5T_NATIVE_INT32` is a macro that reads a global variable.
static inline hid_t padawann_memory_int32(void) { return H5T_NATIVE_INT32; }
/// `H5T_NATIVE_INT64` is a macro that reads a global variable.
static inline hid_t padawann_memory_int64(void) { return H5T_NATIVE_INT64; }
/// `H5T_NATIVE_FLOAT` is a macro that reads a global variable.
static inline hid_t padawann_memory_float32(void) { return H5T_NATIVE_FLOAT; }
/// `H5T_NATIVE_DOUBLE` is a macro that reads a global variable.
static inline hid_t padawann_memory_float64(void) { return H5T_NATIVE_DOUBLE; }
/// A little-endian IEEE half-precision type: 5 bits of exponent above 10 of mantissa. Negative where memory is short.
static inline hid_t padawann_make_half(void) {
  hid_t type = H5Tcopy(H5T_IEEE_F32LE);
  if (type >= 0 && (H5Tset_fields(type, 15, 10, 5, 0, 10) < 0 || H5Tset_size(type, 2) < 0 || H5Tset_ebias(type, 15) < 0)) {
    H5Tclose(type);
    return -1;
  }
  return type;
}
/// `H5T_C_S1` is a macro that reads a global variable.
static inline hid_t padawann_c_string(void) { return H5T_C_S1; }

/// `H5P_FILE_CREATE` is a macro that reads a global variable.
static inline hid_t padawann_file_creation(void) { return H5P_FILE_CREATE; }
/// `H5P_FILE_ACCESS` is a macro that reads a global variable.
static inline hid_t padawann_file_access(void) { return H5P_FILE_ACCESS; }
/// `H5P_GROUP_CREATE` is a macro that reads a global variable.
static inline hid_t padawann_group_creation(void) { return H5P_GROUP_CREATE; }
/// `H5P_DATASET_CREATE` is a macro that reads a global variable.
static inline hid_t padawann_dataset_creation(void) { return H5P_DATASET_CREATE; }
/// `H5P_LINK_CREATE` is a macro that reads a global variable.
static inline hid_t padawann_link_creation(void) { return H5P_LINK_CREATE; }
/// `H5P_ATTRIBUTE_CREATE` is a macro that reads a global variable.
static inline hid_t padawann_attribute_creation(void) { return H5P_ATTRIBUTE_CREATE; }

/// `H5P_DEFAULT` is a macro with a cast.
static inline hid_t padawann_default(void) { return H5P_DEFAULT; }
/// `H5S_ALL` is a macro with a cast.
static inline hid_t padawann_whole_space(void) { return H5S_ALL; }
/// `H5E_DEFAULT` is a macro with a cast.
static inline hid_t padawann_error_stack(void) { return H5E_DEFAULT; }
/// `H5F_ACC_TRUNC` is a macro with a function call.
static inline unsigned padawann_truncate(void) { return H5F_ACC_TRUNC; }
/// `H5F_ACC_RDONLY` is a macro with a function call.
static inline unsigned padawann_read_only(void) { return H5F_ACC_RDONLY; }
/// `H5P_CRT_ORDER_TRACKED` is a macro.
static inline unsigned padawann_order_tracked(void) { return H5P_CRT_ORDER_TRACKED; }

/// `H5Oget_info` is a macro whose arguments depend on the version.
static inline herr_t padawann_attribute_count(hid_t object, hsize_t *count) {
#if H5_VERSION_GE(1, 12, 0)
  H5O_info2_t facts;
  herr_t status = H5Oget_info3(object, &facts, H5O_INFO_NUM_ATTRS);
#else
  H5O_info_t facts;
  herr_t status = H5Oget_info2(object, &facts, H5O_INFO_NUM_ATTRS);
#endif
  if (status >= 0) *count = facts.num_attrs;
  return status;
}

// What a link says, how a group's links are visited, and how what a link leads to is opened depend on the version.
#if H5_VERSION_GE(1, 12, 0)
typedef H5L_info2_t padawann_link;
static inline herr_t padawann_visit_links(hid_t group, H5_index_t order, H5L_iterate2_t visit, void *context) {
  hsize_t position = 0;
  return H5Literate2(group, order, H5_ITER_INC, &position, visit, context);
}
static inline hid_t padawann_open(hid_t file, padawann_link link) { return H5Oopen_by_token(file, link.u.token); }
#else
typedef H5L_info_t padawann_link;
static inline herr_t padawann_visit_links(hid_t group, H5_index_t order, H5L_iterate_t visit, void *context) {
  hsize_t position = 0;
  return H5Literate(group, order, H5_ITER_INC, &position, visit, context);
}
static inline hid_t padawann_open(hid_t file, padawann_link link) { return H5Oopen_by_addr(file, link.u.address); }
#endif

#endif
