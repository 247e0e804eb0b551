/* What `show sip transports` says: sockets, connections, certificates. Sofia-SIP's types stay inside this folder. Control
 * thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct sip;

struct sip_socket_status {
	const char *transport; /* "udp" */
	const char *name;      /* "": none */
	char address[64];      /* "192.0.2.1:5060" */
	bool leaves;           /* it is wanted no more, and kept for calls of before */
};

struct sip_connection_status {
	const char *transport;
	char address[64]; /* of the other end */
	bool accepted;    /* it opened it */
	unsigned age_s;
};

struct sip_certificate_status {
	const char *name; /* server name, or "sip" */
	const char *file, *subject, *issuer;
	int64_t expires_s; /* since 1970; 0: there is none */
	bool stale;        /* the file holds nothing of use now: this is what it held before */
};

struct sip_transport_totals {
	unsigned connections, accepted;
	uint64_t opened, refused, mute, unanswered;
	uint64_t tls_accepted, tls_connected, tls_failed, tls_unverified;
};

/* Each until fn returns false. */
void sip_sockets_each(const struct sip *sip, bool (*fn)(void *, const struct sip_socket_status *),
		      void *data);
void sip_connections_each(bool (*fn)(void *, const struct sip_connection_status *), void *data);
void sip_certificates_each(bool (*fn)(void *, const struct sip_certificate_status *), void *data);
void sip_transport_totals(struct sip_transport_totals *out);
/* Reads certificates, keys and CAs again, changed or not. */
void sip_reload_certificates(void);
