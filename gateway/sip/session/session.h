/* A session: the SIP leg of a call. This file is what both directions share: the object, its dialog, its RTP
 * termination, and the hub's verbs and SIP's messages turned into events. What each state does with them is in
 * uas.c, uac.c and dialog.c. Inside this folder the struct is open. Control thread; dialog.c owns sessions. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <osmocom/core/fsm.h>
#include <osmocom/core/linuxlist.h>
#include <osmocom/core/timer.h>

#include "base/log.h"
#include "call/cause.h"
#include "call/leg.h"
#include "sip/session/exchange.h"
#include "sip/session/ground.h"
#include "sip/session/services.h"
#include "sip/session/session_states.h"

enum { SESSION_CONTACT_MAX = 256 };
enum session_media { MEDIA_NONE, MEDIA_ADDING, MEDIA_UP, MEDIA_GOING, MEDIA_GONE };

/* What a request of ours within the session is for. */
enum session_change { CHANGE_MEDIA = 1, CHANGE_PARTY = 2, CHANGE_REFRESH = 4 };

struct modify {
	unsigned wanted;              /* changes not asked for yet */
	unsigned asked;               /* those of the request under way */
	unsigned refused;             /* times in turn, for now */
	nta_outgoing_t *request;      /* re-INVITE or UPDATE */
	uint32_t rseq;                /* of its last reliable response; 0: none yet */
	struct prack prack;           /* of that */
	struct osmo_timer_list pause; /* until it is asked again */
	bool updates;                 /* the peer takes UPDATE */
};

struct refresh {
	unsigned expires_s;           /* of the session; 0: it lasts */
	unsigned min_s;               /* the least that we were told (422); 0: nothing */
	bool ours;                    /* we refresh it */
	uint64_t until_us;            /* then it is over */
	struct osmo_timer_list timer; /* to refresh it, or to end it */
};

struct early;
struct session {
	struct llist_head entry;
	struct leg leg;
	struct sip *ground;
	struct peer *peer;
	struct osmo_fsm_inst *fi;
	uint32_t id;      /* of ours */
	uint32_t call_id; /* of the call, kept for the log */
	char *sip_call_id;

	nta_leg_t *dialog;
	nta_incoming_t *invite_in;  /* not yet confirmed */
	nta_outgoing_t *invite_out; /* not yet answered finally */
	struct trial trial;         /* UAC: which of the peer's places it went to */
	struct way way;             /* the dialog's */
	nta_outgoing_t *bye;
	char contact[SESSION_CONTACT_MAX];

	enum session_media media;
	uint32_t term;
	struct mg_rtp rtp;     /* as last told to the media gateway */
	struct mg_stats stats; /* MEDIA_GONE: of its last termination, all 0 if it had none */
	enum leg_law law;      /* the far circuit's */
	struct exchange ex;    /* of the dialog at hand */
	struct description ours;
	bool calling;    /* UAC of the INVITE that began it */
	bool challenged; /* the peer has asked in it who we are (login.h) */
	bool holding;    /* the far circuit holds: we describe ourselves as sending only */
	struct llist_head earlies; /* UAC: early.h; early is the one at hand, NULL: none yet */
	struct early *early;
	bool held;                /* the peer holds us, and the hub knows */
	bool reliably;            /* UAS: provisional responses are sent so that they arrive */
	nta_reliable_t *reliable; /* UAS: the one whose PRACK is awaited */
	int waiting; /* UAS: the response that waits for the termination or a PRACK, 0: none */
	bool waiting_sound;
	unsigned asked;              /* UAC: INVITEs after the first, with the same number */
	struct overlap *overlap;     /* UAC: NULL: the number was whole from the start */
	struct receiving *receiving; /* UAS: NULL: the number was whole from the start */
	int last_1xx;                /* UAS: 0: none but 100 */
	struct modify modify;
	struct refresh refresh;
	struct info info;
	struct turns turns;
	struct osmo_timer_list silence;        /* UAS: until a response but 100 is sent */
	struct leg_setup setup;                /* UAC: as told; UAS: bearer alone */
	struct leg_party *connected;           /* who answered, as last told; NULL: not said */
	uint64_t requests_full_us;             /* bucket of the requests within it */
	struct session_uui *told_uui;          /* the last that the hub told; NULL: none */
	char heard_number[LEG_DIGITS_MAX + 1]; /* the peer's, as last heard */
	struct leg_uui *heard_uui;             /* with which the peer ended it; NULL: none */
	uint8_t cause, location;               /* why it ends, once it does */
	unsigned *counted; /* among its peer's calls in or out; NULL: not yet, or no longer */
};

