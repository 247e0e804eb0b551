/* Whom the other end of a TLS connection must be, and who it has proved to be (RFC 5922). Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include <openssl/ssl.h>

#include "sip/agent/tls_config.h"

/* Whoever listens there is called that: the certificate that it shows must name it (RFC 5922 7.1), a host name or an
 * address. Told before the connection is opened; unknown ones are held to their address. */
void tls_verify_expect(const struct sockaddr_storage *there, const char *name);
/* All are unknown again. */
void tls_verify_forget(void);
/* Names that are expected. */
unsigned tls_verify_names(void);

/* Of clients (accepted) or servers: chain and date are OpenSSL's part. False: no memory. */
bool tls_verify_set(SSL *ssl, bool accepted, enum tls_verify clients);
/* Before the ClientHello to the server of that socket: it is told whom we want, and held to that, which is written to name. */
void tls_verify_server(SSL *ssl, int fd, char name[static TLS_NAME_MAX]);
/* After the handshake: the other end has proved to own that name (RFC 5922 7.1: a sip URI or DNS name of subjectAltName). */
bool tls_verify_is_named(const SSL *ssl, const char *name);
