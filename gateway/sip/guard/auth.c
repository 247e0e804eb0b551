/* Nonces: 16 hex digits of time in ms, 16 of a running number, 32 of HMAC-SHA-256 over both, the realm and
 * the source that it is bound to, if any. */
#include "sip/guard/auth.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>
#include <sofia-sip/url.h>

#include "base/clock.h"
#include "sip/text/netaddr.h"
#include "sip/text/request_uri.h"

enum {
	KEY_OCTETS = 32,
	FIELD = 16,            /* hex digits */
	NONCE_LEN = 4 * FIELD, /* without the end */
	SETS = 1024,           /* of the table; */
	WAYS = 4,              /* places in each */
	WINDOW = 64,           /* counts that may come out of order */
	UNAUTHORIZED = 401,
	US_PER_MS = 1000,
	NONCE_MS = AUTH_NONCE_S * 1000,
};

struct used {
	uint64_t number, born_ms; /* of the nonce; number 0: free */
	uint64_t seen;            /* bit n: count highest - n was used */
	uint32_t highest;
};

struct auth {
	uint8_t key[KEY_OCTETS];
	uint64_t last_number;
	struct {
		struct used used[WAYS];
		uint64_t forgotten_ms; /* the youngest nonce that was driven out */
	} sets[SETS];
	void (*failed)(void *data, const struct sockaddr_storage *from);
	void *failed_data;
};

struct auth *auth_new(void *talloc_ctx)
{
	struct auth *auth = talloc_zero(talloc_ctx, struct auth);

	if (!auth || RAND_bytes(auth->key, sizeof(auth->key)) != 1) {
		talloc_free(auth);
		return NULL;
	}
	return auth;
}

void auth_on_failure(struct auth *auth,
		     void (*failed)(void *data, const struct sockaddr_storage *from), void *data)
{
	auth->failed = failed;
	auth->failed_data = data;
}

void auth_failed(struct auth *auth, const struct sockaddr_storage *from)
{
	if (auth->failed)
		auth->failed(auth->failed_data, from);
}

/* Nonces */

static uint64_t now_ms(void)
{
	return clock_now_us() / US_PER_MS + 1;
}

static bool write_nonce(const struct auth *auth, const char *realm,
			const struct sockaddr_storage *bound, uint64_t born_ms, uint64_t number,
			char out[static NONCE_LEN + 1])
{
	uint8_t text[2 * FIELD + NETADDR_TEXT_MAX + DIGEST_TEXT_MAX + 1], mac[EVP_MAX_MD_SIZE];
	char host[NETADDR_TEXT_MAX] = "";
	unsigned len = 0;
	int n;

	if (bound)
		netaddr_host(bound, host, sizeof(host));
	n = snprintf((char *)text, sizeof(text), "%016" PRIx64 "%016" PRIx64 "%s %s", born_ms,
		     number, host, realm);
	if (n < 0 || (size_t)n >= sizeof(text) ||
	    !HMAC(EVP_sha256(), auth->key, sizeof(auth->key), text, (size_t)n, mac, &len) ||
	    len < FIELD)
		return false;
	memcpy(out, text, 2 * FIELD);
	for (unsigned i = 0; i < FIELD; i++)
		sprintf(out + 2 * FIELD + 2 * i, "%02x", mac[i]);
	return true;
}

static bool is_ours(const struct auth *auth, const struct digest_credentials *claim,
		    const struct sockaddr_storage *bound, uint64_t *born_ms, uint64_t *number)
{
	char right[NONCE_LEN + 1], field[FIELD + 1];

	if (strlen(claim->nonce) != NONCE_LEN)
		return false;
	osmo_strlcpy(field, claim->nonce, sizeof(field));
	*born_ms = strtoull(field, NULL, 16);
	osmo_strlcpy(field, claim->nonce + FIELD, sizeof(field));
	*number = strtoull(field, NULL, 16);
	return write_nonce(auth, claim->realm, bound, *born_ms, *number, right) &&
	       CRYPTO_memcmp(right, claim->nonce, NONCE_LEN) == 0;
}

/* Counts */

static bool use_again(struct used *used, uint32_t count)
{
	uint32_t ahead = count - used->highest;

	if (count > used->highest) {
		used->seen = ahead < WINDOW ? used->seen << ahead : 0;
		used->seen |= 1;
		used->highest = count;
		return true;
	}
	uint32_t behind = used->highest - count;
	if (behind >= WINDOW || used->seen >> behind & 1)
		return false;
	used->seen |= 1ull << behind;
	return true;
}

