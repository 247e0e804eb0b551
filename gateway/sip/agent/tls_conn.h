/* TLS connections: each SSL that Sofia-SIP makes, set up right after: what it shows, what it believes, where it writes.
 * mends.c tells of their beginning and end. Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

#include "sip/agent/tls_config.h"
#include "sip/agent/tls_totals.h"

/* Sofia-SIP's own object of a connection. */
struct tls_s;

struct tls_conn;

/* Of connections that begin from now on. */
void tls_conn_set_terms(const struct tls_config *config);
/* Sofia-SIP is about to make an SSL. */
void tls_conn_prepare(void);
/* It made one, of that socket. False: it cannot be made fit, and is to be freed at once. */
bool tls_conn_begin(struct tls_s *of, int fd, bool accepted);
/* Sofia-SIP is about to let go of it: NULL when it is no connection (or NULL). */
struct tls_conn *tls_conn_closing(const struct tls_s *of);
/* It has; NULL does nothing. */
void tls_conn_end(struct tls_conn *conn);
/* The other end asked for a sign of life (RFC 5626 4.4.1). */
void tls_conn_pong(const struct tls_s *of);

/* Of that socket, its handshake done; NULL: none. */
SSL *tls_conn_ssl(int fd);
/* What there is and was; names is not filled in. */
void tls_conn_totals(struct tls_totals *out);
