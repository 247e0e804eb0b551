/* Our certificate for HTTPS, out of its files and into the memory that libmicrohttpd (GnuTLS) reads. Control thread. */
#pragma once

#include <stdbool.h>

#include "sip/agent/tls_identity.h"

struct http_config;

/* In its owner's memory, zeroed at first. */
struct http_tls {
	struct tls_identity identity;
	X509 *taken;             /* the leaf that the texts below are of */
	char *certificate, *key; /* PEM, malloc'd; NULL: there are none that could be used */
};

/* Reads the files if they changed. True: the texts are others now. */
bool http_tls_read(struct http_tls *tls, const struct http_config *config);
void http_tls_fini(struct http_tls *tls);
