#ifndef PADAWANN_CCRYPTO_SHIM_H
#define PADAWANN_CCRYPTO_SHIM_H

#include <openssl/crypto.h>
#include <openssl/evp.h>

#endif
