/* Keys of encrypted sound in session descriptions: SDES crypto lines (RFC 4568, RFC 6188, RFC 7714) and
 * fingerprints of DTLS certificates (RFC 8122, RFC 5763). Pure. Every octet of theirs comes from a stranger. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum keying_suite {
	KEYING_NONE,
	KEYING_AES_CM_128_80,
	KEYING_AES_CM_128_32,
	KEYING_AES_CM_192_80,
	KEYING_AES_CM_192_32,
	KEYING_AES_CM_256_80,
	KEYING_AES_CM_256_32,
	KEYING_AES_GCM_128,
	KEYING_AES_GCM_256,
	KEYING_SUITES
};

enum { KEYING_LINES = 4, KEYING_KEY_MAX = 46, KEYING_TEXT_MAX = 160, KEYING_HASH_MAX = 64 };

/* One crypto line, as far as it can be used. */
struct keying_crypto {
	uint32_t tag;                /* 1 to 999999999 */
	uint8_t suite;               /* enum keying_suite; KEYING_NONE: no line */
	uint8_t key[KEYING_KEY_MAX]; /* master key and salt, keying_key_len() octets */
};

/* Octets of master key and salt. */
size_t keying_key_len(enum keying_suite suite);

/* The value of an a=crypto line. False when it is none, or one that we cannot use: a suite, a session parameter
 * or several keys that we do not know (RFC 4568 6.3.7, 7.1.2). */
bool keying_read_crypto(const char *value, struct keying_crypto *out);
/* "1 AES_CM_128_HMAC_SHA1_80 inline:..." */
void keying_write_crypto(const struct keying_crypto *crypto, char out[static KEYING_TEXT_MAX]);

enum keying_setup { KEYING_SETUP_NONE, KEYING_ACTPASS, KEYING_ACTIVE, KEYING_PASSIVE };

struct keying_fingerprint {
	char hash[8]; /* "sha-256"; "": none */
	uint8_t len;
	uint8_t octets[KEYING_HASH_MAX];
};

/* The value of an a=fingerprint line, of a hash that RFC 8122 lets be used (SHA-256 and longer). */
bool keying_read_fingerprint(const char *value, struct keying_fingerprint *out);
/* The value of an a=setup line (RFC 4145); KEYING_SETUP_NONE for any other, holdconn too. */
enum keying_setup keying_read_setup(const char *value);
