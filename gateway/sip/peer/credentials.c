/* The answer to a peer's challenge. */
#include "sip/peer/credentials.h"

#include <string.h>

#include <osmocom/core/utils.h>
#include <sofia-sip/msg_addr.h>

#include "base/log.h"
#include "sip/peer/peer.h"
#include "sip/text/netaddr.h"

enum { UNAUTHORIZED = 401, PROXY_UNAUTHORIZED = 407, CNONCE_OCTETS = 12 };

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

/* May the realm be told who we are? */
static bool is_ours(const struct peer *peer, const char *realm, bool from_peer)
{
	if (peer->config.auth.realm[0])
		return !strcmp(peer->config.auth.realm, realm);
	if (peer->credentials.realm[0])
		return !strcmp(peer->credentials.realm, realm);
	return from_peer && *realm;
}

/* The best of the challenges that may and can be answered. */
static bool choose(const struct peer *peer, const msg_auth_t *header, bool from_peer,
		   struct digest_challenge *out)
{
	bool found = false;

	for (; header; header = header->au_next) {
		struct digest_challenge challenge;

		if (digest_read_challenge(header->au_scheme, params_of(header), &challenge))
			continue;
		if (!is_ours(peer, challenge.realm, from_peer)) {
			LOGP(DSIP, LOGL_NOTICE,
			     "peer %s: realm \"%s\" gets no answer, it is not the peer's\n",
			     peer->config.name, challenge.realm);
			continue;
		}
		if (found && !digest_is_better(&challenge, out))
			continue;
		*out = challenge;
		found = true;
	}
	return found;
}

/* Was this realm answered already in the request? A nonce that has been used before may only have grown old. */
static bool was_refused(const msg_auth_t *header, const struct digest_challenge *challenge)
{
	for (; header; header = header->au_next) {
		struct digest_credentials said;

		if (digest_read_credentials(header->au_scheme, params_of(header), &said) ||
		    strcmp(said.realm, challenge->realm) != 0)
			continue;
		if (!challenge->stale || said.nc <= 1 || !strcmp(said.nonce, challenge->nonce))
			return true;
	}
	return false;
}

static bool write_answer(struct peer *peer, const struct digest_request *request, const char *uri,
			 char out[static DIGEST_HEADER_MAX])
{
	struct credentials *known = &peer->credentials;
	const struct digest_challenge *challenge = &known->challenge;
	struct digest_credentials c = {
		.has_opaque = challenge->has_opaque,
		.algorithm = challenge->algorithm,
		.sess = challenge->sess,
		.qop = challenge->qop & DIGEST_QOP_AUTH ? DIGEST_QOP_AUTH : challenge->qop,
	};

	if (strlen(uri) >= sizeof(c.uri))
		return false;
	osmo_strlcpy(c.user, peer->config.auth.user, sizeof(c.user));
	osmo_strlcpy(c.realm, challenge->realm, sizeof(c.realm));
	osmo_strlcpy(c.nonce, challenge->nonce, sizeof(c.nonce));
	osmo_strlcpy(c.opaque, challenge->opaque, sizeof(c.opaque));
	osmo_strlcpy(c.uri, uri, sizeof(c.uri));
	if ((c.qop || c.sess) && !digest_random_hex(c.cnonce, CNONCE_OCTETS))
		return false;
	known->nc++;
	if (c.qop)
		c.nc = known->nc;
	if (!digest_respond(&c, peer->config.auth.secret, request, c.response))
		return false;
	digest_write_credentials(&c, out);
	return true;
}

