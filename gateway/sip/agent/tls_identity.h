/* Our certificates, as they are in their files now: read again when a file changes, without anything restarting. One that
 * cannot be used any more leaves the last good one in force, and is an alarm. Control thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include <openssl/ssl.h>

#include "sip/agent/tls_config.h"

enum { TLS_EXPIRES_SOON_S = 14 * 86400 };

/* What a file looked like when it was read. */
struct tls_file_mark {
	struct timespec changed;
	off_t size;
	ino_t inode;
};

struct tls_file_mark tls_file_mark(const char *path);
bool tls_file_same(const struct tls_file_mark *a, const struct tls_file_mark *b);

struct tls_identity {
	struct tls_identity_config config;
	struct tls_file_mark certificate_mark, key_mark;
	X509 *leaf; /* NULL: never could be read */
	STACK_OF(X509) * chain;
	EVP_PKEY *key;
	bool bad; /* the files hold nothing of use: leaf, if any, is what they held before */
};

/* Reads the files if they changed, or anyway. Raises and clears the alarms. */
void tls_identity_read(struct tls_identity *identity, bool anyway);
/* Gives up what it holds, and its alarms. */
void tls_identity_clear(struct tls_identity *identity);
/* Seconds since 1970 when it expires; 0: there is none. */
int64_t tls_identity_expires_s(const struct tls_identity *identity);
/* Shown to the other side of this handshake. False: there is none. */
bool tls_identity_use(const struct tls_identity *identity, SSL *ssl);
/* What alarms call it: its server name, or "sip". */
const char *tls_identity_name(const struct tls_identity *identity);
