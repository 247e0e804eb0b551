/* The states of a session (the table is dialog.c's), and what it hears in them. */
#pragma once

#include "sip/agent/agent.h"

enum session_state {
	ST_IDLE,
	ST_INCOMING,   /* UAS: INVITE in, not yet answered */
	ST_OFFERING,   /* 2xx sent with our offer: the ACK brings the answer */
	ST_CONFIRMING, /* 2xx sent with our answer: the ACK is awaited */
	ST_PREPARING,  /* UAC: our address for the offer is awaited */
	ST_CALLING,    /* UAC: INVITE sent, nothing heard */
	ST_RINGING,    /* UAC: a provisional response heard */
	ST_ACTIVE,
	ST_MODIFYING,  /* our re-INVITE or UPDATE is under way */
	ST_UNACKED,    /* to be cleared, but its 2xx lacks the ACK (RFC 3261 15) */
	ST_CANCELLING, /* CANCEL sent, the INVITE's final response is awaited */
	ST_CLEARING,   /* BYE sent */
	ST_CLOSING,    /* SIP is done, the termination is not */
	ST_TELLING,    /* the call is over, and a transfer asked for in it is not (refer.h) */
	ST_GONE,       /* all is done */
};

enum session_event {
	/* the hub's verbs; data: struct leg_msg */
	EV_SETUP,
	EV_PROCEEDING,
	EV_ALERTING,
	EV_PROGRESS,
	EV_CONNECT,
	EV_NOTIFY,
	EV_INFORMATION, /* while more digits count (overlap.h) */
	EV_DISCONNECT,
	EV_RELEASE,
	/* requests of the dialog; data: struct session_request */
	EV_ACK,
	EV_CANCEL,
	EV_BYE,
	EV_REINVITE,
	EV_UPDATE,
	EV_PRACK,
	EV_UNACKED, /* timer H: no ACK came, or no PRACK in 64*T1; no data */
	/* responses to our INVITE; data: sip_t */
	EV_PROVISIONAL,
	EV_SUCCESS,
	EV_FAILURE,
	EV_MODIFIED, /* the final one to our re-INVITE or UPDATE */
	EV_BYE_DONE, /* no data */
	EV_EXPIRED,  /* nobody refreshed the session (RFC 4028 10); no data */
	/* the termination; no data */
	EV_MEDIA_UP,
	EV_MEDIA_FAILED,
	EV_MEDIA_GONE,
};

struct session_request {
	nta_incoming_t *irq;
	const sip_t *sip;
	int status; /* what the request is answered with, set by who handles it; 0: it will be later */
};
