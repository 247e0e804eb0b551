/* HTTP Digest: RFC 7616 with the algorithms of RFC 8760. */
#include "sip/text/digest.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

enum { NC_DIGITS = 8, RANDOM_MAX = 64 };

static const struct {
	const char *name;
	const EVP_MD *(*md)(void);
	size_t hex_len;
} algorithms[DIGEST_ALGORITHMS] = {
	[DIGEST_MD5] = { "MD5", EVP_md5, 32 },
	[DIGEST_SHA256] = { "SHA-256", EVP_sha256, 64 },
	[DIGEST_SHA512_256] = { "SHA-512-256", EVP_sha512_256, 64 },
};

static const char *const choices[DIGEST_CHOICES] = { "all", "sha256", "md5" };

const char *digest_choice_name(enum digest_choice choice)
{
	return choices[choice];
}

enum digest_choice digest_choice_parse(const char *name)
{
	for (enum digest_choice i = DIGEST_ALL; i < DIGEST_CHOICES; i++) {
		if (strcmp(name, choices[i]) == 0)
			return i;
	}
	return DIGEST_ALL;
}

/* Reading */

/* The value of "name=value" without quotes and the backslashes of quoted pairs (RFC 9110 5.6.4). */
static int unquote(const char *value, char *out, size_t size)
{
	const bool quoted = *value == '"';
	size_t n = 0;

	for (value += quoted; *value && !(quoted && *value == '"'); value++) {
		if (quoted && *value == '\\' && !*++value)
			return -EINVAL;
		if ((unsigned char)*value < ' ' && *value != '\t')
			return -EINVAL;
		if (n + 1 >= size)
			return -EINVAL;
		out[n++] = *value;
	}
	if (quoted && strcmp(value, "\"") != 0)
		return -EINVAL;
	out[n] = '\0';
	return 0;
}

/* What follows "name=", or NULL. */
static const char *value_of(const char *param, const char *name)
{
	const size_t len = strlen(name);

	if (strncasecmp(param, name, len) != 0)
		return NULL;
	param += len;
	param += strspn(param, " \t");
	if (*param != '=')
		return NULL;
	param++;
	return param + strspn(param, " \t");
}

/* 1 when it is there, 0 when it is not; -EINVAL: twice, too long, or ill quoted. out is set only with 1. */
static int find(const char *const *params, const char *name, char *out, size_t size)
{
	const char *found = NULL;

	for (; params && *params; params++) {
		const char *value = value_of(*params, name);

		if (value && found)
			return -EINVAL;
		if (value)
			found = value;
	}
	if (!found)
		return 0;
	return unquote(found, out, size) ? -EINVAL : 1;
}

static int read_algorithm(const char *const *params, enum digest_algorithm *algorithm, bool *sess)
{
	static const char suffix[] = "-sess";
	char name[32] = "MD5"; /* RFC 7616 3.3 */
	int rc = find(params, "algorithm", name, sizeof(name));
	size_t len = strlen(name), cut = sizeof(suffix) - 1;

	if (rc < 0)
		return rc;
	*sess = len > cut && !strcasecmp(name + len - cut, suffix);
	if (*sess)
		name[len - cut] = '\0';
	for (unsigned i = 0; i < DIGEST_ALGORITHMS; i++) {
		if (strcasecmp(name, algorithms[i].name) != 0)
			continue;
		*algorithm = i;
		return 0;
	}
	return -ENOTSUP;
}

/* A list of words in a challenge, one word in credentials. */
static int read_qop(const char *const *params, uint8_t *qop)
{
	char list[64];
	int rc = find(params, "qop", list, sizeof(list));
	char *save = NULL;

	*qop = 0;
	if (rc <= 0)
		return rc;
	for (char *word = strtok_r(list, ", \t", &save); word;
	     word = strtok_r(NULL, ", \t", &save)) {
		if (!strcasecmp(word, "auth"))
			*qop |= DIGEST_QOP_AUTH;
		else if (!strcasecmp(word, "auth-int"))
			*qop |= DIGEST_QOP_AUTH_INT;
	}
	return *qop ? 0 : -ENOTSUP;
}

static bool is_digest(const char *scheme)
{
	return scheme && !strcasecmp(scheme, "Digest");
}

/* Some must be there. */
static int need(const char *const *params, const char *name, char *out, size_t size)
{
	return find(params, name, out, size) == 1 ? 0 : -EINVAL;
}

int digest_read_challenge(const char *scheme, const char *const *params,
			  struct digest_challenge *out)
{
	struct digest_challenge read = { 0 };
	char stale[16] = "";
	int rc;

	if (!is_digest(scheme))
		return -ENOTSUP;
	if (need(params, "realm", read.realm, sizeof(read.realm)) ||
	    need(params, "nonce", read.nonce, sizeof(read.nonce)))
		return -EINVAL;
	rc = find(params, "opaque", read.opaque, sizeof(read.opaque));
	if (rc < 0 || find(params, "stale", stale, sizeof(stale)) < 0)
		return -EINVAL;
	read.has_opaque = rc;
	read.stale = !strcasecmp(stale, "true");
	rc = read_algorithm(params, &read.algorithm, &read.sess);
	if (!rc)
		rc = read_qop(params, &read.qop);
	if (!rc)
		*out = read;
	return rc;
}

