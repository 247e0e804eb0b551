/* The answer to a peer's challenge. */
#include "sip/peer/credentials.h"

#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>
#include <sofia-sip/msg_addr.h>

#include "base/log.h"
#include "sip/peer/peer.h"
#include "sip/text/netaddr.h"

enum { UNAUTHORIZED = 401, PROXY_UNAUTHORIZED = 407, CNONCE_OCTETS = 12 };
enum kind { BY_SERVER, BY_PROXY, KINDS };

/* A realm as it asks, in one of both ways. */
struct login {
	struct digest_challenge challenge;  /* the last that was answered; nonce "": none */
	uint32_t nc;                        /* uses of its nonce so far */
	char cnonce[2 * CNONCE_OCTETS + 1]; /* one for each nonce (RFC 7616 3.4.2: -sess) */
};

struct credentials {
	char realm
		[DIGEST_TEXT_MAX]; /* of those that are configured without one; "": not known yet */
	struct login logins[CREDENTIALS_MAX][KINDS]; /* beside the peer's configuration */
};

/* What a response asks for, beside the peer's configuration. */
struct asked {
	bool is[CREDENTIALS_MAX][KINDS];
	struct digest_challenge challenges[CREDENTIALS_MAX][KINDS];
};

/* What has become of a request, as the application data of its message: a mark for each challenge that is answered in it,
 * and another for what was answered again as the nonce had grown old. Nobody is answered more often. */
static uintptr_t mark(size_t i, enum kind kind, bool again)
{
	return (uintptr_t)1 << (2 * (KINDS * i + kind) + again);
}

/* What a header in a message from outside says; params of au_params's own type. */
static const char *const *params_of(const msg_auth_t *header)
{
	return (const char *const *)header->au_params;
}

static bool is_from_peer(const struct peer *peer, nta_outgoing_t *orq)
{
	struct sockaddr_storage from = { 0 };
	msg_t *msg = nta_outgoing_getresponse(orq);
	const su_sockaddr_t *address = msg ? msg_addr(msg) : NULL;

	if (address)
		memcpy(&from, address, OSMO_MIN(sizeof(*address), sizeof(from)));
	msg_destroy(msg);
	return address && netaddr_same_host(&peer->address, &from);
}

/* Which of the peer's credentials that realm is told; -1: none. */
static int whose(const struct peer *peer, const char *realm, bool from_peer)
{
	const struct credentials_config *auth = peer->config.auth;
	int other = -1;

	for (int i = 0; i < CREDENTIALS_MAX && auth[i].user[0]; i++) {
		if (!auth[i].realm[0])
			other = i;
		else if (!strcmp(auth[i].realm, realm))
			return i;
	}
	if (peer->credentials && peer->credentials->realm[0])
		return !strcmp(peer->credentials->realm, realm) ? other : -1;
	return from_peer && *realm ? other : -1;
}

/* The best of the challenges of each realm that may and can be answered. */
static void read_challenges(const struct peer *peer, const msg_auth_t *header, enum kind kind,
			    bool from_peer, struct asked *asked)
{
	for (; header; header = header->au_next) {
		struct digest_challenge challenge, *best;
		int i;

		if (digest_read_challenge(header->au_scheme, params_of(header), &challenge))
			continue;
		i = whose(peer, challenge.realm, from_peer);
		best = i < 0 ? NULL : &asked->challenges[i][kind];
		if (i < 0 || (asked->is[i][kind] && strcmp(best->realm, challenge.realm) != 0)) {
			LOGABOUT(DSIP, LOGL_NOTICE, LOG_ABOUT(.peer = { peer->config.name }),
				 "peer %s: realm \"%s\" gets no answer, it is not the peer's\n",
				 peer->config.name, challenge.realm);
			continue;
		}
		if (asked->is[i][kind] && !digest_is_better(&challenge, best))
			continue;
		*best = challenge;
		asked->is[i][kind] = true;
	}
}

