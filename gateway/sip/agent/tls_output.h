/* Where a TLS connection writes: a BIO that never says "later". What the socket does not take at once is kept, up to a
 * limit, and written when it does; beyond the limit writing fails and the connection ends. Control thread. */
#pragma once

#include <openssl/bio.h>

enum { TLS_OUTPUT_MAX = 512 * 1024 }; /* octets that wait for a slow reader */

/* Onto the socket, which stays its owner's. NULL: no memory. The socket is closed after the BIO is freed. */
BIO *tls_output_new(int fd);