/* Into the message, in place of those there were. */
static bool add_answer(struct peer *peer, msg_t *msg, sip_t *sip)
{
	const bool proxy = peer->credentials.proxy;
	msg_hclass_t *class = proxy ? sip_proxy_authorization_class : sip_authorization_class;
	const sip_payload_t *payload = sip->sip_payload;
	const struct digest_request request = {
		.method = sip->sip_request->rq_method_name,
		.body = payload ? payload->pl_data : NULL,
		.len = payload ? payload->pl_len : 0,
	};
	const char *uri = url_as_string(msg_home(msg), sip->sip_request->rq_url);
	char text[DIGEST_HEADER_MAX];

	while (proxy ? !!sip->sip_proxy_authorization : !!sip->sip_authorization)
		if (sip_header_remove(msg, sip,
				      proxy ? (sip_header_t *)sip->sip_proxy_authorization
					    : (sip_header_t *)sip->sip_authorization) < 0)
			return false;
	return uri && write_answer(peer, &request, uri, text) &&
	       sip_add_make(msg, sip, class, text) >= 0;
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
				  nta_response_f *callback, void *data)
{
	msg_t *msg = copy_request(orq, leg);
	nta_outgoing_t *again = NULL;

	if (msg && add_answer(peer, msg, sip_object(msg)))
		again = nta_outgoing_mcreate(agent_nta(peer->peers->agent), callback, data,
					     (const url_string_t *)nta_outgoing_route_uri(orq), msg,
					     PEER_TAGS(peer), TAG_END());
	if (!again)
		msg_destroy(msg);
	agent_touch(peer->peers->agent);
	return again;
}

/* What the request said to the one who asks now. */
static bool was_answered(nta_outgoing_t *orq, bool proxy, const struct digest_challenge *challenge)
{
	msg_t *msg = nta_outgoing_getrequest(orq);
	const sip_t *sip = msg ? sip_object(msg) : NULL;
	bool refused =
		sip && was_refused(proxy ? sip->sip_proxy_authorization : sip->sip_authorization,
				   challenge);

	msg_destroy(msg);
	return refused;
}

nta_outgoing_t *credentials_retry(struct peer *peer, nta_leg_t *leg, nta_outgoing_t *orq,
				  const sip_t *response, nta_response_f *callback, void *data)
{
	const int status = response && response->sip_status ? response->sip_status->st_status : 0;
	const bool proxy = status == PROXY_UNAUTHORIZED;
	struct credentials *known = &peer->credentials;
	struct digest_challenge challenge;

	if ((!proxy && status != UNAUTHORIZED) || nta_sip_is_internal(response) ||
	    !peer->config.auth.user[0])
		return NULL;
	if (!choose(peer, proxy ? response->sip_proxy_authenticate : response->sip_www_authenticate,
		    is_from_peer(peer, orq), &challenge))
		return NULL;
	if (was_answered(orq, proxy, &challenge)) {
		LOGP(DSIP, LOGL_NOTICE,
		     "peer %s: realm \"%s\" refuses user %s; is its password right?\n",
		     peer->config.name, challenge.realm, peer->config.auth.user);
		known->challenge.nonce[0] = '\0';
		return NULL;
	}
	osmo_strlcpy(known->realm, challenge.realm, sizeof(known->realm));
	known->challenge = challenge;
	known->proxy = proxy;
	known->nc = 0;
	return send_again(peer, leg, orq, callback, data);
}

bool credentials_ahead(struct peer *peer, const char *method, const char *uri,
		       char out[static DIGEST_HEADER_MAX])
{
	const struct credentials *known = &peer->credentials;
	const struct digest_request request = { .method = method };
	const char *name = known->proxy ? "Proxy-Authorization: " : "Authorization: ";
	char text[DIGEST_HEADER_MAX];

	if (!peer->config.auth.user[0] || !known->challenge.nonce[0] ||
	    known->challenge.qop == DIGEST_QOP_AUTH_INT)
		return false;
	if (!write_answer(peer, &request, uri, text))
		return false;
	int n = snprintf(out, DIGEST_HEADER_MAX, "%s%s", name, text);
	return n > 0 && n < DIGEST_HEADER_MAX;
}

void credentials_accepted(struct peer *peer, const sip_t *response)
{
	const msg_auth_info_t *info = sip_authentication_info(response);
	struct credentials *known = &peer->credentials;
	const char *next = NULL;
	size_t len;

	if (info && info->ai_params)
		next = msg_params_find(info->ai_params, "nextnonce=");
	if (!next || !known->challenge.nonce[0])
		return;
	next += *next == '"';
	len = strcspn(next, "\"\\");
	if (!len || len >= sizeof(known->challenge.nonce))
		return;
	memcpy(known->challenge.nonce, next, len);
	known->challenge.nonce[len] = '\0';
	known->nc = 0;
}