/* False without randomness. */
static bool take_nonce(struct login *login, const char *nonce)
{
	if (!digest_random_hex(login->cnonce, CNONCE_OCTETS))
		return false;
	osmo_strlcpy(login->challenge.nonce, nonce, sizeof(login->challenge.nonce));
	login->nc = 0;
	return true;
}

/* A nonce that is given more than once is counted on (RFC 7616 3.4). */
static bool take_challenge(struct login *login, const struct digest_challenge *challenge)
{
	const bool same = !strcmp(login->challenge.nonce, challenge->nonce) &&
			  !strcmp(login->challenge.realm, challenge->realm) &&
			  login->challenge.algorithm == challenge->algorithm;

	login->challenge = *challenge;
	return same || take_nonce(login, challenge->nonce);
}

static void refused(const struct peer *peer, size_t i, enum kind kind)
{
	struct login *login = &peer->credentials->logins[i][kind];

	LOGABOUT(DSIP, LOGL_NOTICE, LOG_ABOUT(.peer = { peer->config.name }),
		 "peer %s: realm \"%s\" refuses user %s; is its password right?\n",
		 peer->config.name, login->challenge.realm, peer->config.auth[i].user);
	login->challenge.nonce[0] = '\0';
}

/* The marks of the request as it is to be sent again; those that it had: it is not. */
static uintptr_t take_challenges(struct peer *peer, const struct asked *asked, uintptr_t marks)
{
	struct credentials *known = peer->credentials;
	const uintptr_t before = marks;

	for (size_t n = 0; n < CREDENTIALS_MAX * KINDS; n++) {
		const size_t i = n / KINDS, kind = n % KINDS;
		const struct digest_challenge *challenge = &asked->challenges[i][kind];
		const bool again = before & mark(i, kind, false);

		if (!asked->is[i][kind])
			continue;
		if (again && (!challenge->stale || before & mark(i, kind, true))) {
			refused(peer, i, kind);
			continue;
		}
		if (!take_challenge(&known->logins[i][kind], challenge))
			continue;
		marks |= mark(i, kind, again);
		if (!peer->config.auth[i].realm[0])
			osmo_strlcpy(known->realm, challenge->realm, sizeof(known->realm));
	}
	return marks;
}

static bool write_answer(struct peer *peer, size_t i, enum kind kind,
			 const struct digest_request *request, const char *uri,
			 char out[static DIGEST_HEADER_MAX])
{
	struct login *login = &peer->credentials->logins[i][kind];
	const struct credentials_config *config = &peer->config.auth[i];
	const struct digest_challenge *challenge = &login->challenge;
	struct digest_credentials c = {
		.has_opaque = challenge->has_opaque,
		.algorithm = challenge->algorithm,
		.sess = challenge->sess,
		.qop = challenge->qop & DIGEST_QOP_AUTH ? DIGEST_QOP_AUTH : challenge->qop,
	};

	if (strlen(uri) >= sizeof(c.uri))
		return false;
	osmo_strlcpy(c.user, config->user, sizeof(c.user));
	osmo_strlcpy(c.realm, challenge->realm, sizeof(c.realm));
	osmo_strlcpy(c.nonce, challenge->nonce, sizeof(c.nonce));
	osmo_strlcpy(c.opaque, challenge->opaque, sizeof(c.opaque));
	osmo_strlcpy(c.uri, uri, sizeof(c.uri));
	if (c.qop || c.sess)
		osmo_strlcpy(c.cnonce, login->cnonce, sizeof(c.cnonce));
	login->nc++;
	if (c.qop)
		c.nc = login->nc;
	if (!digest_respond(&c, config->secret, request, c.response))
		return false;
	digest_write_credentials(&c, out);
	return true;
}