/* Eight hex digits (RFC 7616 3.4). */
static int read_nc(const char *const *params, uint32_t *out)
{
	char text[NC_DIGITS + 1];
	unsigned nc;

	if (need(params, "nc", text, sizeof(text)) || strlen(text) != NC_DIGITS ||
	    strspn(text, "0123456789abcdefABCDEF") != NC_DIGITS || sscanf(text, "%x", &nc) != 1)
		return -EINVAL;
	*out = nc;
	return 0;
}

static int read_response(const char *const *params, struct digest_credentials *read)
{
	size_t len = algorithms[read->algorithm].hex_len;

	if (need(params, "response", read->response, sizeof(read->response)) ||
	    strlen(read->response) != len ||
	    strspn(read->response, "0123456789abcdefABCDEF") != len)
		return -EINVAL;
	return 0;
}

int digest_read_credentials(const char *scheme, const char *const *params,
			    struct digest_credentials *out)
{
	struct digest_credentials read = { 0 };
	int rc;

	if (!is_digest(scheme))
		return -ENOTSUP;
	if (need(params, "username", read.user, sizeof(read.user)) ||
	    need(params, "realm", read.realm, sizeof(read.realm)) ||
	    need(params, "nonce", read.nonce, sizeof(read.nonce)) ||
	    need(params, "uri", read.uri, sizeof(read.uri)))
		return -EINVAL;
	rc = find(params, "opaque", read.opaque, sizeof(read.opaque));
	if (rc < 0 || find(params, "cnonce", read.cnonce, sizeof(read.cnonce)) < 0)
		return -EINVAL;
	read.has_opaque = rc;
	rc = read_algorithm(params, &read.algorithm, &read.sess);
	if (!rc)
		rc = read_qop(params, &read.qop);
	if (!rc)
		rc = read_response(params, &read);
	if (rc)
		return rc;
	if (read.qop == (DIGEST_QOP_AUTH | DIGEST_QOP_AUTH_INT) ||
	    ((read.qop || read.sess) && !read.cnonce[0]) || (read.qop && read_nc(params, &read.nc)))
		return -EINVAL;
	*out = read;
	return 0;
}

/* Writing */

struct text {
	char *at, *end;
};

static void put(struct text *to, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct text *to, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(to->at, (size_t)(to->end - to->at), format, ap);
	va_end(ap);
	to->at += n < to->end - to->at ? n : to->end - to->at - 1;
}

static void put_quoted(struct text *to, const char *name, const char *value)
{
	put(to, "%s=\"", name);
	for (; *value; value++)
		put(to, *value == '"' || *value == '\\' ? "\\%c" : "%c", *value);
	put(to, "\"");
}

static const char *qop_text(uint8_t qop)
{
	static const char *const texts[] = { "", "auth", "auth-int", "auth,auth-int" };

	return texts[qop & (DIGEST_QOP_AUTH | DIGEST_QOP_AUTH_INT)];
}

void digest_write_challenge(const struct digest_challenge *challenge,
			    char out[static DIGEST_HEADER_MAX])
{
	struct text to = { out, out + DIGEST_HEADER_MAX };

	put(&to, "Digest ");
	put_quoted(&to, "realm", challenge->realm);
	put_quoted(&to, ", nonce", challenge->nonce);
	if (challenge->has_opaque)
		put_quoted(&to, ", opaque", challenge->opaque);
	put(&to, ", algorithm=%s%s", algorithms[challenge->algorithm].name,
	    challenge->sess ? "-sess" : "");
	if (challenge->qop)
		put_quoted(&to, ", qop", qop_text(challenge->qop));
	if (challenge->stale)
		put(&to, ", stale=true");
}

void digest_write_credentials(const struct digest_credentials *credentials,
			      char out[static DIGEST_HEADER_MAX])
{
	struct text to = { out, out + DIGEST_HEADER_MAX };

	put(&to, "Digest ");
	put_quoted(&to, "username", credentials->user);
	put_quoted(&to, ", realm", credentials->realm);
	put_quoted(&to, ", nonce", credentials->nonce);
	put_quoted(&to, ", uri", credentials->uri);
	put_quoted(&to, ", response", credentials->response);
	put(&to, ", algorithm=%s%s", algorithms[credentials->algorithm].name,
	    credentials->sess ? "-sess" : "");
	if (credentials->cnonce[0])
		put_quoted(&to, ", cnonce", credentials->cnonce);
	if (credentials->has_opaque)
		put_quoted(&to, ", opaque", credentials->opaque);
	if (credentials->qop)
		put(&to, ", qop=%s, nc=%08x", qop_text(credentials->qop), credentials->nc);
}

/* Arithmetic */

