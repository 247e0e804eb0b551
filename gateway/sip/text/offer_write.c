/* Session descriptions of ours. */
#include "sip/text/offer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "sip/text/netaddr.h"

/* A text that remembers whether it overflowed. */
struct text {
	char *out;
	size_t size, len;
};

static void put(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct text *text, const char *format, ...)
{
	va_list ap;

	if (text->len >= text->size)
		return;
	va_start(ap, format);
	int n = vsnprintf(text->out + text->len, text->size - text->len, format, ap);
	va_end(ap);
	text->len = n < 0 ? text->size : text->len + (size_t)n;
}

static int finish(const struct text *text)
{
	return text->len < text->size ? 0 : -ENOSPC;
}

static void put_session(struct text *text, const struct offer_origin *origin)
{
	const char *family = origin->rtp.ss_family == AF_INET6 ? "IP6" : "IP4";
	char host[NETADDR_TEXT_MAX];

	netaddr_host(&origin->rtp, host, sizeof(host));
	put(text, "v=0\r\no=crosspoint %llu %llu IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n",
	    (unsigned long long)origin->id, (unsigned long long)origin->version, family, host,
	    family, host);
}

static void put_rtpmap(struct text *text, enum codec_id id, unsigned pt)
{
	put(text, "a=rtpmap:%u %s/%u\r\n", pt, codec_get(id)->name, codec_get(id)->clock_rate);
}

/* RFC 4733 2.5.1.1: the events of DTMF. */
static void put_tevent(struct text *text, unsigned pt)
{
	if (pt)
		put(text, "a=rtpmap:%u telephone-event/%u\r\na=fmtp:%u 0-15\r\n", pt,
		    OFFER_TEVENT_RATE, pt);
}

static void put_key(struct text *text, const struct keying_crypto *key)
{
	char value[KEYING_TEXT_MAX];

	if (!key->suite)
		return;
	keying_write_crypto(key, value);
	put(text, "a=crypto:%s\r\n", value);
}

static void put_offer(struct text *text, const struct offer_origin *origin,
		      const struct offer_policy *ours, enum leg_law law)
{
	enum codec_id codecs[OFFER_CODECS];
	size_t n = offer_codecs(ours, law, codecs);
	unsigned tevent = ours->telephone_event ? origin->tevent_pt : 0;

	put(text, "m=audio %u %s", netaddr_port(&origin->rtp),
	    offer_profile_name(origin->key.suite ? OFFER_SAVP : OFFER_AVP));
	for (size_t i = 0; i < n; i++)
		put(text, " %u", codec_get(codecs[i])->static_pt);
	if (tevent)
		put(text, " %u", tevent);
	put(text, "\r\n");
	for (size_t i = 0; i < n; i++)
		put_rtpmap(text, codecs[i], codec_get(codecs[i])->static_pt);
	put_tevent(text, tevent);
	put(text, "a=ptime:%u\r\na=%s\r\n%s", ours->ptime_ms,
	    origin->hold ? "sendonly" : "sendrecv", ours->rtcp_mux ? "a=rtcp-mux\r\n" : "");
	put_key(text, &origin->key);
}

int offer_write(const struct offer_origin *origin, const struct offer *before,
		const struct offer_policy *ours, enum leg_law law, char *out, size_t size)
{
	struct text text = { .out = out, .size = size };
	const size_t n = before->n_streams ? before->n_streams : 1;

	put_session(&text, origin);
	for (size_t i = 0; i < n; i++) {
		if (i == before->stream)
			put_offer(&text, origin, ours, law);
		else
			put(&text, "m=%s\r\n", before->refused[i]);
	}
	return finish(&text);
}

/* RFC 3264 6.1: their sendonly is our recvonly. What agreed.send says of c=0.0.0.0 is not repeated. */
static const char *direction(const struct mg_rtp *agreed)
{
	if (agreed->send)
		return agreed->receive ? "sendrecv" : "sendonly";
	return agreed->receive ? "recvonly" : "inactive";
}

/* RFC 4568 5.1.2: the answer to a crypto line has its tag. */
static void put_answer(struct text *text, const struct offer_origin *origin,
		       const struct offer *theirs, const struct mg_rtp *agreed)
{
	put(text, "m=audio %u %s %u", netaddr_port(&origin->rtp),
	    offer_profile_name(theirs->profile), agreed->pt);
	if (agreed->tevent_pt)
		put(text, " %u", agreed->tevent_pt);
	put(text, "\r\n");
	put_rtpmap(text, agreed->codec, agreed->pt);
	put_tevent(text, agreed->tevent_pt);
	put(text, "a=ptime:%u\r\na=%s\r\n%s", agreed->ptime_ms, direction(agreed),
	    agreed->rtcp_mux ? "a=rtcp-mux\r\n" : "");
	put_key(text, &origin->key);
}

int offer_answer(const struct offer_origin *origin, const struct offer *theirs,
		 const struct mg_rtp *agreed, char *out, size_t size)
{
	struct text text = { .out = out, .size = size };

	put_session(&text, origin);
	for (size_t i = 0; i < theirs->n_streams; i++) {
		if (i == theirs->stream)
			put_answer(&text, origin, theirs, agreed);
		else
			put(&text, "m=%s\r\n", theirs->refused[i]);
	}
	return finish(&text);
}