/* Which of ours the message has an answer of, in as many marks. */
static uintptr_t answers_in(const struct peer *peer, const msg_auth_t *header, enum kind kind)
{
	uintptr_t marks = 0;

	for (; header; header = header->au_next) {
		struct digest_credentials said;
		int i;

		if (digest_read_credentials(header->au_scheme, params_of(header), &said))
			continue;
		i = whose(peer, said.realm, false);
		if (i >= 0)
			marks |= mark((size_t)i, kind, false);
	}
	return marks;
}

static bool remove_all(msg_t *msg, sip_t *sip, msg_auth_t *const *headers)
{
	while (*headers)
		if (sip_header_remove(msg, sip, (sip_header_t *)*headers) < 0)
			return false;
	return true;
}

/* Into the message, in place of those there were: each that it had, as its nonce is used once more, and the new ones. */
static bool add_answers(struct peer *peer, msg_t *msg, sip_t *sip, uintptr_t wanted)
{
	msg_hclass_t *const classes[KINDS] = { sip_authorization_class,
					       sip_proxy_authorization_class };
	const sip_payload_t *payload = sip->sip_payload;
	const struct digest_request request = {
		.method = sip->sip_request->rq_method_name,
		.body = payload ? payload->pl_data : NULL,
		.len = payload ? payload->pl_len : 0,
	};
	const char *uri = url_as_string(msg_home(msg), sip->sip_request->rq_url);
	char text[DIGEST_HEADER_MAX];

	wanted |= answers_in(peer, sip->sip_authorization, BY_SERVER) |
		  answers_in(peer, sip->sip_proxy_authorization, BY_PROXY);
	if (!uri || !remove_all(msg, sip, &sip->sip_authorization) ||
	    !remove_all(msg, sip, &sip->sip_proxy_authorization))
		return false;
	for (size_t n = 0; n < CREDENTIALS_MAX * KINDS; n++) {
		const size_t i = n / KINDS, kind = n % KINDS;

		if (!(wanted & mark(i, kind, false)) ||
		    !peer->credentials->logins[i][kind].challenge.nonce[0])
			continue;
		if (!write_answer(peer, i, kind, &request, uri, text) ||
		    sip_add_make(msg, sip, classes[kind], text) < 0)
			return false;
	}
	return true;
}

/* The request as it was, but a transaction of its own, with the next CSeq (RFC 3261 8.1.3.5). */
static msg_t *copy_request(nta_outgoing_t *orq, nta_leg_t *leg)
{
	msg_t *old = nta_outgoing_getrequest(orq);
	msg_t *msg = old ? msg_dup(old) : NULL;
	sip_t *sip = msg ? sip_object(msg) : NULL;
	bool good = sip && sip->sip_request && sip->sip_cseq;

	msg_destroy(old);
	while (good && sip->sip_via)
		good = sip_header_remove(msg, sip, (sip_header_t *)sip->sip_via) >= 0;
	good = good && sip_header_remove(msg, sip, (sip_header_t *)sip->sip_cseq) >= 0;
	if (good && nta_msg_request_complete(msg, leg, sip->sip_request->rq_method,
					     sip->sip_request->rq_method_name, NULL) >= 0)
		return msg;
	msg_destroy(msg);
	return NULL;
}

static nta_outgoing_t *send_again(struct peer *peer, nta_leg_t *leg, nta_outgoing_t *orq,
				  uintptr_t marks, nta_response_f *callback, void *data)
{
	msg_t *msg = copy_request(orq, leg);
	nta_outgoing_t *again = NULL;

	if (msg && add_answers(peer, msg, sip_object(msg), marks)) {
		sip_object(msg)->sip_user = (void *)marks;
		again = nta_outgoing_mcreate(agent_nta(peer->peers->agent), callback, data,
					     (const url_string_t *)nta_outgoing_route_uri(orq), msg,
					     PEER_TAGS(peer), TAG_END());
	}
	if (!again)
		msg_destroy(msg);
	agent_touch(peer->peers->agent);
	return again;
}

