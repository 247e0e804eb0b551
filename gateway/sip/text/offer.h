/* Session descriptions: offers and answers of one audio stream (RFC 3264, RFC 4566, RFC 4733). Pure:
 * octets in, a struct out, and back. Every octet of a description comes from a stranger. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "call/leg.h"
#include "codecs/codec.h"
#include "mg/mg.h"
#include "sip/text/keying.h"

enum {                             /* RFC 3261 20.43 */
       OFFER_WARN_ADDRESS = 301,   /* incompatible network address formats */
       OFFER_WARN_TRANSPORT = 302, /* incompatible transport protocol */
       OFFER_WARN_MEDIA = 304,     /* media type not available */
       OFFER_WARN_FORMAT = 305,    /* incompatible media format */
};
enum {
	OFFER_TEVENT_RATE = 8000, /* Hz */
	OFFER_TEVENT_PT = 101,    /* telephone-event's payload type where nobody named another */
};
enum { OFFER_CODECS = 4 };
enum {
	OFFER_FORMATS = 8,      /* of codecs that we know, the rest is not looked at */
	OFFER_STREAMS = 8,      /* m= lines; more are refused */
	OFFER_TEXT_MAX = 1024,  /* of what we write */
	OFFER_READ_MAX = 16384, /* of what we read */
};

/* The protocol of an m= line: RFC 3551, RFC 4585, RFC 3711, RFC 5124, RFC 5764. */
enum offer_profile {
	OFFER_OTHER, /* none of RTP */
	OFFER_AVP,
	OFFER_AVPF,
	OFFER_SAVP,
	OFFER_SAVPF,
	OFFER_DTLS_SAVP,
	OFFER_DTLS_SAVPF,
};
/* "RTP/AVPF"; not of OFFER_OTHER. */
const char *offer_profile_name(enum offer_profile profile);

enum offer_srtp { OFFER_SRTP_OFF, OFFER_SRTP_OPTIONAL, OFFER_SRTP_REQUIRED };

/* What we offer and accept, by configuration. */
struct offer_policy {
	enum codec_id codecs[OFFER_CODECS]; /* in order of preference */
	size_t n_codecs;
	unsigned ptime_ms;
	bool telephone_event;
	bool rtcp_mux;        /* offered, RFC 5761; accepted always */
	enum offer_srtp srtp; /* encrypted sound, keys by SDES (RFC 4568) */
	bool encrypts;        /* what the media gateway can do, not a wish */
};

struct offer_format {
	enum codec_id codec;
	uint8_t pt;
};

/* What one party says about its audio, as it says it. */
struct offer {
	struct sockaddr_storage rtp;  /* where it wants to hear; family 0: nowhere (c=0.0.0.0) */
	struct sockaddr_storage rtcp; /* RFC 3605; family 0: the port above */
	struct offer_format formats[OFFER_FORMATS];
	size_t n_formats;
	uint8_t tevent_pt;   /* telephone-event/8000, 0: none */
	uint8_t ptime_ms;    /* wanted; 0: not said, or nothing that we can do */
	uint8_t maxptime_ms; /* 0: no limit that matters */
	bool send, receive;
	bool rtcp_mux;
	uint8_t profile; /* enum offer_profile, never OFFER_OTHER */
	/* of the encrypted profiles, in their order of preference; those that we cannot use are left out */
	struct keying_crypto crypto[KEYING_LINES];
	size_t n_crypto;
	struct keying_fingerprint fingerprint;
	uint8_t setup;                   /* enum keying_setup */
	size_t stream, n_streams;        /* which m= line this is, of how many */
	char refused[OFFER_STREAMS][64]; /* the other lines' answer, without "m=" */
};

/* What we are called in the o= line; version counts up with each change (RFC 3264 5, 8). */
struct offer_origin {
	uint64_t id, version;
	struct sockaddr_storage rtp; /* our address and port */
	uint8_t tevent_pt;           /* what telephone-event is called in our offers */
	bool hold;                   /* our offers say sendonly (RFC 3264 8.4) */
	struct keying_crypto key;    /* what our sound is encrypted with; no suite: it is not */
};

/* offer_parse.c */
/* 0; -EBADMSG: no session description (400); -ENOTSUP: none that we speak (488), *warning says why in
 * RFC 3261 20.43's codes. */
int offer_parse(const char *text, size_t len, struct offer *out, unsigned *warning);

/* RFC 3261 20.43's text for such a code. */
const char *offer_warning_text(unsigned warning);

/* offer_agree.c */
/* Can sound to and from there be what the policy wants? */
bool offer_possible(const struct offer_policy *ours);
/* Is its profile one that the policy has? *crypto is the line of theirs to be answered, NULL for a plain stream.
 * Streams with DTLS alone are none: what they need does not go by these lines. */
bool offer_secures(const struct offer *theirs, const struct offer_policy *ours,
		   const struct keying_crypto **crypto);
/* Why offer_agree() said no: OFFER_WARN_TRANSPORT or OFFER_WARN_FORMAT. */
unsigned offer_disagreement(const struct offer *theirs, const struct offer_policy *ours);
/* The terms that both can keep: the codec of that law if it is among theirs and ours, else the first of
 * theirs that is ours. False when there is none. */
bool offer_agree(const struct offer *theirs, const struct offer_policy *ours, enum leg_law law,
		 struct mg_rtp *out);
/* The same of their answer to our offer, which called telephone-event tevent_pt: we send the first codec of
 * theirs that is ours, and hear them all, by the payload types of our offer (RFC 3264 5.1, 6.1). */
bool offer_accept(const struct offer *theirs, const struct offer_policy *ours, uint8_t tevent_pt,
		  struct mg_rtp *out);
/* What we would send before we know their side: the law's codec first. All that we offer is heard. */
void offer_terms(const struct offer_policy *ours, enum leg_law law, struct mg_rtp *out);

enum leg_law offer_law(enum codec_id codec);
/* Clear data is what they like best (RFC 4040). */
bool offer_is_data(const struct offer *theirs);

/* offer_write.c */
/* The codecs of our offers in the order of preference, the law's first. Returns how many. */
size_t offer_codecs(const struct offer_policy *ours, enum leg_law law,
		    enum codec_id out[static OFFER_CODECS]);
/* 0, or -ENOSPC. before: what was described in this session already: as many m= lines in the same order
 * (RFC 3264 8); n_streams 0: nothing was. */
int offer_write(const struct offer_origin *origin, const struct offer *before,
		const struct offer_policy *ours, enum leg_law law, char *out, size_t size);
int offer_answer(const struct offer_origin *origin, const struct offer *theirs,
		 const struct mg_rtp *agreed, char *out, size_t size);