static void to_hex(const uint8_t *octets, size_t len, char *out)
{
	for (size_t i = 0; i < len; i++)
		sprintf(out + 2 * i, "%02x", octets[i]);
	out[2 * len] = '\0';
}

struct hash {
	EVP_MD_CTX *ctx;
	bool good;
};

static void add_octets(struct hash *hash, const char *octets, size_t len)
{
	hash->good = hash->good && EVP_DigestUpdate(hash->ctx, octets, len) == 1;
}

static void add(struct hash *hash, const char *text)
{
	add_octets(hash, text, strlen(text));
}

/* Parts ended by NULL, with colons between them: H(a:b:c) in hex. */
static bool hash_of(enum digest_algorithm algorithm, const char *const *parts,
		    char out[static DIGEST_HEX_MAX])
{
	struct hash hash = { .ctx = EVP_MD_CTX_new() };
	uint8_t octets[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	hash.good = hash.ctx && EVP_DigestInit_ex(hash.ctx, algorithms[algorithm].md(), NULL) == 1;
	for (size_t i = 0; parts[i]; i++) {
		if (i)
			add(&hash, ":");
		add(&hash, parts[i]);
	}
	hash.good = hash.good && EVP_DigestFinal_ex(hash.ctx, octets, &len) == 1 &&
		    2 * len == algorithms[algorithm].hex_len;
	EVP_MD_CTX_free(hash.ctx);
	if (hash.good)
		to_hex(octets, len, out);
	OPENSSL_cleanse(octets, sizeof(octets));
	return hash.good;
}

#define HASH(algorithm, out, ...)                                                                  \
	hash_of(algorithm, (const char *const[]){ __VA_ARGS__, NULL }, out)

/* A body is octets, not a text. */
static bool hash_body(enum digest_algorithm algorithm, const struct digest_request *request,
		      char out[static DIGEST_HEX_MAX])
{
	uint8_t octets[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (EVP_Digest(request->body ? request->body : "", request->body ? request->len : 0, octets,
		       &len, algorithms[algorithm].md(), NULL) != 1)
		return false;
	to_hex(octets, len, out);
	return true;
}

/* RFC 7616 3.4.2 */
static bool hash_a1(const struct digest_credentials *c, const char *secret,
		    char out[static DIGEST_HEX_MAX])
{
	char plain[DIGEST_HEX_MAX];
	bool good = HASH(c->algorithm, plain, c->user, c->realm, secret);

	if (good && c->sess)
		good = HASH(c->algorithm, out, plain, c->nonce, c->cnonce);
	else if (good)
		memcpy(out, plain, sizeof(plain));
	OPENSSL_cleanse(plain, sizeof(plain));
	return good;
}

/* RFC 7616 3.4.3 */
static bool hash_a2(const struct digest_credentials *c, const struct digest_request *request,
		    char out[static DIGEST_HEX_MAX])
{
	char body[DIGEST_HEX_MAX];

	if (c->qop != DIGEST_QOP_AUTH_INT)
		return HASH(c->algorithm, out, request->method, c->uri);
	return hash_body(c->algorithm, request, body) &&
	       HASH(c->algorithm, out, request->method, c->uri, body);
}

/* RFC 7616 3.4.1 */
bool digest_respond(const struct digest_credentials *c, const char *secret,
		    const struct digest_request *request, char out[static DIGEST_HEX_MAX])
{
	char a1[DIGEST_HEX_MAX], a2[DIGEST_HEX_MAX], nc[NC_DIGITS + 1];
	bool good = hash_a1(c, secret, a1) && hash_a2(c, request, a2);

	snprintf(nc, sizeof(nc), "%08x", c->nc);
	if (good && c->qop)
		good = HASH(c->algorithm, out, a1, c->nonce, nc, c->cnonce, qop_text(c->qop), a2);
	else if (good)
		good = HASH(c->algorithm, out, a1, c->nonce, a2);
	OPENSSL_cleanse(a1, sizeof(a1));
	return good;
}

bool digest_verify(const struct digest_credentials *credentials, const char *secret,
		   const struct digest_request *request)
{
	char right[DIGEST_HEX_MAX], said[DIGEST_HEX_MAX] = "";

	if (!digest_respond(credentials, secret, request, right))
		return false;
	for (size_t i = 0; credentials->response[i]; i++) /* hex digits: to lower case */
		said[i] = (char)(credentials->response[i] |
				 (credentials->response[i] >= 'A' ? 0x20 : 0));
	bool good = CRYPTO_memcmp(right, said, algorithms[credentials->algorithm].hex_len) == 0;
	OPENSSL_cleanse(right, sizeof(right));
	return good;
}

bool digest_is_better(const struct digest_challenge *one, const struct digest_challenge *other)
{
	return one->algorithm > other->algorithm;
}

bool digest_random_hex(char *out, size_t len)
{
	uint8_t octets[RANDOM_MAX];

	if (len > sizeof(octets) || RAND_bytes(octets, (int)len) != 1)
		return false;
	to_hex(octets, len, out);
	return true;
}