static uintptr_t marks_of(nta_outgoing_t *orq)
{
	msg_t *msg = nta_outgoing_getrequest(orq);
	const sip_t *sip = msg ? sip_object(msg) : NULL;
	uintptr_t marks = sip ? (uintptr_t)sip->sip_user : 0;

	msg_destroy(msg);
	return marks;
}

/* RFC 7616 3.5: the server may name the next nonce. */
static void learn_next(struct peer *peer, nta_outgoing_t *orq, const sip_t *response)
{
	const msg_auth_info_t *info = sip_authentication_info(response);
	const char *next =
		info && info->ai_params ? msg_params_find(info->ai_params, "nextnonce=") : NULL;
	msg_t *msg = next && peer->credentials ? nta_outgoing_getrequest(orq) : NULL;
	const sip_t *sip = msg ? sip_object(msg) : NULL;
	uintptr_t answered = sip ? answers_in(peer, sip->sip_authorization, BY_SERVER) : 0;
	char nonce[DIGEST_TEXT_MAX];
	size_t len;

	msg_destroy(msg);
	if (!answered)
		return;
	next += *next == '"';
	len = strcspn(next, "\"\\");
	if (!len || len >= sizeof(nonce))
		return;
	osmo_strlcpy(nonce, next, len + 1);
	for (size_t i = 0; i < CREDENTIALS_MAX; i++)
		if (answered & mark(i, BY_SERVER, false) &&
		    !take_nonce(&peer->credentials->logins[i][BY_SERVER], nonce))
			peer->credentials->logins[i][BY_SERVER].challenge.nonce[0] = '\0';
}

nta_outgoing_t *credentials_retry(struct peer *peer, nta_leg_t *leg, nta_outgoing_t *orq,
				  const sip_t *response, nta_response_f *callback, void *data)
{
	const int status = response && response->sip_status ? response->sip_status->st_status : 0;
	struct asked asked = { 0 };
	uintptr_t before, marks;
	bool from_peer;

	if (status / 100 == 2)
		learn_next(peer, orq, response);
	if ((status != PROXY_UNAUTHORIZED && status != UNAUTHORIZED) ||
	    nta_sip_is_internal(response) || !peer->config.auth[0].user[0])
		return NULL;
	if (!peer->credentials)
		peer->credentials = talloc_zero(peer, struct credentials);
	if (!peer->credentials)
		return NULL;
	from_peer = is_from_peer(peer, orq);
	/* A proxy puts the challenges of all that it asked into one response (RFC 3261 16.7). */
	read_challenges(peer, response->sip_www_authenticate, BY_SERVER, from_peer, &asked);
	read_challenges(peer, response->sip_proxy_authenticate, BY_PROXY, from_peer, &asked);
	before = marks_of(orq);
	marks = take_challenges(peer, &asked, before);
	return marks != before ? send_again(peer, leg, orq, marks, callback, data) : NULL;
}

char *credentials_ahead(void *talloc_ctx, struct peer *peer, const char *method, const char *uri)
{
	static const char *const names[KINDS] = { "Authorization", "Proxy-Authorization" };
	const struct digest_request request = { .method = method };
	char text[DIGEST_HEADER_MAX], *out = NULL;

	for (size_t n = 0; peer->credentials && n < CREDENTIALS_MAX * KINDS; n++) {
		const size_t i = n / KINDS, kind = n % KINDS;
		const struct digest_challenge *challenge =
			&peer->credentials->logins[i][kind].challenge;
		char *longer;

		if (!challenge->nonce[0] || challenge->qop == DIGEST_QOP_AUTH_INT ||
		    !write_answer(peer, i, kind, &request, uri, text))
			continue;
		longer = talloc_asprintf(talloc_ctx, "%s%s%s: %s", out ? out : "",
					 out ? "\r\n" : "", names[kind], text);
		talloc_free(out);
		out = longer;
	}
	return out;
}
