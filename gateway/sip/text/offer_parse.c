/* Session descriptions read by Sofia-SIP's parser: what we need of them goes into plain values at once, and
 * nothing of the parser's memory outlives offer_parse(). */
#include "sip/text/offer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sofia-sip/sdp.h>

#include "base/law.h"
#include "sip/text/netaddr.h"
#include "sip/text/offer_lines.h"

enum { PTIME_MIN = 10, PTIME_MAX = 60, PORT_MAX = 65535 };

static bool is_token(const char *text)
{
	return text && *text && !text[strcspn(text, " \t\r\n")];
}

/* RFC 3264 6: a stream that is not wanted is answered with port 0, its type, protocol and formats. */
static bool note_stream(struct offer *out, const sdp_media_t *m, const struct offer_lines *lines)
{
	const char *format = m->m_format ? m->m_format->l_text : m->m_rtpmaps ? NULL : "0";
	char pt[8];

	if (out->n_streams == OFFER_STREAMS)
		return false;
	if (!format) {
		snprintf(pt, sizeof(pt), "%u", (unsigned)m->m_rtpmaps->rm_pt);
		format = pt;
	}
	if (!is_token(m->m_type_name) || !is_token(format))
		return false;
	int n = snprintf(out->refused[out->n_streams], sizeof(out->refused[0]), "%s 0 %s %s",
			 m->m_type_name, lines->streams[out->n_streams].proto, format);
	if (n < 0 || (size_t)n >= sizeof(out->refused[0]))
		return false;
	out->n_streams++;
	return true;
}

/* RFC 4566 5.7; c=0.0.0.0 is the old way to say hold (RFC 3264 8.4). */
static bool read_connection(const sdp_media_t *m, struct offer *out)
{
	const sdp_connection_t *c = sdp_media_connections(m);

	if (!c || c->c_nettype != sdp_net_in || c->c_mcast || !c->c_address)
		return false;
	if (!netaddr_parse(c->c_address, (uint16_t)m->m_port, &out->rtp))
		return false;
	if (netaddr_is_any(&out->rtp))
		out->rtp = (struct sockaddr_storage){ 0 };
	else if (!netaddr_is_host(&out->rtp))
		return false;
	return true;
}

static void read_format(const sdp_rtpmap_t *map, struct offer *out)
{
	const struct codec *codec;

	if (!map->rm_encoding || map->rm_rate > UINT32_MAX)
		return;
	if (map->rm_params && strcmp(map->rm_params, "1") != 0) /* channels, RFC 4566 6 */
		return;
	if (!strcasecmp(map->rm_encoding, "telephone-event") && map->rm_rate == OFFER_TEVENT_RATE) {
		if (!out->tevent_pt)
			out->tevent_pt = map->rm_pt;
		return;
	}
	codec = codec_by_name(map->rm_encoding, (unsigned)map->rm_rate);
	if (!codec || out->n_formats == OFFER_FORMATS)
		return;
	out->formats[out->n_formats++] =
		(struct offer_format){ .codec = codec->id, .pt = map->rm_pt };
}

static const char *attribute(const sdp_media_t *m, const char *name)
{
	const sdp_attribute_t *a = sdp_attribute_find(m->m_attributes, name);

	return a ? a->a_value : NULL;
}

/* Decimal digits up to max; 0 for anything else. */
static unsigned long number_of(const char *text, unsigned long max)
{
	char *end;

	if (!text || *text < '0' || *text > '9')
		return 0;
	errno = 0;
	unsigned long n = strtoul(text, &end, 10);
	return errno || n > max || (*end && *end != ' ') ? 0 : n;
}

/* RFC 4566 6: ptime is what they would like, maxptime what they can bear. */
static void read_ptime(const sdp_media_t *m, struct offer *out)
{
	unsigned long ptime = number_of(attribute(m, "ptime"), PTIME_MAX);
	unsigned long max = number_of(attribute(m, "maxptime"), UINT32_MAX);

	if (ptime >= PTIME_MIN && ptime % TICK_MS == 0)
		out->ptime_ms = (uint8_t)ptime;
	if (max >= PTIME_MIN && max < PTIME_MAX)
		out->maxptime_ms = (uint8_t)(max - max % TICK_MS);
}

/* RFC 3605 2.1: a=rtcp:53020 [IN IP4 192.0.2.1]. */
static void read_rtcp(const sdp_media_t *m, struct offer *out)
{
	const char *text = attribute(m, "rtcp");
	unsigned long port = number_of(text, PORT_MAX);
	struct sockaddr_storage there;
	char host[NETADDR_TEXT_MAX];

	if (!port || !out->rtp.ss_family)
		return;
	out->rtcp = out->rtp;
	netaddr_set_port(&out->rtcp, (uint16_t)port);
	if (sscanf(text, "%*u IN %*3s %63s", host) == 1 &&
	    netaddr_parse(host, (uint16_t)port, &there) && netaddr_is_host(&there) &&
	    there.ss_family == out->rtp.ss_family)
		out->rtcp = there;
}

