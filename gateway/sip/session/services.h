/* What a session does besides its call, as it keeps it: digits on their way to the peer (info.h), transfers that the peer
 * asks for (refer.h), where 3xx responses led (redirect.h), what users said to each other (RFC 7433),
 * PRACKs (prack.h), where its dialog leads (way.h). */
#pragma once

#include <osmocom/core/timer.h>

#include "call/leg.h"
#include "sip/agent/nta.h"
#include "sip/agent/resolver.h"

struct overlap;
struct receiving;
struct redirect;
struct refer;
struct refer_out;
struct session;

/* User-user information, and the verb that it was told with. */
struct session_uui {
	uint8_t verb;
	struct leg_uui uui;
};

struct info {
	char queue[33];          /* that wait */
	nta_outgoing_t *request; /* INFO under way */
	bool playing;            /* the media gateway plays some */
};

struct prack {
	struct session *s;
	nta_leg_t *leg;          /* of the dialog that the response is of */
	nta_outgoing_t *request; /* the last; NULL: it is answered */
};

struct turns {
	struct refer *refer;               /* NULL: none was asked for */
	struct refer_out *asked;           /* refer_out.h; NULL: nothing */
	bool refuses_refer;                /* as its Allow says */
	struct redirect *redirect;         /* UAC: NULL: nowhere */
	char moved_to[LEG_DIGITS_MAX + 1]; /* UAC: where the hub is to look, with cause 23 */
};

struct way {
	/* Where the message that made or moved the dialog came from; ss_family 0: not known. It stays a party's, whatever
	 * becomes of the peer's configuration. */
	struct sockaddr_storage from;
	struct hop_query next; /* what was looked up; host "": the dialog leads to a literal */
	struct lookup *lookup; /* under way; NULL: none */
	struct osmo_timer_list again; /* it is looked up once more */
	struct hop place;             /* where the name leads; ss_family 0: a literal says */
	char route[96]; /* the same, "sip:192.0.2.1:5060;transport=tcp;lr"; "": a literal says */
	const nta_outgoing_t *of;        /* the INVITE of held */
	struct osmo_timer_list patience; /* runs while one is held */
	msg_t *held; /* a response that is acknowledged when the place is known */
};
