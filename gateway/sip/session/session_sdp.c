/* What the peer describes, and what we do, in all messages that carry descriptions. */
#include <errno.h>
#include <stdio.h>

#include "sip/session/session.h"
#include "sip/text/body.h"

const struct offer_policy *session_terms_of(const struct peer *peer, enum leg_bearer bearer)
{
	static const struct offer_policy clear_data = {
		.codecs = { CODEC_CLEARMODE }, .n_codecs = 1, .ptime_ms = 20, /* RFC 4040 5 */
	};

	return bearer == LEG_UNRESTRICTED ? &clear_data : &peer->config.media;
}

const struct offer_policy *session_terms(const struct session *s)
{
	return session_terms_of(s->peer, s->setup.bearer);
}

int session_read_sdp(const sip_t *sip, struct offer *out, unsigned *warning)
{
	const char *text;
	size_t len;
	int status = body_find_sdp(sip, &text, &len);

	*out = (struct offer){ 0 };
	if (status || !len)
		return status;
	int rc = offer_parse(text, len, out, warning);
	return !rc ? 0 : rc == -ENOTSUP ? 488 : 400;
}

bool session_has_sdp(const sip_t *sip)
{
	const char *text;
	size_t len;

	return body_find_sdp(sip, &text, &len) || len;
}

void session_refuse_sdp(nta_incoming_t *irq, int status, unsigned warning)
{
	char text[96];

	snprintf(text, sizeof(text), "%u %s \"%s\"", warning, AGENT_NAME,
		 offer_warning_text(warning));
	nta_incoming_treply(irq, status, status == 400 ? "Bad Session Description" : NULL,
			    TAG_IF(status == 415, SIPTAG_ACCEPT_STR(BODY_ACCEPT)),
			    TAG_IF(status == 415, SIPTAG_ACCEPT_ENCODING_STR(BODY_ACCEPT_ENCODING)),
			    TAG_IF(status == 488, SIPTAG_WARNING_STR(text)),
			    SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
}

/* Our termination is of one family of addresses for its life. */
static bool can_reach(const struct session *s, const struct offer *theirs)
{
	return !theirs->rtp.ss_family || theirs->rtp.ss_family == s->ours.origin.rtp.ss_family;
}

/* It takes effect. */
static bool adopt(struct session *s, const struct offer *theirs, const struct mg_rtp *rtp)
{
	if (!session_media_modify(s, rtp))
		return false;
	s->ex.theirs = *theirs;
	s->ex.rtp = *rtp;
	return true;
}

int session_take_offer(struct session *s, const sip_t *sip, unsigned *warning)
{
	struct offer theirs;
	struct mg_rtp rtp;
	int status = session_read_sdp(sip, &theirs, warning);

	if (status || !theirs.n_formats)
		return status;
	if (!can_reach(s, &theirs)) {
		*warning = OFFER_WARN_ADDRESS;
		return 488;
	}
	if (!offer_agree(&theirs, session_terms(s), offer_law(s->rtp.codec), &rtp)) {
		*warning = offer_disagreement(&theirs, session_terms(s));
		return 488;
	}
	rtp.receive &= !s->holding;
	if (!adopt(s, &theirs, &rtp))
		return 500;
	s->ex.open = EXCHANGE_THEIRS;
	description_new_round(&s->ours);
	return 0;
}

bool session_take_answer(struct session *s, const sip_t *sip)
{
	unsigned warning = 0;
	struct offer theirs;
	struct mg_rtp rtp;

	if (session_read_sdp(sip, &theirs, &warning) || !theirs.n_formats ||
	    !can_reach(s, &theirs) ||
	    !offer_accept(&theirs, session_terms(s), s->ours.origin.tevent_pt, &rtp))
		return false;
	if (s->ours.origin.hold) /* whatever they say: we told them that we do not listen */
		rtp.receive = false;
	return adopt(s, &theirs, &rtp);
}

const char *session_our_offer(struct session *s)
{
	s->ex.open = EXCHANGE_OURS;
	return description_offer(&s->ours, &s->ex.theirs, session_terms(s), s->law, s->holding);
}

const char *session_same_offer(struct session *s)
{
	s->ex.open = EXCHANGE_OURS;
	return s->ours.text;
}

const char *session_our_answer(struct session *s, bool preview)
{
	if (!preview)
		exchange_close(&s->ex);
	return description_answer(&s->ours, &s->ex.theirs, &s->rtp);
}