/* What is said of the whole session holds for a stream that says nothing of it (RFC 8866 5.13). */
static const char *inherited(const sdp_media_t *m, const char *name)
{
	const char *value = attribute(m, name);
	const sdp_attribute_t *a = sdp_attribute_find(m->m_session->sdp_attributes, name);

	return value ? value : a ? a->a_value : NULL;
}

static void read_keying(const sdp_media_t *m, struct offer *out)
{
	const char *fingerprint = inherited(m, "fingerprint"), *setup = inherited(m, "setup");

	for (const sdp_attribute_t *a = m->m_attributes; a; a = a->a_next) {
		if (out->n_crypto < KEYING_LINES && a->a_value && !strcasecmp(a->a_name, "crypto"))
			out->n_crypto +=
				keying_read_crypto(a->a_value, &out->crypto[out->n_crypto]);
	}
	if (fingerprint)
		keying_read_fingerprint(fingerprint, &out->fingerprint);
	if (setup)
		out->setup = (uint8_t)keying_read_setup(setup);
}

static int refuse(unsigned *warning, unsigned why)
{
	/* Of several streams the nearest miss is the most useful thing to say. */
	if (why != OFFER_WARN_MEDIA && *warning != OFFER_WARN_FORMAT)
		*warning = why;
	return -ENOTSUP;
}

/* One m= line: can it be our audio stream? */
static int read_stream(const sdp_media_t *m, enum offer_profile profile, struct offer *out,
		       unsigned *warning)
{
	if (m->m_type != sdp_media_audio || m->m_rejected || !m->m_port)
		return refuse(warning, OFFER_WARN_MEDIA);
	if (profile == OFFER_OTHER)
		return refuse(warning, OFFER_WARN_TRANSPORT);
	if (m->m_port > PORT_MAX || m->m_number_of_ports > 1)
		return refuse(warning, OFFER_WARN_TRANSPORT);
	if (!read_connection(m, out))
		return refuse(warning, OFFER_WARN_ADDRESS);
	for (const sdp_rtpmap_t *map = m->m_rtpmaps; map; map = map->rm_next)
		read_format(map, out);
	if (!out->n_formats)
		return refuse(warning, OFFER_WARN_FORMAT);
	read_ptime(m, out);
	out->send = m->m_mode & sdp_sendonly;
	out->receive = m->m_mode & sdp_recvonly;
	read_rtcp(m, out);
	out->rtcp_mux = sdp_attribute_find(m->m_attributes, "rtcp-mux");
	out->profile = (uint8_t)profile;
	if (profile >= OFFER_SAVP) /* RFC 8643's keys of a plain stream are let be */
		read_keying(m, out);
	return 0;
}

/* A plain stream goes before one with keys: it is the one that we can always do. */
static bool is_better(const struct offer *stream, const struct offer *found)
{
	return !found->n_formats || (found->profile >= OFFER_SAVP && stream->profile < OFFER_SAVP);
}

static int read_session(const sdp_session_t *sdp, const struct offer_lines *lines,
			struct offer *out, unsigned *warning)
{
	struct offer found = { 0 };

	*warning = OFFER_WARN_MEDIA;
	for (const sdp_media_t *m = sdp->sdp_media; m; m = m->m_next) {
		struct offer stream = { .stream = out->n_streams };

		if (out->n_streams < OFFER_STREAMS &&
		    !read_stream(m, lines->streams[out->n_streams].profile, &stream, warning) &&
		    is_better(&stream, &found))
			found = stream;
		if (!note_stream(out, m, lines)) {
			*warning = OFFER_WARN_MEDIA;
			return -ENOTSUP;
		}
	}
	found.n_streams = out->n_streams;
	memcpy(found.refused, out->refused, sizeof(found.refused));
	*out = found;
	return found.n_formats ? 0 : -ENOTSUP;
}

/* By Sofia-SIP's parser. */
static int read_text(const char *text, size_t len, const struct offer_lines *lines,
		     struct offer *out, unsigned *warning)
{
	sdp_parser_t *parser = sdp_parse(NULL, text, (issize_t)len, 0);
	const sdp_session_t *sdp = sdp_session(parser);
	int rc = sdp ? read_session(sdp, lines, out, warning) : -EBADMSG;

	sdp_parser_free(parser);
	return rc;
}

int offer_parse(const char *text, size_t len, struct offer *out, unsigned *warning)
{
	struct offer_lines lines;
	struct offer offer = { 0 };
	unsigned why = 0;
	int rc = -EBADMSG;

	if (!len || len > OFFER_READ_MAX || memchr(text, '\0', len))
		return -EBADMSG;
	char *plain = malloc(len);
	size_t n = plain ? offer_lines_read(text, len, &lines, plain) : 0;
	if (n)
		rc = read_text(plain, n, &lines, &offer, &why);
	free(plain);
	if (!rc)
		*out = offer;
	*warning = why;
	return rc;
}

const char *offer_warning_text(unsigned warning)
{
	switch (warning) {
	case OFFER_WARN_ADDRESS:
		return "Incompatible network address formats";
	case OFFER_WARN_TRANSPORT:
		return "Incompatible transport protocol";
	case OFFER_WARN_MEDIA:
		return "Media type not available";
	case OFFER_WARN_FORMAT:
		return "Incompatible media format";
	default:
		return "Miscellaneous warning";
	}
}
