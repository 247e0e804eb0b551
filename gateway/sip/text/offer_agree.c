/* What two parties agree on (RFC 3264). */
#include "sip/text/offer.h"

enum leg_law offer_law(enum codec_id codec)
{
	return codec == CODEC_PCMA   ? LEG_LAW_ALAW
	       : codec == CODEC_PCMU ? LEG_LAW_MULAW
				     : LEG_LAW_ANY;
}

bool offer_is_data(const struct offer *theirs)
{
	return theirs->n_formats && theirs->formats[0].codec == CODEC_CLEARMODE;
}

static bool configured(const struct offer_policy *ours, enum codec_id codec)
{
	for (size_t i = 0; i < ours->n_codecs; i++) {
		if (ours->codecs[i] == codec)
			return true;
	}
	return false;
}

static const struct offer_format *choose(const struct offer *theirs,
					 const struct offer_policy *ours, enum leg_law law)
{
	const struct offer_format *first = NULL;

	for (size_t i = 0; i < theirs->n_formats; i++) {
		const struct offer_format *format = &theirs->formats[i];

		if (!configured(ours, format->codec))
			continue;
		if (law != LEG_LAW_ANY && offer_law(format->codec) == law)
			return format;
		if (!first)
			first = format;
	}
	return first;
}

static bool lists(const struct offer *theirs, enum codec_id codec)
{
	for (size_t i = 0; i < theirs->n_formats; i++) {
		if (theirs->formats[i].codec == codec)
			return true;
	}
	return false;
}

static uint8_t agree_ptime(const struct offer *theirs, const struct offer_policy *ours)
{
	uint8_t ptime = theirs->ptime_ms ? theirs->ptime_ms : (uint8_t)ours->ptime_ms;

	return theirs->maxptime_ms && ptime > theirs->maxptime_ms ? theirs->maxptime_ms : ptime;
}

bool offer_possible(const struct offer_policy *ours)
{
	return ours->srtp != OFFER_SRTP_REQUIRED || ours->encrypts;
}

bool offer_secures(const struct offer *theirs, const struct offer_policy *ours,
		   const struct keying_crypto **crypto)
{
	*crypto = NULL;
	if (theirs->profile < OFFER_SAVP)
		return ours->srtp != OFFER_SRTP_REQUIRED;
	if (ours->srtp == OFFER_SRTP_OFF || !ours->encrypts || theirs->profile >= OFFER_DTLS_SAVP ||
	    !theirs->n_crypto)
		return false;
	*crypto = &theirs->crypto[0];
	return true;
}

unsigned offer_disagreement(const struct offer *theirs, const struct offer_policy *ours)
{
	const struct keying_crypto *crypto;

	return offer_secures(theirs, ours, &crypto) ? OFFER_WARN_FORMAT : OFFER_WARN_TRANSPORT;
}

bool offer_agree(const struct offer *theirs, const struct offer_policy *ours, enum leg_law law,
		 struct mg_rtp *out)
{
	const struct offer_format *format = choose(theirs, ours, law);
	const struct keying_crypto *crypto;

	if (!format || !offer_secures(theirs, ours, &crypto))
		return false;
	/* A payload type that is the sound's cannot be the events' as well. */
	bool tevent = ours->telephone_event && theirs->tevent_pt != format->pt;
	*out = (struct mg_rtp){
		.remote = theirs->rtp,
		.remote_rtcp = theirs->rtcp,
		.codec = format->codec,
		.pt = format->pt,
		.ptime_ms = agree_ptime(theirs, ours),
		.tevent_pt = tevent ? theirs->tevent_pt : 0,
		.send = theirs->receive && theirs->rtp.ss_family,
		.receive = theirs->send,
		.rtcp_mux = theirs->rtcp_mux,
	};
	return true;
}

/* Our codecs in the order of preference, the law's first. Returns how many. */
size_t offer_codecs(const struct offer_policy *ours, enum leg_law law,
		    enum codec_id out[static OFFER_CODECS])
{
	size_t n = 0;

	for (size_t i = 0; i < ours->n_codecs; i++) {
		if (law != LEG_LAW_ANY && offer_law(ours->codecs[i]) == law)
			out[n++] = ours->codecs[i];
	}
	for (size_t i = 0; i < ours->n_codecs; i++) {
		if (law == LEG_LAW_ANY || offer_law(ours->codecs[i]) != law)
			out[n++] = ours->codecs[i];
	}
	return n;
}

/* A codec by the payload type of our offers. */
static void hear_also(struct mg_rtp *out, enum codec_id codec)
{
	uint8_t pt = (uint8_t)codec_get(codec)->static_pt;

	if (pt != out->pt && out->n_also < MG_ALSO)
		out->also[out->n_also++] = (struct mg_format){ .codec = codec, .pt = pt };
}

bool offer_accept(const struct offer *theirs, const struct offer_policy *ours, uint8_t tevent_pt,
		  struct mg_rtp *out)
{
	if (!offer_agree(theirs, ours, LEG_LAW_ANY, out))
		return false;
	out->rtcp_mux &=
		ours->rtcp_mux; /* RFC 5761 5.1.1: no answer accepts what was not offered */
	for (size_t i = 0; i < ours->n_codecs; i++) {
		if (lists(theirs, ours->codecs[i]))
			hear_also(out, ours->codecs[i]);
	}
	if (out->tevent_pt)
		out->tevent_rx_pt = tevent_pt;
	return true;
}

void offer_terms(const struct offer_policy *ours, enum leg_law law, struct mg_rtp *out)
{
	enum codec_id codecs[OFFER_CODECS] = { CODEC_PCMA };
	size_t n = offer_codecs(ours, law, codecs);

	*out = (struct mg_rtp){
		.codec = codecs[0],
		.pt = (uint8_t)codec_get(codecs[0])->static_pt,
		.ptime_ms = (uint8_t)ours->ptime_ms,
		.tevent_pt = ours->telephone_event ? OFFER_TEVENT_PT : 0,
		.receive = true,
	};
	for (size_t i = 1; i < n; i++)
		hear_also(out, codecs[i]);
}
