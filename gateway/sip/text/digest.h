/* HTTP Digest as SIP has it (RFC 7616, RFC 8760, RFC 3261 22): challenges and credentials read and written, and
 * the arithmetic between them. Pure; every octet of what is read may be hostile, and what does not fit the arrays
 * below is refused, never cut. userhash is not supported and never asked for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum digest_algorithm {
	DIGEST_MD5, /* the weakest first */
	DIGEST_SHA256,
	DIGEST_SHA512_256,
	DIGEST_ALGORITHMS
};

/* Which a server offers, and believes. */
enum digest_choice { DIGEST_ALL, DIGEST_ONLY_SHA256, DIGEST_ONLY_MD5, DIGEST_CHOICES };

enum { DIGEST_QOP_AUTH = 1, DIGEST_QOP_AUTH_INT = 2 };
enum {
	DIGEST_TEXT_MAX = 256, /* of a user, realm, nonce, opaque, cnonce */
	DIGEST_URI_MAX = 512,  /* of a uri */
	DIGEST_HEX_MAX = 65,   /* a hash in hex */
	DIGEST_HEADER_MAX = 10 * DIGEST_TEXT_MAX + 2 * DIGEST_URI_MAX + 512, /* what is written */
};

/* Texts are without quotes and backslashes. */
struct digest_challenge {
	char realm[DIGEST_TEXT_MAX], nonce[DIGEST_TEXT_MAX], opaque[DIGEST_TEXT_MAX];
	bool has_opaque;
	enum digest_algorithm algorithm;
	bool sess;
	uint8_t qop; /* of DIGEST_QOP_*; 0: none is asked for (RFC 2069) */
	bool stale;
};

struct digest_credentials {
	char user[DIGEST_TEXT_MAX], realm[DIGEST_TEXT_MAX], nonce[DIGEST_TEXT_MAX],
		opaque[DIGEST_TEXT_MAX], cnonce[DIGEST_TEXT_MAX], uri[DIGEST_URI_MAX];
	bool has_opaque;
	char response[DIGEST_HEX_MAX];
	enum digest_algorithm algorithm;
	bool sess;
	uint8_t qop; /* one of DIGEST_QOP_*, or 0 */
	uint32_t nc; /* 0 without qop */
};

/* What is signed. */
struct digest_request {
	const char *method;
	const char *body; /* for auth-int */
	size_t len;
};

/* From a header's scheme and its parameters, "name=value" each, ended by NULL; params may be NULL. 0; -ENOTSUP when
 * it is another scheme, algorithm or qop; -EINVAL when it is broken, says a thing twice, or is too long. */
int digest_read_challenge(const char *scheme, const char *const *params,
			  struct digest_challenge *out);
int digest_read_credentials(const char *scheme, const char *const *params,
			    struct digest_credentials *out);

/* As the value of a header, into DIGEST_HEADER_MAX octets. */
void digest_write_challenge(const struct digest_challenge *challenge,
			    char out[static DIGEST_HEADER_MAX]);
void digest_write_credentials(const struct digest_credentials *credentials,
			      char out[static DIGEST_HEADER_MAX]);

/* The response that fits credentials, their own not being looked at. False without memory. */
bool digest_respond(const struct digest_credentials *credentials, const char *secret,
		    const struct digest_request *request, char out[static DIGEST_HEX_MAX]);
/* Does their response fit? In constant time for all secrets. */
bool digest_verify(const struct digest_credentials *credentials, const char *secret,
		   const struct digest_request *request);

/* Can a client answer both, is the first the better one? RFC 8760 2.4 leaves it to us: the strongest. */
bool digest_is_better(const struct digest_challenge *one, const struct digest_challenge *other);
/* "all", "sha256", "md5"; what is none of them is all. */
enum digest_choice digest_choice_parse(const char *name);
const char *digest_choice_name(enum digest_choice choice);
/* len octets of randomness as 2 * len hex digits and an end. False when there is none. */
bool digest_random_hex(char *out, size_t len);