/* False: this count of this nonce was used, or may have been. */
static bool use(struct auth *auth, uint64_t number, uint64_t born_ms, uint32_t count)
{
	size_t set = number % SETS;
	struct used *oldest = &auth->sets[set].used[0];

	for (size_t i = 0; i < WAYS; i++) {
		struct used *used = &auth->sets[set].used[i];

		if (used->number == number)
			return use_again(used, count);
		if (used->born_ms < oldest->born_ms)
			oldest = used;
	}
	if (born_ms <= auth->sets[set].forgotten_ms)
		return false;
	if (oldest->number)
		auth->sets[set].forgotten_ms =
			OSMO_MAX(oldest->born_ms, auth->sets[set].forgotten_ms);
	*oldest = (struct used){ number, born_ms, 1, count };
	return true;
}

/* Requests */

/* Whatever differs counts: a parameter (maddr, transport) leads elsewhere, too. */
static bool moves(const sip_t *sip, const url_t *target)
{
	return sip->sip_contact && (!target || url_cmp_all(sip->sip_contact->m_url, target));
}

bool auth_is_due(const sip_t *sip, const url_t *target)
{
	switch (sip->sip_request->rq_method) {
	case sip_method_ack:
	case sip_method_cancel:
		return false;
	case sip_method_invite:
	case sip_method_refer:
		return true;
	case sip_method_update:
		return !sip->sip_to->a_tag || sip->sip_payload || moves(sip, target);
	default:
		return !sip->sip_to->a_tag;
	}
}

enum auth_verdict auth_claim(const sip_t *sip, const char *realm, struct digest_credentials *out)
{
	const sip_authorization_t *header = sip->sip_authorization;

	for (; header; header = header->au_next) {
		struct digest_credentials claim;
		int rc = digest_read_credentials(header->au_scheme,
						 (const char *const *)header->au_params, &claim);

		if (rc == -EINVAL)
			return AUTH_BROKEN;
		if (rc || strcmp(claim.realm, realm) != 0)
			continue;
		*out = claim;
		return AUTH_GOOD;
	}
	return AUTH_NONE;
}

static bool good_enough(enum digest_choice choice, enum digest_algorithm algorithm)
{
	return choice == DIGEST_ALL || (algorithm == DIGEST_MD5) == (choice == DIGEST_ONLY_MD5);
}

enum auth_verdict auth_verify(struct auth *auth, const struct digest_credentials *claim,
			      const sip_t *sip, const struct sockaddr_storage *bound,
			      const char *secret, enum digest_choice choice)
{
	const struct digest_request request = {
		.method = sip->sip_request->rq_method_name,
		.body = sip->sip_payload ? sip->sip_payload->pl_data : NULL,
		.len = sip->sip_payload ? sip->sip_payload->pl_len : 0,
	};
	bool right = digest_verify(claim, secret ? secret : "", &request) && secret;
	uint64_t born_ms, number, age_ms;

	/* Of before our last start, or of nobody. */
	if (!is_ours(auth, claim, bound, &born_ms, &number))
		return bound || right ? AUTH_STALE : AUTH_WRONG;
	if (!right || !good_enough(choice, claim->algorithm))
		return AUTH_WRONG;
	age_ms = now_ms() - born_ms;
	/* Without qop there is no count: the nonce is good once. */
	if (age_ms > NONCE_MS || !use(auth, number, born_ms, claim->qop ? claim->nc : 1))
		return AUTH_STALE;
	return AUTH_GOOD;
}

bool auth_signed_for(const struct digest_credentials *claim, const sip_t *sip)
{
	return sip->sip_to->a_tag || request_uri_same_user(claim->uri, sip->sip_request->rq_url);
}

int auth_challenge(struct auth *auth, nta_incoming_t *irq, const char *realm,
		   const struct sockaddr_storage *bound, enum digest_choice choice, bool stale)
{
	struct digest_challenge challenge = {
		.algorithm = DIGEST_SHA256,
		.qop = DIGEST_QOP_AUTH,
		.stale = stale,
	};
	char best[DIGEST_HEADER_MAX], other[DIGEST_HEADER_MAX];

	osmo_strlcpy(challenge.realm, realm, sizeof(challenge.realm));
	if (!write_nonce(auth, realm, bound, now_ms(), ++auth->last_number, challenge.nonce))
		return 500;
	digest_write_challenge(&challenge, best);
	challenge.algorithm = DIGEST_MD5;
	digest_write_challenge(&challenge, other);
	nta_incoming_treply(
		irq, SIP_401_UNAUTHORIZED,
		TAG_IF(choice != DIGEST_ONLY_MD5, SIPTAG_WWW_AUTHENTICATE_STR(best)),
		TAG_IF(choice != DIGEST_ONLY_SHA256, SIPTAG_WWW_AUTHENTICATE_STR(other)),
		SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
	return UNAUTHORIZED;
}
