/* TLS (RFC 3261 26.3.1, RFC 5922) over Sofia-SIP's own TLS transport. Sofia-SIP drives OpenSSL, and knows neither server
 * names, nor certificates that change, nor names of servers when it connects; it never frees a connection's SSL, and a slow
 * reader can end the program by an assertion. So each SSL that it makes is set up and freed by us (tls_conn.h), shows what
 * our files hold (tls_files.h), and is held to a name (tls_verify.h). Control thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <sofia-sip/tport.h>

#include "sip/agent/tls_config.h"
#include "sip/agent/tls_totals.h"

/* From now on; connections that are open stay. Files that cannot be read are alarms, not errors. */
void tls_apply(const struct tls_config *config);
/* Reads every file again. */
void tls_reload(void);
/* At stop and in tests: all is forgotten. No connection may be open. */
void tls_reset(void);

/* What came by this connection came by TLS. NULL: it did not. */
bool tls_carries(const tport_t *tport);
/* The other end of this connection has proved to own that name (RFC 5922 7.1: a sip URI or DNS name of subjectAltName). */
bool tls_is_named(const tport_t *tport, const char *name);

/* Between messages, on the connection of that socket; not before its handshake is done. */
void tls_say(int fd, const char *text, size_t len);

struct tls_certificate {
	const char *name; /* server name, or "sip" */
	const char *file;
	char subject[160], issuer[160];
	int64_t expires_s; /* since 1970; 0: there is none */
	bool stale;        /* the file holds nothing of use now: this is what it held before */
};
void tls_certificates_each(bool (*fn)(void *data, const struct tls_certificate *), void *data);

void tls_totals(struct tls_totals *out);