/* One grep on "call ID:" follows a call, its Call-ID included. */
#define LOGSES(s, level, format, ...)                                                              \
	LOGABOUT(DSIP, level, LOG_ABOUT(.call = (s)->call_id, .peer = { (s)->leg.via }),           \
		 "call %u: peer %s sip-%u: " format, (s)->call_id, (s)->leg.via, (s)->id,          \
		 ##__VA_ARGS__)

extern const struct leg_ops session_leg_ops;

static inline struct session *session_of(struct osmo_fsm_inst *fi)
{
	return fi->priv;
}

/* session.c: to the state machine. timeout_ms 0: none. */
void session_go(struct session *s, enum session_state state);
void session_go_timed(struct session *s, enum session_state state, unsigned timeout_ms, int timer);

/* session_say.c: to the hub. */
void session_say(struct session *s, enum leg_verb verb, bool inband);
void session_say_all(struct session *s, const struct leg_msg *msg);
/* The same, with what the response says of who sends it. */
void session_say_heard(struct session *s, enum leg_verb verb, bool inband, const sip_t *sip);
/* What a verb of the hub carries is kept for the messages that come of it. */
void session_keep(struct session *s, const struct leg_msg *msg);
/* session.c: why it ends, if nothing was said before. */
void session_set_cause(struct session *s, unsigned cause, unsigned location);
/* The end begins on this side: LEG_RELEASE with the cause. The state has changed before, as the hub answers
 * with LEG_RELEASE from inside. */
void session_say_release(struct session *s);
/* ending.c: from now on only the termination is waited for, if there is one, and what a transfer is to tell yet. */
void session_close(struct session *s);

/* modify.c. These changes are told to the peer by UPDATE or re-INVITE, now or when the session can; what is not
 * established yet tells them once it is. */
void session_modify(struct session *s, unsigned changes); /* enum session_change */
/* It is established, again or for the first time: what waited for that is done. */
void session_active(struct session *s);
/* The hub hears when the peer holds us, and when it does no longer. */
void session_tell_hold(struct session *s);

/* info.c: the far circuit says digits, as sound or as keys: they go to the peer as its configuration has it. */
void info_say(struct session *s, const char *digits);
/* overlap.c: more digits of the number may come, and count. And an INVITE before the newest is answered. */
bool overlap_is_open(const struct session *s);
void overlap_hear_older(struct session *s, nta_outgoing_t *orq, const sip_t *sip);

/* session_requests.c: what comes in the dialog. */
int session_on_request(void *data, nta_leg_t *leg, nta_incoming_t *irq, const sip_t *sip);
int session_on_ack_or_cancel(void *data, nta_incoming_t *irq, const sip_t *sip);
int session_on_invite_response(void *data, nta_outgoing_t *orq, const sip_t *sip);
/* May whoever sent this speak in this dialog? Counted and logged if not. */
bool session_is_party(struct session *s, const struct sockaddr_storage *from, nta_incoming_t *irq);
/* To the state machine; status: the answer where the state has no use for it. Returns the answer, 0: it is
 * given, or will be. */
int session_dispatch(struct session *s, enum session_event event, nta_incoming_t *irq,
		     const sip_t *sip, int status);
/* RFC 3261 14.2: not now. */
void session_refuse_for_now(struct session_request *request);
/* Acknowledges a 2xx to our INVITE or re-INVITE, and lets go of its transaction. False: no memory. */
bool session_ack(struct session *s, nta_outgoing_t **invite, const sip_t *sip);
/* Contact (in a request without: From) and Record-Route can be sent to: sip: URIs, where others would be (RFC 3261
 * 8.1.1.8, 12.1). */
bool session_target_valid(const sip_t *sip);
/* session_bye.c: sends BYE, and goes where it is waited for. */
void session_bye(struct session *s);
/* After the 2xx it cannot go on: BYE to the peer, LEG_RELEASE to the hub. */
void session_fail(struct session *s, unsigned cause, unsigned location);

/* session_media.c: the termination. */
/* False: refused, logged. */
bool session_media_add(struct session *s, uint32_t context, const struct mg_rtp *rtp);
bool session_media_modify(struct session *s, const struct mg_rtp *rtp);
void session_media_drop(struct session *s);

/* session_sdp.c: their descriptions, and ours. */
/* What the peer and we can agree on: octets that must arrive as they are go as clear data (RFC 4040), for
 * all peers alike. */
const struct offer_policy *session_terms_of(const struct peer *peer, enum leg_bearer bearer);
const struct offer_policy *session_terms(const struct session *s);
/* 0 with *out (no body: n_formats 0), or the status that the message deserves: 400, 415, 488 with *warning. */
int session_read_sdp(const sip_t *sip, struct offer *out, unsigned *warning);
/* Is there a description, or what stands for one and cannot be read? */
bool session_has_sdp(const sip_t *sip);
/* That status, with what the other side needs to do better. */
void session_refuse_sdp(nta_incoming_t *irq, int status, unsigned warning);
/* A change that the peer offers within a session, in force at once: 0 (without a description too; with one
 * the exchange is theirs, to be answered), or the status that refuses it, and all is as before. */
int session_take_offer(struct session *s, const sip_t *sip, unsigned *warning);
/* Their answer to our offer, if the message has one that can be used; the exchange is as before: who knows
 * whether it is final closes it. */
bool session_take_answer(struct session *s, const sip_t *sip);
/* The last description once more, as an offer. */
const char *session_same_offer(struct session *s);
/* The texts; our answer closes the exchange, unless it is a preview in an unreliable response. */
const char *session_our_offer(struct session *s);
const char *session_our_answer(struct session *s, bool preview);
